"""What the sender of a command is told once its events are on disk."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from chatserver.domain.events import Recorded


class Accepted(Struct, frozen=True):
    """A message (or a chat's start) has its place: line `n` of `chat_id`. A repeat gets the same answer."""

    chat_id: int
    n: int
    at: datetime
    client_id: str


class ResultCode(StrEnum):
    """What became of one chat of a command."""

    ASSIGNED = "assigned"  # to `person_id`
    QUEUED = "queued"  # in the target group
    ENDED = "ended"
    REFUSED = "refused"  # nothing changed; `message` says why, `person_id` whose it is


class ChatResult(Struct, frozen=True):
    """One chat's part of a command's answer (R21, R22)."""

    chat_id: int
    code: ResultCode
    message: str = ""
    person_id: str = ""
    over_limit: bool = False


class Done(Struct, frozen=True):
    """The command was carried out; one result for each chat it named."""

    results: tuple[ChatResult, ...] = ()


Reply = Accepted | Done


class Outcome(Struct, frozen=True):
    """What a handled command caused, and what its sender is told."""

    recorded: list[Recorded]
    reply: Reply
