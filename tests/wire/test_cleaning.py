"""Whatever strangers send becomes clean text or a refusal, and clean text stays as it is."""

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chatserver.domain.errors import ChatError, Invalid, TooLarge
from chatserver.wire import cleaning, limits

ALSO_TESTS = {"chatserver.wire.limits": "sizes; that they are kept is seen here and in test_frames.py"}

CLEANERS: list[Callable[[str], str]] = [
    cleaning.parse_text,
    cleaning.parse_comment,
    cleaning.parse_name,
    cleaning.parse_email,
    cleaning.parse_url,
    cleaning.parse_client_id,
]
SIZES = {
    cleaning.parse_text: limits.MAX_TEXT_CHARS,
    cleaning.parse_comment: limits.MAX_COMMENT_CHARS,
    cleaning.parse_name: limits.MAX_NAME_CHARS,
    cleaning.parse_email: limits.MAX_EMAIL_CHARS,
    cleaning.parse_url: limits.MAX_URL_CHARS,
    cleaning.parse_client_id: limits.MAX_ID_CHARS,
}
TRICKY = "\x00\t\n\r\x85\u2028\u202e\u200f\u0958\ud800\ufeff \u00a0@:/?[]a.é"
anything = st.text(st.characters() | st.sampled_from(TRICKY))  # lone surrogates too: JSON can carry them
addresses = st.builds("{}@{}".format, anything, anything)
urls = st.builds("{}://{}/{}".format, st.sampled_from(["http", "https", "javascript"]), anything, anything)


@pytest.mark.parametrize("clean", CLEANERS)
@given(raw=anything | addresses | urls)
@example(raw="\u0958" * 80)  # grows when it is brought to its normal form
@example(raw="a\n@b.example")
@example(raw="http://\ud800")
@example(raw="http://a\n.example/")
@example(raw="http://[::1")
@example(raw="http://a.example/" + "x" * 1_983 + " x")
@example(raw="a\r\r\n\nb")
def test_outside_text_becomes_clean_or_is_refused(clean: Callable[[str], str], raw: str) -> None:
    try:
        text = clean(raw)
    except ChatError:
        return

    assert clean(text) == text, "cleaning again changes nothing"
    assert len(text) <= SIZES[clean]  # type: ignore[index]
    assert not any(unicodedata.category(letter) == "Cc" and letter not in "\n\t" for letter in text)
    text.encode()


@pytest.mark.parametrize("clean", [cleaning.parse_name, cleaning.parse_email, cleaning.parse_url])
@given(raw=anything | addresses | urls)
def test_names_and_addresses_are_one_line_in_one_direction(clean: Callable[[str], str], raw: str) -> None:
    try:
        text = clean(raw)
    except ChatError:
        return

    assert not set(text) & set("\n\t\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")


def test_a_message_keeps_its_line_breaks_and_its_markup() -> None:
    """Text is never escaped here: whoever shows it does that."""
    assert cleaning.parse_text("  <b>one</b>\r\n\ttwo\x00 \u202e") == "<b>one</b>\n\ttwo \u202e"


@pytest.mark.parametrize("raw", ["", "  ", "\x00\n\t", "\u2028", "a\ud800"])
def test_a_message_without_text_is_refused(raw: str) -> None:
    with pytest.raises(Invalid):
        cleaning.parse_text(raw)


def test_a_message_has_its_size() -> None:
    assert len(cleaning.parse_text("x" * limits.MAX_TEXT_CHARS)) == limits.MAX_TEXT_CHARS
    with pytest.raises(TooLarge):
        cleaning.parse_text("x" * (limits.MAX_TEXT_CHARS + 1))


def test_a_comment_may_be_empty_but_not_long() -> None:
    assert cleaning.parse_comment(" \x07 ") == ""
    with pytest.raises(TooLarge):
        cleaning.parse_comment("x" * (limits.MAX_COMMENT_CHARS + 1))


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("  Vera \n\t Lind ", "Vera Lind"),
        ("e\u0301", "é"),
        ("\u202eevil", "evil"),
        ("محمد", "محمد"),
        ("李小龙", "李小龙"),
    ],
)
def test_a_name_is_one_line_in_one_normal_form(raw: str, name: str) -> None:
    assert cleaning.parse_name(raw) == name


@pytest.mark.parametrize("raw", ["", " ", "\u202e", "\x00"])
def test_an_empty_name_is_refused(raw: str) -> None:
    with pytest.raises(Invalid):
        cleaning.parse_name(raw)


@pytest.mark.parametrize(
    "raw", ["vera", "@", "a@", "@b", "a b@c", "a@b\nBcc: everybody@example.org", "a\t@b"]
)
def test_what_is_no_email_address_is_refused(raw: str) -> None:
    with pytest.raises(Invalid):
        cleaning.parse_email(raw)


def test_an_email_address_may_be_left_out() -> None:
    assert cleaning.parse_email("  ") == ""
    assert cleaning.parse_email(" vera@example.org ") == "vera@example.org"
    with pytest.raises(TooLarge):
        cleaning.parse_email("v" * 250 + "@example.org")


@pytest.mark.parametrize(
    "raw",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//example.org",
        "http://",
        "http:///x",
        "java\nscript:x",
        "",
    ],
)
def test_what_may_not_be_shown_as_a_link_is_dropped(raw: str) -> None:
    assert cleaning.parse_url(raw) == ""


def test_a_web_address_is_kept() -> None:
    assert cleaning.parse_url(" https://shop.example/a?b=ü#c ") == "https://shop.example/a?b=ü#c"
    assert len(cleaning.parse_url("https://shop.example/" + "x" * 9_000)) == limits.MAX_URL_CHARS


@pytest.mark.parametrize("raw", ["", "short", "x" * 65, "has space", "ümlaut-id", "newline-id\n", "٣٣٣٣٣٣٣٣"])
def test_a_client_id_is_plain_and_of_bounded_length(raw: str) -> None:
    with pytest.raises(Invalid):
        cleaning.parse_client_id(raw)
