"""What people write to each other in the sample company's chats, for the generator and the live demo.

`dialogue_texts/<department>.toml` has the topics with their scripts in English; `other_languages/<code>.toml` beside it
adds scripts in another language to some of them. A line is "C: …" (customer) or "A: …" (agent), with variants parted
by " | ". Texts may have placeholders, see `PLACEHOLDERS`; `fill` puts values in.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

TEXTS_FOLDER = Path(__file__).with_name("dialogue_texts")
CUSTOMERS_FILE = Path(__file__).with_name("customers.toml")
# the customer's first name, the agent's chat name, the order's number, the customer's city
PLACEHOLDERS = frozenset({"customer", "agent", "order", "city"})
_PLACEHOLDER = re.compile(r"\{(\w*)\}")
_SENDERS: Mapping[str, Literal["customer", "agent"]] = {"C": "customer", "A": "agent"}


class DialogueLine(Struct, frozen=True):
    """One message after the opening; any one of the variants may be sent."""

    sender: Literal["customer", "agent"]
    variants: tuple[str, ...]


class Script(Struct, frozen=True):
    """A conversation in one language: the customer's first message (one of `openings`), then the lines in order."""

    language: str
    openings: tuple[str, ...]
    lines: tuple[DialogueLine, ...]


class Topic(Struct, frozen=True):
    """What a conversation is about. `article` is the slug of the article that answers it, or ''."""

    id: str
    department: str
    title: str
    article: str
    scripts: tuple[Script, ...]


class CustomerPool(Struct, frozen=True, forbid_unknown_fields=True):
    """Names, cities and the language of customers of one country (ISO codes). `share` is its part of all, in percent.

    Each city comes with its region: ["Munich", "Bavaria"].
    """

    country: str
    language: str
    locale: str
    share: float
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    cities: tuple[tuple[str, str], ...]


class _TopicText(Struct, forbid_unknown_fields=True):
    id: str
    title: str
    article: str
    openings: list[str]
    turns: list[str]


class _DepartmentFile(Struct, forbid_unknown_fields=True):
    department: str
    topics: list[_TopicText]


class _ScriptText(Struct, forbid_unknown_fields=True):
    topic: str
    openings: list[str]
    turns: list[str]


class _LanguageFile(Struct, forbid_unknown_fields=True):
    language: str
    scripts: list[_ScriptText]


class _CustomersFile(Struct, forbid_unknown_fields=True):
    pools: list[CustomerPool]


def load_dialogues(folder: Path = TEXTS_FOLDER) -> list[Topic]:
    """All topics, by file and in its order; each one's first script is English. Raises ValueError for a bad text."""
    languages = [
        msgspec.toml.decode(path.read_bytes(), type=_LanguageFile)
        for path in sorted((folder / "other_languages").glob("*.toml"))
    ]
    more: dict[str, list[Script]] = {}
    for language in languages:
        for text in language.scripts:
            script = _parse_script(language.language, text.topic, text.openings, text.turns)
            more.setdefault(text.topic, []).append(script)
    topics = []
    for path in sorted(folder.glob("*.toml")):
        content = msgspec.toml.decode(path.read_bytes(), type=_DepartmentFile)
        for topic in content.topics:
            english = _parse_script("en", topic.id, topic.openings, topic.turns)
            scripts = (english, *more.pop(topic.id, ()))
            topics.append(Topic(topic.id, content.department, topic.title, topic.article, scripts))
    if more:
        raise ValueError(f"{folder}: scripts for topics that are not there: {', '.join(sorted(more))}")
    return topics


def load_customers(path: Path = CUSTOMERS_FILE) -> list[CustomerPool]:
    """The customers' countries, the most frequent first. Raises msgspec.ValidationError."""
    pools = msgspec.toml.decode(path.read_bytes(), type=_CustomersFile).pools
    return sorted(pools, key=lambda pool: -pool.share)


def fill(text: str, values: Mapping[str, str]) -> str:
    """'Hi {customer}!' with {'customer': 'Ana'} -> 'Hi Ana!'. Raises KeyError when a value is missing."""
    return _PLACEHOLDER.sub(lambda found: values[found[1]], text)


def _parse_script(language: str, topic: str, openings: list[str], turns: list[str]) -> Script:
    if not openings or not turns:
        raise ValueError(f"{topic} ({language}): a script needs openings and turns")
    for text in (*openings, *turns):
        unknown = set(_PLACEHOLDER.findall(text)) - PLACEHOLDERS
        if unknown:
            raise ValueError(f"{topic} ({language}): unknown placeholder {{{unknown.pop()}}}")
    return Script(language, tuple(openings), tuple(_parse_line(topic, turn) for turn in turns))


def _parse_line(topic: str, turn: str) -> DialogueLine:
    sender, colon, text = turn.partition(": ")
    variants = tuple(variant.strip() for variant in text.split(" | "))
    if not colon or sender not in _SENDERS or not all(variants):
        raise ValueError(f"{topic}: a line is 'C: text' or 'A: text', not {turn!r}")
    return DialogueLine(_SENDERS[sender], variants)
