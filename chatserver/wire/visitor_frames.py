"""Frames between a customer's page and the chat server. docs/protocol.md tells the conversation."""

from datetime import datetime
from typing import TypeVar

import msgspec
from msgspec import Struct

from chatserver.domain import commands as c
from chatserver.domain.chat import Customer
from chatserver.domain.errors import Invalid, TooLarge
from chatserver.wire import cleaning
from chatserver.wire.limits import MAX_FRAME_BYTES
from chatserver.wire.lines import Line


class Frame(Struct, frozen=True, tag_field="t", tag=str.lower, forbid_unknown_fields=True):
    """Anything a customer's page sends."""


class Hello(Frame, frozen=True):
    """The first frame. `after`: the last line held; `epoch`: of the database that it came from."""

    v: int
    token: str = ""
    after: int = 0
    epoch: str = ""


class Start(Frame, frozen=True):
    """Begin a chat."""

    client_id: str
    department: str
    name: str
    question: str
    email: str = ""
    page: str = ""
    referrer: str = ""


class Say(Frame, frozen=True):
    """Say something."""

    client_id: str
    text: str


class Typing(Frame, frozen=True):
    """The customer began or stopped typing. May be lost."""

    on: bool


class Resume(Frame, frozen=True):
    """Send me the lines after this one: the page found a gap."""

    after: int


class End(Frame, frozen=True):
    """End the chat."""


T = TypeVar("T")
VisitorFrame = Hello | Start | Say | Typing | Resume | End
_DECODER: msgspec.json.Decoder[VisitorFrame] = msgspec.json.Decoder(VisitorFrame)


def parse_visitor_frame(raw: str | bytes) -> VisitorFrame:
    """The frame. Raises Invalid or TooLarge."""
    return decode_frame(_DECODER, raw)


def decode_frame(decoder: msgspec.json.Decoder[T], raw: str | bytes) -> T:
    """A frame by its decoder, refused by size before it is read. Raises Invalid or TooLarge."""
    if len(raw) > MAX_FRAME_BYTES:
        raise TooLarge(f"A frame has at most {MAX_FRAME_BYTES} bytes.")
    try:
        return decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise Invalid(f"This frame is not understood: {error}") from None


def start_command(frame: Start, visitor_id: str, facts: Customer) -> c.StartChat:
    """The command for a Start; `facts` holds what the server itself learnt of the visitor. Raises Invalid, TooLarge."""
    customer = msgspec.structs.replace(
        facts,
        name=cleaning.parse_name(frame.name),
        email=cleaning.parse_email(frame.email),
        page=cleaning.parse_url(frame.page),
        referrer=cleaning.parse_url(frame.referrer),
    )
    return c.StartChat(
        visitor_id,
        cleaning.parse_client_id(frame.client_id),
        frame.department,
        customer,
        cleaning.parse_text(frame.question, "question"),
    )


def say_command(frame: Say, visitor_id: str) -> c.CustomerSay:
    """The command for a Say. Raises Invalid or TooLarge."""
    return c.CustomerSay(
        visitor_id, cleaning.parse_client_id(frame.client_id), cleaning.parse_text(frame.text)
    )


# --- to the page ---


class Choice(Struct, frozen=True):
    """A department that the customer may pick. `open` False: leave a message instead (R17)."""

    id: str
    name: str
    open: bool


class ChatView(Struct, frozen=True, omit_defaults=True):
    """The customer's chat as it stands: `n` is its last line, `ahead` the people before them while queued."""

    status: str
    n: int
    name: str
    department: str
    agent: str = ""
    avatar: str = ""
    ahead: int = -1


class Welcome(Struct, frozen=True, tag_field="t", tag="welcome", omit_defaults=True):
    """The answer to Hello. `token` is to be kept and sent next time. `reset`: forget the lines held."""

    epoch: str
    token: str
    departments: tuple[Choice, ...]
    chat: ChatView | None = None
    reset: bool = False


class Started(Struct, frozen=True, tag_field="t", tag="started"):
    """The answer to Start."""

    client_id: str
    at: datetime
    chat: ChatView


class Ack(Struct, frozen=True, tag_field="t", tag="ack", omit_defaults=True):
    """The message is on disk as line `n`. `chat` is 0 to customers."""

    client_id: str
    n: int
    at: datetime
    chat: int = 0


class Lines(Struct, frozen=True, tag_field="t", tag="lines", omit_defaults=True):
    """Lines that were missed, in order. `more`: ask again after the last one."""

    lines: tuple[Line, ...]
    chat: int = 0
    more: bool = False


class QueuePosition(Struct, frozen=True, tag_field="t", tag="queue"):
    """How many people are ahead: 0 for the first (R18)."""

    ahead: int


class TypingShown(Struct, frozen=True, tag_field="t", tag="typing", omit_defaults=True):
    """The other side is typing, or stopped."""

    on: bool
    name: str = ""
    chat: int = 0


class Bye(Struct, frozen=True, tag_field="t", tag="bye", omit_defaults=True):
    """The server closes this socket. Come back after `retry_ms` (0: do not)."""

    reason: str
    retry_ms: int = 0
