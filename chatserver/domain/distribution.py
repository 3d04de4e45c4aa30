"""Who gets the next chat: one pure function for each method (R14), the same for server and simulator."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType

from msgspec import Struct

from chatserver.domain.chat import Chat
from chatserver.domain.organisation import Method

_NEVER = datetime.min.replace(tzinfo=UTC)


class Candidate(Struct, frozen=True):
    """An agent who may be given a chat now: receiving, and below the limit."""

    person_id: str
    primary: bool
    active_chats: int
    last_assigned_at: datetime | None


Chooser = Callable[[Chat, Iterable[Candidate]], Candidate | None]


def choose_nobody(chat: Chat, candidates: Iterable[Candidate]) -> Candidate | None:  # noqa: ARG001 -- a Chooser
    """Cherry picking: chats are pulled, never pushed (R14)."""
    return None


def choose_by_round_robin(chat: Chat, candidates: Iterable[Candidate]) -> Candidate | None:
    """Primary before secondary, fewest active chats, longest since last assignment (R14).

    Whoever has just transferred the chat away gets it back only if nobody else can take it. Ids break ties, so
    that the choice does not depend on the order of the candidates.
    """

    def rank(candidate: Candidate) -> tuple[bool, bool, int, datetime, str]:
        return (
            candidate.person_id == chat.released_by,
            not candidate.primary,
            candidate.active_chats,
            candidate.last_assigned_at or _NEVER,
            candidate.person_id,
        )

    return min(candidates, key=rank, default=None)


METHODS: Mapping[Method, Chooser] = MappingProxyType(
    {Method.CHERRY_PICKING: choose_nobody, Method.ROUND_ROBIN: choose_by_round_robin}
)
