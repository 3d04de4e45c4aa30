"""Recorded conversations: one JSON object a line, plain or gzip. docs/replay.md describes the format."""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from msgspec import Struct, structs

from chatserver.domain.errors import ChatError
from chatserver.wire.cleaning import parse_text

Side = Literal["customer", "agent"]
GZIP_MAGIC = b"\x1f\x8b"


class ReplayError(Exception):
    """The replay cannot run as asked; the message says why and what to do."""


class Turn(Struct, frozen=True, forbid_unknown_fields=True):
    """One message. `at_s` is the time since the start of the conversation, in seconds."""

    sender: Side
    text: str
    at_s: float = 0.0


class Conversation(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One recorded chat. What is '' is chosen by `id`, always alike.

    department: id or name; language: an Accept-Language header; country: ISO 3166 alpha-2; address: IPv4 or IPv6, goes
    before `country`; user_agent: the header; name: what the customer is called; ended_by: who closes the chat.
    """

    id: str
    turns: tuple[Turn, ...]
    department: str = ""
    name: str = ""
    language: str = ""
    country: str = ""
    address: str = ""
    user_agent: str = ""
    ended_by: Side = "customer"


def read_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Numbers (from 1) and contents of the file's lines that are not empty. Raises ReplayError."""
    try:
        with path.open("rb") as file:
            zipped = file.read(2) == GZIP_MAGIC
        with gzip.open(path, "rb") if zipped else path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield number, line
    except FileNotFoundError:
        raise ReplayError(f"{path}: there is no such file.") from None
    except (OSError, EOFError, zlib.error) as error:
        raise ReplayError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}.") from None


def check_conversation(conversation: Conversation) -> Conversation:
    """The conversation as the server would store it, in the order of time. Raises ReplayError.

    Texts are cleaned as the server cleans them, so that what comes back can be compared; turns that are empty then
    are left out. A chat begins with a customer's question: what an agent said before it comes after it.
    """
    turns = []
    for turn in sorted(conversation.turns, key=lambda turn: turn.at_s):
        if not turn.text.strip():
            continue
        try:
            turns.append(structs.replace(turn, text=parse_text(turn.text)))
        except ChatError as error:
            raise ReplayError(error.message) from None
    first = next((n for n, turn in enumerate(turns) if turn.sender == "customer"), None)
    if first is None:
        raise ReplayError("the customer says nothing, so there is no question to begin the chat with.")
    question = turns.pop(first)
    start = min([question.at_s, *(turn.at_s for turn in turns)])
    return structs.replace(conversation, turns=(structs.replace(question, at_s=start), *turns))
