"""The sample conversations are whole, belong to the company, and read naturally in several languages."""

from collections import Counter
from pathlib import Path

import pytest

from chatserver.articles.library import load_articles
from chatserver.articles.words import is_only_greeting
from chatserver.facts.language import primary_language
from chatserver.sample_data.company import ARTICLES_FOLDER, load_company
from chatserver.sample_data.dialogues import PLACEHOLDERS, Topic, fill, load_customers, load_dialogues

VALUES = {"customer": "Ana", "agent": "Tom", "order": "PM-204417", "city": "Lyon"}


@pytest.fixture(scope="module")
def topics() -> list[Topic]:
    return load_dialogues()


def test_every_department_has_about_twelve_topics(topics: list[Topic]) -> None:
    counted = Counter(topic.department for topic in topics)
    assert set(counted) == {department.id for department in load_company().departments}
    assert min(counted.values()) >= 12
    assert len({topic.id for topic in topics}) == len(topics)


def test_every_topic_has_english_first_with_variants(topics: list[Topic]) -> None:
    for topic in topics:
        english = topic.scripts[0]
        assert english.language == "en"
        assert len(english.openings) >= 3
        assert 4 <= len(english.lines) <= 10, topic.id
        assert any(len(line.variants) > 1 for line in english.lines)


def test_each_department_speaks_five_more_languages(topics: list[Topic]) -> None:
    for department in {topic.department for topic in topics}:
        spoken = {
            script.language for topic in topics if topic.department == department for script in topic.scripts
        }
        assert spoken >= {"en", "de", "fr", "es", "pt", "ja"}, department


def test_openings_say_what_it_is_about_and_agents_answer_first(topics: list[Topic]) -> None:
    for topic in topics:
        for script in topic.scripts:
            assert not any(is_only_greeting(opening) for opening in script.openings)
            assert script.lines[0].sender == "agent"


def test_every_text_can_be_filled_in(topics: list[Topic]) -> None:
    assert set(VALUES) == PLACEHOLDERS
    for topic in topics:
        for script in topic.scripts:
            for text in (*script.openings, *(variant for line in script.lines for variant in line.variants)):
                filled = fill(text, VALUES)
                assert "{" not in filled
                assert "|" not in filled


def test_the_articles_named_exist(topics: list[Topic]) -> None:
    slugs = {article.slug for article in load_articles(ARTICLES_FOLDER)}
    assert {topic.article for topic in topics if topic.article} <= slugs


def test_customers_come_from_many_countries() -> None:
    pools = load_customers()
    assert len({pool.country for pool in pools}) >= 10
    assert sum(pool.share for pool in pools) == pytest.approx(100)
    for pool in pools:
        assert primary_language(pool.locale) == pool.language
        assert len(pool.first_names) >= 6
        assert len(pool.cities) >= 4


@pytest.mark.parametrize(
    ("turns", "problem"),
    [
        ('["X: hello"]', "a line is"),
        ('["C: hello {nobody}"]', "unknown placeholder"),
        ("[]", "needs openings and turns"),
    ],
)
def test_a_bad_text_is_named(tmp_path: Path, turns: str, problem: str) -> None:
    (tmp_path / "sales.toml").write_text(
        f'department = "sales"\n[[topics]]\nid = "a"\ntitle = "A"\narticle = ""\nopenings = ["x"]\nturns = {turns}\n'
    )
    with pytest.raises(ValueError, match=problem):
        load_dialogues(tmp_path)


def test_a_script_for_no_topic_is_named(tmp_path: Path) -> None:
    (tmp_path / "other_languages").mkdir()
    (tmp_path / "other_languages" / "de.toml").write_text(
        'language = "de"\n[[scripts]]\ntopic = "nowhere"\nopenings = ["x"]\nturns = ["A: y"]\n'
    )
    with pytest.raises(ValueError, match="nowhere"):
        load_dialogues(tmp_path)
