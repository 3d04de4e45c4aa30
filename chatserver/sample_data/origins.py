"""Where simulated customers come from: country, city, an address there, the browser and its languages."""

import hashlib
import random
from bisect import bisect
from functools import cache
from importlib import resources
from itertools import accumulate

import msgspec
from msgspec import Struct

# User-Agent headers as browsers of these families send them, with how many customers in a hundred use each.
_MOZILLA = "Mozilla/5.0"
_CHROMIUM = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0"
_SAFARI = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5"
_SAMSUNG = "AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/27.0 Chrome/125.0.0.0"
_WINDOWS = "Windows NT 10.0; Win64; x64"
USER_AGENTS: tuple[tuple[int, str], ...] = (
    (34, f"{_MOZILLA} ({_WINDOWS}) {_CHROMIUM} Safari/537.36"),
    (20, f"{_MOZILLA} (Linux; Android 10; K) {_CHROMIUM} Mobile Safari/537.36"),
    (17, f"{_MOZILLA} (iPhone; CPU iPhone OS 18_5 like Mac OS X) {_SAFARI} Mobile/15E148 Safari/604.1"),
    (9, f"{_MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) {_SAFARI} Safari/605.1.15"),
    (7, f"{_MOZILLA} ({_WINDOWS}; rv:142.0) Gecko/20100101 Firefox/142.0"),
    (7, f"{_MOZILLA} ({_WINDOWS}) {_CHROMIUM} Safari/537.36 Edg/140.0.0.0"),
    (3, f"{_MOZILLA} (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0"),
    (3, f"{_MOZILLA} (Linux; Android 14; SM-S921B) {_SAMSUNG} Mobile Safari/537.36"),
)


class OriginPlace(Struct, frozen=True, forbid_unknown_fields=True):
    """A city, and an address that geography files place there."""

    city: str
    region: str
    address: str


class Origin(Struct, frozen=True, forbid_unknown_fields=True):
    """A country, how many customers come from it relative to the others, and what their browsers ask for."""

    country: str
    weight: int
    accept_languages: tuple[str, ...]
    places: tuple[OriginPlace, ...]


class Visitor(Struct, frozen=True):
    """One simulated customer's connection."""

    country: str
    place: OriginPlace
    accept_language: str
    user_agent: str

    @property
    def language(self) -> str:
        """The primary tag of the first language: 'de'."""
        tag = self.accept_language.replace(",", "-").split("-", 1)[0]
        return "no" if tag == "nb" else tag


class _Document(Struct, frozen=True):
    source: str
    origins: tuple[Origin, ...]


@cache
def load_origins() -> tuple[Origin, ...]:
    """All countries of `origins.json`, which make_origins.py writes."""
    raw = resources.files(__package__).joinpath("origins.json").read_bytes()
    return msgspec.json.decode(raw, type=_Document).origins


@cache
def _cumulative_weights() -> list[int]:
    return list(accumulate(origin.weight for origin in load_origins()))


@cache
def find_origin(country: str) -> Origin | None:
    """The country by its ISO 3166 alpha-2 code, or None."""
    return next((origin for origin in load_origins() if origin.country == country.upper()), None)


def choose_visitor(rng: random.Random, country: str = "", language: str = "") -> Visitor:
    """A customer by the weights; `country` and `language` (a primary tag) narrow the choice where they are known."""
    origin = find_origin(country) if country else None
    if origin is None and language:
        speaking = [o for o in load_origins() if _header_for(o, language)]
        origin = rng.choices(speaking, [o.weight for o in speaking])[0] if speaking else None
    if origin is None:
        weights = _cumulative_weights()
        origin = load_origins()[bisect(weights, rng.randrange(weights[-1]))]
    header = _header_for(origin, language) if language else rng.choice(origin.accept_languages)
    return Visitor(origin.country, rng.choice(origin.places), header or language, _choose_user_agent(rng))


def visitor_for(key: str, country: str = "", language: str = "") -> Visitor:
    """The same customer for the same key, however often and wherever it is asked."""
    return choose_visitor(random.Random(hashlib.sha256(key.encode()).digest()), country, language)  # noqa: S311 -- no secret


def _header_for(origin: Origin, language: str) -> str:
    return next((h for h in origin.accept_languages if h.replace(",", "-").split("-", 1)[0] == language), "")


def _choose_user_agent(rng: random.Random) -> str:
    return rng.choices([text for _, text in USER_AGENTS], [weight for weight, _ in USER_AGENTS])[0]
