"""Names of languages and countries for people, in English as the rest of the console."""

from functools import cache

from babel import Locale

_ENGLISH = Locale("en")


@cache
def language_name(code: str) -> str:
    """'de' -> 'German'; the code itself when it has no name; '' stays ''."""
    return _ENGLISH.languages.get(code.lower(), code) if code else ""


@cache
def country_name(code: str) -> str:
    """'DE' -> 'Germany'; the code itself when it has no name; '' stays ''."""
    return _ENGLISH.territories.get(code.upper(), code) if code else ""


def readable(code: str) -> str:
    """'ended_by_agent' -> 'Ended by agent'."""
    return code.replace("_", " ").capitalize()
