"""Names, safe text, facts, outcomes, counts, the board as data: small and pure."""

import pytest

from chatserver.articles.library import Article
from chatserver.articles.search import ArticleIndex, Turn
from chatserver.domain.chat import Customer
from chatserver.domain.load import count_load
from dashboard.board_view import board_shown
from dashboard.chat_facts import customer_facts, customer_of, suggested_articles
from dashboard.counts import covered_departments, sees_boards, view_counts, waiting_for
from dashboard.names import country_name, language_name, readable
from dashboard.outcomes import forecast_of_end, outcome_of
from dashboard.safe_text import is_web_address, safe_text
from dashboard.world_map import WorldMap
from tests.domain.builders import Story

ALSO_TESTS = {
    "dashboard.board_view": "small and pure; one file tells them all",
    "dashboard.chat_facts": "small and pure; one file tells them all",
    "dashboard.counts": "small and pure; one file tells them all",
    "dashboard.names": "small and pure; one file tells them all",
    "dashboard.outcomes": "small and pure; one file tells them all",
    "dashboard.safe_text": "small and pure; one file tells them all",
    "dashboard.world_map": "small and pure; one file tells them all",
}


# --- names and text ---


def test_languages_and_countries_have_names_and_the_unknown_is_blank() -> None:
    """R23."""
    assert (language_name("pt"), country_name("BR")) == ("Portuguese", "Brazil")
    assert (language_name(""), country_name("")) == ("", "")
    assert (language_name("<x>"), country_name("??")) == ("<x>", "??")
    assert readable("nobody_receiving") == "Nobody receiving"


def test_safe_text_holds_no_markup() -> None:
    assert safe_text("<b a='1'>\"&") == "&lt;b a=&#x27;1&#x27;&gt;&quot;&amp;"


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "//shop", "", "http://[", "ftp://a/b"]
)
def test_only_web_addresses_become_links(address: str) -> None:
    assert not is_web_address(address)
    assert is_web_address("https://shop.example/bikes")


# --- facts, suggestions, outcomes ---


def test_facts_leave_out_what_is_unknown_and_link_only_web_addresses() -> None:
    """R26."""
    facts = customer_facts(7, Customer(name="Vera", page="javascript:x", referrer="https://a.example/"))

    assert [fact["label"] for fact in facts] == ["Name", "Page", "Referrer", "Chat"]
    assert [fact.get("link") for fact in facts] == [None, None, "https://a.example/", None]


def test_the_customer_of_an_ended_chat_is_known_from_the_reader() -> None:
    found = customer_of({"customer_name": "Vera", "city": None, "email": "v@a.example", "messages": 3})

    assert found == Customer(name="Vera", email="v@a.example")


def test_suggestions_come_with_the_conversation_and_not_with_a_greeting() -> None:
    """R26."""
    index = ArticleIndex(
        [Article("battery", "The battery does not charge", "Help", "b", "Try another socket.", "Try …")]
    )

    assert suggested_articles(index, [Turn("customer", "Hello!")], "http://chat") == []
    (found,) = suggested_articles(index, [Turn("customer", "my battery won't charge")], "http://chat")
    assert found["url"] == "http://chat/articles/battery"


def test_what_will_happen_is_said_with_numbers() -> None:
    """R25."""
    story = Story()
    story.sign_in("bob")
    with_bob, waiting = story.start(), story.start("sue", "support")

    text = forecast_of_end([with_bob, waiting], "mia")

    assert text.startswith("2 chats will end")
    assert "1 of them was not answered yet." in text
    assert "1 belongs to other agents." in text


def test_what_happened_is_said_for_each_refused_chat() -> None:
    """R21, R22."""
    organisation = Story().desk.organisation
    results = [
        {"chat_id": 1, "code": "assigned", "person_id": "bob", "over_limit": True},
        {"chat_id": 2, "code": "refused", "message": "Cyd Caro was first."},
    ]

    text, refused = outcome_of(results, organisation)

    assert (
        text
        == "1 chat assigned to Bob Bauer, 1 above the agent's limit, 1 not done: #2: Cyd Caro was first.."
    )
    assert refused
    assert outcome_of([], organisation) == ("Nothing to do.", False)


# --- counts ---


def test_counts_of_views_equal_what_the_views_show() -> None:
    story = Story()
    story.sign_in("bob")
    story.start()
    story.start("sue", "support")
    desk = story.desk

    assert view_counts(desk, "bob") == {
        "my_active": 1,
        "my_queued": 0,
        "global_active": 1,
        "global_queued": 0,
    }
    assert view_counts(desk, "mia") == {
        "my_active": 0,
        "my_queued": 0,
        "global_active": 1,
        "global_queued": 0,
    }
    assert view_counts(desk, "ada") == {
        "my_active": 0,
        "my_queued": 0,
        "global_active": 1,
        "global_queued": 1,
    }
    assert view_counts(desk, "nobody")["global_active"] == 0
    assert (waiting_for(desk, "dan"), waiting_for(desk, "bob"), waiting_for(desk, "nobody")) == (1, 0, 0)


def test_boards_are_for_managers_and_cover_their_departments() -> None:
    """R3, R35."""
    desk = Story().desk

    assert [sees_boards(desk, person) for person in ("ada", "mia", "bob", "nobody")] == [
        True,
        True,
        False,
        False,
    ]
    assert covered_departments(desk, "mia") == ["sales"]
    assert sorted(covered_departments(desk, "ada")) == ["sales", "support"]
    assert covered_departments(desk, "nobody") == []


def test_the_board_is_plain_data_with_names() -> None:
    """R35."""
    story = Story()
    story.start()

    shown = board_shown(count_load(story.desk, story.now), story.desk.organisation)

    assert shown["departments"][0]["name"] == "Sales"
    assert shown["languages"][0]["name"] == "Unknown"
    assert shown["total"]["waiting"] == 1
    assert shown["total"]["service_level"] is None


def test_the_map_has_every_country_as_a_shape_or_a_dot() -> None:
    svg = WorldMap().svg

    assert svg.count("data-code=") > 200
    assert 'data-code="DE"' in svg
    assert len(svg) < 500_000
