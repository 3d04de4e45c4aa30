"""Browser and operating system (R23)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatserver.facts import browser
from chatserver.facts.browser import MAX_USER_AGENT_CHARS, browser_and_os

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "families"),
    [
        (f"{WINDOWS[:-1]}; rv:128.0) Gecko/20100101 Firefox/128.0", ("Firefox", "Windows")),
        (f"{WINDOWS} {WEBKIT} Chrome/126.0.0.0 Safari/537.36", ("Chrome", "Windows")),
        (f"{WINDOWS} {WEBKIT} Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0", ("Edge", "Windows")),
        (
            f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} Chrome/126.0.0.0 Mobile Safari/537.36",
            ("Chrome Mobile", "Android"),
        ),
        ("curl/8.5.0", ("curl", "")),
        ("", ("", "")),
        ("something else", ("", "")),
    ],
)
def test_families_are_named_and_unknown_ones_blank(user_agent: str, families: tuple[str, str]) -> None:
    """Browser and OS may be unknown and are then blank (R23)."""
    assert browser_and_os(user_agent) == families


def test_bots_give_their_name_as_browser() -> None:
    browser, _ = browser_and_os("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)")
    assert browser == "Googlebot"


def test_what_follows_the_limit_is_not_read() -> None:
    assert browser_and_os("x" * MAX_USER_AGENT_CHARS + " Firefox/128.0") == ("", "")


@given(st.text(st.characters()))
def test_no_text_makes_it_raise(user_agent: str) -> None:
    browser, system = browser_and_os(user_agent)
    assert isinstance(browser, str)
    assert isinstance(system, str)


def test_half_a_character_does_not_make_it_raise() -> None:
    assert browser_and_os("\ud800") == ("", "")


def test_what_is_remembered_of_a_stranger_is_bounded() -> None:
    """Headers may be 64 KB long, and the cache holds thousands."""
    browser_and_os("y" * MAX_USER_AGENT_CHARS)
    before = browser._families.cache_info().misses

    browser_and_os("y" * 60_000)

    assert browser._families.cache_info().misses == before
