"""How many people are ahead: pushed to waiting customers when it changes (R18). Coalesced; may be lost."""

import asyncio

from chatserver.domain.desk import Desk
from chatserver.domain.events import ChatAssigned, ChatEnded, ChatQueued, ChatTransferred
from chatserver.hub.delivery import Deliveries, encode
from chatserver.hub.hub import Delivery, Hub
from chatserver.wire.visitor_frames import QueuePosition

PAUSE_S = 0.25  # a queue of thousands that moves at each message would otherwise cost more than the chats

_MOVES = (ChatQueued, ChatAssigned, ChatTransferred, ChatEnded)


class Positions:
    """Tells each waiting customer their place, when it is not the one told last."""

    def __init__(self, hub: Hub, deliveries: Deliveries) -> None:
        self._hub = hub
        self._deliveries = deliveries
        self._told: dict[str, int] = {}
        self._timer: asyncio.TimerHandle | None = None

    def note(self, delivery: Delivery) -> None:
        """An event was delivered: if it moves a queue, positions are told soon."""
        if isinstance(delivery.recorded.event, _MOVES):
            if delivery.recorded.event.__class__ is not ChatQueued:
                self._told.pop(delivery.visitor_id, None)
            if self._timer is None:
                self._timer = asyncio.get_running_loop().call_later(PAUSE_S, self._ask)

    def _ask(self) -> None:
        self._timer = None
        self._hub.ask(self._positions, self._tell)

    def _positions(self, desk: Desk) -> list[tuple[str, int]]:
        connected = self._deliveries.visitors
        found = []
        for queue in desk.waiting.values():
            for ahead, (_, chat_id) in enumerate(queue):
                visitor_id = desk.chats[chat_id].visitor_id
                if visitor_id in connected and self._told.get(visitor_id) != ahead:
                    found.append((visitor_id, ahead))
        return found

    def _tell(self, positions: list[tuple[str, int]]) -> None:
        for visitor_id, ahead in positions:
            self._told[visitor_id] = ahead
            for subscription in list(self._deliveries.visitors.get(visitor_id, {}).values()):
                subscription.send(encode(QueuePosition(ahead)))

    def forget(self, visitor_id: str) -> None:
        """The visitor's page is new: tell it again at the next change."""
        self._told.pop(visitor_id, None)

    def close(self) -> None:
        """Stops the timer."""
        if self._timer is not None:
            self._timer.cancel()
