"""The live state from the log, at start."""

from chatserver.domain.desk import Desk
from chatserver.domain.events import ChatAssigned
from chatserver.store.reading import Replay


def desk_from(replay: Replay) -> Desk:
    """The desk as it was when the last event was written."""
    desk = Desk()
    for recorded in replay.events:
        desk.apply(recorded)
    for recorded in replay.last_assigned:
        if isinstance(recorded.event, ChatAssigned):
            desk.duty_of(recorded.event.person_id).last_assigned_at = recorded.at
    desk.last_seq = max(desk.last_seq, replay.last_seq)
    desk.last_chat_id = max(desk.last_chat_id, replay.last_chat_id)
    return desk
