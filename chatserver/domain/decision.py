"""What decide() returns."""

from msgspec import Struct

from chatserver.domain.events import AnyEvent
from chatserver.domain.replies import Done, Reply


class Decision(Struct, frozen=True):
    """Events to record, in order, and what to tell the sender when they are on disk."""

    events: tuple[AnyEvent, ...] = ()
    reply: Reply = Done()
