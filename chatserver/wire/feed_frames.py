"""The change feed: a snapshot or a place to resume from, then every event in its global order."""

import msgspec
from msgspec import Struct

from chatserver.domain.desk import DeskState
from chatserver.domain.errors import Invalid
from chatserver.domain.events import Recorded
from chatserver.wire.visitor_frames import decode_frame


class FeedHello(Struct, frozen=True, tag_field="t", tag="hello", forbid_unknown_fields=True):
    """The first frame. `after` None asks for a snapshot of the live state; 0 for everything from the beginning."""

    v: int
    token: str
    after: int | None = None
    epoch: str = ""


class FeedWelcome(Struct, frozen=True, tag_field="t", tag="welcome", omit_defaults=True):
    """The answer. Events follow after `seq`. `state` is given when it was asked for.

    `reset`: the follower's epoch is not this database's, or it is ahead of it: it must drop what it has and begin
    with `after` 0 (or a snapshot).
    """

    epoch: str
    seq: int
    state: DeskState | None = None
    reset: bool = False


class FeedEvents(Struct, frozen=True, tag_field="t", tag="events"):
    """Events in order, without gaps. `head` is the newest durable seq: what the follower still lacks is known."""

    events: list[Recorded]
    head: int


FeedFrame = FeedWelcome | FeedEvents
_HELLO = msgspec.json.Decoder(FeedHello)
_FRAME: msgspec.json.Decoder[FeedFrame] = msgspec.json.Decoder(FeedFrame)


def parse_feed_hello(raw: str | bytes) -> FeedHello:
    """The follower's first frame. Raises Invalid or TooLarge."""
    hello = decode_frame(_HELLO, raw)
    if hello.after is not None and hello.after < 0:
        raise Invalid("after is the last seq that you hold, or 0.")
    return hello


def parse_feed_frame(raw: str | bytes) -> FeedFrame:
    """A frame from the server, on the follower's side. Raises msgspec.DecodeError: then start over."""
    return _FRAME.decode(raw)
