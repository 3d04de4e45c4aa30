"""Searching articles, and suggesting them during a chat."""

import io
from contextlib import redirect_stderr, redirect_stdout

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatserver.articles.library import Article, load_articles
from chatserver.articles.search import ArticleIndex, Hit, Turn
from chatserver.sample_data.company import ARTICLES_FOLDER


def article(slug: str, title: str, text: str, language: str = "en") -> Article:
    return Article(slug, title, "Folder", text, text, text, language=language)


ARTICLES = [
    article("charge", "Charging the battery", "Plug the charger in. It takes four hours. Then ride."),
    article("refund", "Getting your money back", "We refund within five days after the parcel is here."),
    article(
        "parcel", "Where is my parcel?", "Follow it with the number in our mail. A battery travels apart."
    ),
    article("brakes", "Squeaking brakes", "Clean the disc with alcohol."),
    article("akku", "Den Akku laden", "Das Ladegerät einstecken und vier Stunden warten.", "de"),
    article("henkin", "返金について", "返金は五日以内に行います。", "ja"),
]


@pytest.fixture(scope="module")
def index() -> ArticleIndex:
    return ArticleIndex(ARTICLES)


def slugs(hits: list[Hit]) -> list[str]:
    return [hit.article.slug for hit in hits]


@pytest.mark.parametrize(
    ("query", "best"),
    [
        ("battery", "charge"),
        ("refunds", "refund"),
        ("Akku", "akku"),
        ("返金", "henkin"),
        ("clean alcohol", "brakes"),
    ],
)
def test_the_best_article_comes_first(index: ArticleIndex, query: str, best: str) -> None:
    """Customers search the knowledge base in the portal (R31)."""
    assert slugs(index.search(query))[0] == best


def test_the_title_counts_more_than_the_text(index: ArticleIndex) -> None:
    assert slugs(index.search("battery ")) == ["charge", "parcel"]


def test_the_last_word_may_be_unfinished(index: ArticleIndex) -> None:
    assert slugs(index.search("squ")) == ["brakes"]
    assert "refund" in slugs(index.search("money refu"))
    assert index.search("squ ") == []


def test_no_more_than_the_limit_are_given(index: ArticleIndex) -> None:
    assert len(index.search("battery", limit=1)) == 1


@pytest.mark.parametrize("query", ["", "   ", "the", "zzzz", "\ud800", "?!"])
def test_nothing_is_found_when_no_term_matches(index: ArticleIndex, query: str) -> None:
    assert index.search(query) == []


@pytest.mark.parametrize("articles", [[], [article("empty", "The", "")]])
def test_an_index_without_terms_finds_nothing(articles: list[Article]) -> None:
    assert ArticleIndex(articles).suggest([Turn("customer", "my battery")]) == []


def test_greetings_suggest_nothing(index: ArticleIndex) -> None:
    """Suggestions fit the conversation, and there is none yet (R26)."""
    assert index.suggest([Turn("customer", "Hello!"), Turn("agent", "Hi, is it about your battery?")]) == []


def test_at_the_start_everything_the_customer_said_counts(index: ArticleIndex) -> None:
    turns = [
        Turn("customer", "hi"),
        Turn("customer", "the battery"),
        Turn("agent", "ok"),
        Turn("customer", "four hours?"),
    ]

    assert slugs(index.suggest(turns))[0] == "charge"


def test_later_the_last_turns_of_both_sides_count(index: ArticleIndex) -> None:
    """Suggestions are refreshed as the conversation goes on (R26)."""
    opening = [Turn("customer", text) for text in ("the battery", "charging it", "the charger", "four hours")]
    later = [
        Turn("customer", "and something else"),
        Turn("agent", "Do your brakes squeak?"),
        Turn("customer", "yes"),
    ]

    assert slugs(index.suggest(opening))[0] == "charge"
    assert slugs(index.suggest([*opening, *later])) == ["brakes"]


@given(st.lists(st.builds(Turn, st.sampled_from(["customer", "agent"]), st.text())))
def test_no_conversation_makes_it_raise_and_scores_are_in_order(turns: list[Turn]) -> None:
    hits = ArticleIndex(ARTICLES[:2]).suggest(turns)

    assert len(hits) <= 3
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert all(hit.score > 0 for hit in hits)


def test_nothing_is_printed() -> None:
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as errors:
        ArticleIndex(ARTICLES).search("battery")

    assert (out.getvalue(), errors.getvalue()) == ("", "")


def test_suggestions_are_in_the_language_of_the_conversation() -> None:
    """R26: a stem that two languages chance to share does not bring an article that nobody can read."""
    index = ArticleIndex(load_articles(ARTICLES_FOLDER))
    conversations = {
        "en": "Need to change the delivery address for order PM-325297 please",
        "de": "Wo ist meine Bestellung, kann ich die Lieferung verfolgen?",
        "fr": "Je voudrais changer l'adresse de livraison de ma commande",
        "es": "Quiero cambiar la dirección de entrega de mi pedido",
    }

    for language, text in conversations.items():
        hits = index.suggest([Turn("customer", text)])
        assert hits, text
        assert hits[0].article.language == language, (text, [hit.article.slug for hit in hits])
