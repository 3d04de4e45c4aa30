"""The sample articles are whole, useful and findable (R31)."""

import pytest

from chatserver.articles.library import Article, load_articles
from chatserver.articles.render import render_article
from chatserver.articles.search import ArticleIndex, Turn
from chatserver.sample_data.company import ARTICLES_FOLDER, load_company


@pytest.fixture(scope="module")
def articles() -> list[Article]:
    return load_articles(ARTICLES_FOLDER)


def test_every_department_has_articles_and_some_are_not_in_english(articles: list[Article]) -> None:
    departments = {department.id for department in load_company().departments}
    assert len(articles) >= 30
    assert {name for article in articles for name in article.departments} == departments
    assert {"en", "de", "fr", "es"} <= {article.language for article in articles}


def test_they_are_long_enough_to_help_and_short_enough_to_read(articles: list[Article]) -> None:
    for article in articles:
        assert 800 <= len(article.text) <= 2_500 or article.language == "ja", article.slug
        assert article.excerpt
        assert article.updated
        assert "<h2>" in render_article(article)


@pytest.mark.parametrize(
    ("said", "slug"),
    [
        ("hello, my parcel is late, where is my order?", "where-is-my-order"),
        ("The display shows E30", "error-codes-on-display"),
        ("my bike got stolen last night", "stolen-bike"),
        ("Mein Akku lädt nicht mehr", "akku-laedt-nicht"),
        ("quiero cambiar la dirección de entrega", "cambiar-direccion-de-entrega"),
        ("Où est ma facture ?", "retrouver-ma-facture"),
        ("meu cartão foi recusado", "formas-de-pagamento"),
        ("バッテリーが充電できません", "battery-charging-japanese"),
    ],
)
def test_a_question_finds_the_article_that_answers_it(articles: list[Article], said: str, slug: str) -> None:
    """Suggestions fit the conversation (R26)."""
    assert slug in {hit.article.slug for hit in ArticleIndex(articles).suggest([Turn("customer", said)])}
