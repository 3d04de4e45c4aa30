"""The primary language that the browser states (R23)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatserver.facts.language import MAX_HEADER_CHARS, language_name, primary_language


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("de", "de"),
        ("de-CH, en;q=0.8", "de"),
        ("en;q=0.5, fr;q=0.9", "fr"),
        ("EN-gb", "en"),
        ("zh-Hant-TW", "zh"),
        ("iw", "he"),
        ("nb-NO,nn;q=0.9", "no"),
        ("es-419 ; q=0.9 , pt;q=0.9", "es"),
        ("*, ja;q=0.1", "ja"),
        ("fr;q=0, de;q=0.1", "de"),
        ("fr;q=0.000", ""),
        ("fr;q=7", ""),
        ("fr;q=nan, it;q=0.2", "it"),
        ("xx", ""),
        ("und", ""),
        ("*", ""),
        ("", ""),
        (",,;q=,-", ""),
        ("<script>", ""),
    ],
)
def test_the_first_known_language_by_q_is_taken(header: str, language: str) -> None:
    """Language is the primary language that the browser states (R23)."""
    assert primary_language(header) == language


def test_a_header_without_end_is_read_to_its_limit_only() -> None:
    assert primary_language("xx," * MAX_HEADER_CHARS + "de") == ""
    assert primary_language("de," + "x" * MAX_HEADER_CHARS) == "de"


@given(st.text())
def test_any_header_gives_a_short_lower_case_code_or_nothing(header: str) -> None:
    code = primary_language(header)
    assert code == "" or (code.isascii() and code.islower() and len(code) in {2, 3})


@pytest.mark.parametrize(
    ("code", "locale", "name"),
    [
        ("de", "en", "German"),
        ("de", "de", "Deutsch"),
        ("de", "pt-BR", "alemão"),
        ("", "en", ""),
        ("xx", "en", "xx"),
        ("de", "", "German"),
        ("de", "no such locale", "German"),
    ],
)
def test_languages_have_names_in_each_language(code: str, locale: str, name: str) -> None:
    assert language_name(code, locale) == name
