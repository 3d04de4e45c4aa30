"""The visitor's primary language, from the browser's Accept-Language header (R23)."""

import re
from functools import lru_cache

from babel import Locale, UnknownLocaleError

MAX_HEADER_CHARS = 512  # browsers send under 100; what follows is not read
_ITEM = re.compile(r"([A-Za-z]{2,3})(?:-[A-Za-z0-9]{1,8})*(?:\s*;\s*[qQ]=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?")
_NO_LANGUAGE = frozenset({"und", "mul", "mis", "zxx"})
# Old codes that browsers still send, and the written forms of Norwegian, which agents do not tell apart.
_SAME_LANGUAGE = {"iw": "he", "in": "id", "ji": "yi", "nb": "no", "nn": "no", "tl": "fil"}


def primary_language(accept_language: str) -> str:
    """The preferred language as a primary tag ('de-CH, en;q=0.8' -> 'de'), or '' if the header names none we know."""
    return max(_languages_by_preference(accept_language), default=(0.0, 0, ""))[2]


@lru_cache(maxsize=4096)
def language_name(code: str, in_locale: str = "en") -> str:
    """'de' -> 'German', in the language of `in_locale`; the code itself if that language has no name for it."""
    if not code:
        return ""
    try:
        name: str | None = Locale.parse(in_locale, sep="-").languages.get(code)
    except (UnknownLocaleError, ValueError):
        name = Locale("en").languages.get(code)
    return name or code


def _languages_by_preference(header: str) -> list[tuple[float, int, str]]:
    """(q, minus position, code) of each known language; junk items and those with q=0 are left out."""
    items = header[:MAX_HEADER_CHARS].split(",")
    if len(header) > MAX_HEADER_CHARS:
        items.pop()  # cut in the middle, so it may name another language than the browser meant
    found = []
    for position, item in enumerate(items):
        match = _ITEM.fullmatch(item.strip())
        if match is None:
            continue
        code = _SAME_LANGUAGE.get(match[1].lower(), match[1].lower())
        quality = float(match[2] or "1")
        if quality > 0 and _is_language(code):
            found.append((quality, -position, code))
    return found


def _is_language(code: str) -> bool:
    """Whether CLDR knows the code: invented ones would fill the boards with rows of one chat."""
    return code not in _NO_LANGUAGE and code in Locale("en").languages
