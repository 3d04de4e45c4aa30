"""Who gets to see what, once it is durable: outlets of customers, staff and followers.

Each line is rendered and encoded once for all customers' outlets and once for all of the staff's.
"""

from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

import msgspec

from chatserver.domain.events import ChatEvent, MessageSaid, Recorded
from chatserver.domain.organisation import Organisation
from chatserver.domain.permissions import may_see
from chatserver.hub.hub import Delivery
from chatserver.wire.feed_frames import FeedEvents
from chatserver.wire.lines import line_for_customer, line_for_staff

encode = msgspec.json.Encoder().encode
V = TypeVar("V")


class Outlet(Protocol):
    """One socket's way out. `send` never blocks and never raises; a client that is too slow is closed."""

    def send(self, frame: bytes) -> None:
        """Sends one frame."""

    def close(self, code: int, reason: str, retry_ms: int = 0) -> None:
        """Says bye and closes, with a close code of RFC 6455."""


class Subscription:
    """One outlet's view of a chat or of the feed. While older lines are read from disk, newer ones wait here."""

    def __init__(self, outlet: Outlet) -> None:
        self.outlet = outlet
        self._held: list[bytes] | None = []

    def send(self, frame: bytes) -> None:
        """Sends a frame, or holds it back until `release`."""
        if self._held is None:
            self.outlet.send(frame)
        else:
            self._held.append(frame)

    def hold(self) -> None:
        """From now on newer frames wait until `release`."""
        if self._held is None:
            self._held = []

    def release(self) -> None:
        """The older lines have been sent; what waited follows."""
        held, self._held = self._held or [], None
        for frame in held:
            self.outlet.send(frame)


class Deliveries:
    """All subscriptions of the process. The hub calls `deliver` and `flush`, in the order of the log."""

    def __init__(self, organisation: Callable[[], Organisation]) -> None:
        self._organisation = organisation
        self.visitors: dict[str, dict[Outlet, Subscription]] = {}  # visitor id -> their pages
        self.persons: dict[
            str, dict[Outlet, str]
        ] = {}  # person id -> their consoles, with the sign-in's hash
        self._watchers: dict[int, dict[Outlet, tuple[str, Subscription]]] = {}  # chat id -> who has it open
        self._followers: dict[Outlet, Subscription] = {}
        self._feed: list[Recorded] = []

    def deliver(self, delivery: Delivery) -> None:
        """Sends one durable event to all who may see it."""
        recorded = delivery.recorded
        if self._followers:
            self._feed.append(recorded)
        if isinstance(recorded.event, ChatEvent):
            own = (
                delivery.origin if isinstance(recorded.event, MessageSaid) else None
            )  # its sender gets the ack
            self._to_customer(delivery, own)
            self._to_staff(delivery, recorded.event.chat_id, own)

    def flush(self) -> None:
        """Sends the followers what was delivered since the last time, as one frame."""
        if self._feed:
            frame = encode(FeedEvents(self._feed, self._feed[-1].seq))
            self._feed = []
            for subscription in list(self._followers.values()):
                subscription.send(frame)

    def _to_customer(self, delivery: Delivery, own: object | None) -> None:
        pages = self.visitors.get(delivery.visitor_id)
        if not pages or (len(pages) == 1 and own in pages):
            return
        frame = encode(line_for_customer(delivery.recorded, self._organisation()))
        for outlet, subscription in list(pages.items()):
            if outlet is not own:
                subscription.send(frame)

    def _to_staff(self, delivery: Delivery, chat_id: int, own: object | None) -> None:
        watchers = self._watchers.get(chat_id, {})
        consoles = [outlet for person in delivery.persons for outlet in self.persons.get(person, ())]
        if not watchers and (not consoles or consoles == [own]):
            return
        frame = encode(line_for_staff(delivery.recorded, self._organisation()))
        for outlet in consoles:
            if outlet is not own and outlet not in watchers:
                outlet.send(frame)
        for outlet, (person_id, subscription) in list(watchers.items()):
            if outlet is not own:
                subscription.send(frame)
            if delivery.chat is not None and not may_see(self._organisation(), person_id, delivery.chat):
                self.close_chat(outlet, chat_id)

    def send_typing(self, chat_id: int, person_id: str, frame: bytes) -> None:
        """Tells the agent and whoever has the chat open that its customer is typing. May be lost."""
        for outlet in {*self.persons.get(person_id, ()), *self._watchers.get(chat_id, ())}:
            outlet.send(frame)

    # --- subscribing ---

    def follow(self, outlet: Outlet) -> Subscription:
        """The outlet begins to follow the feed; frames are held until `release`."""
        self._followers[outlet] = subscription = Subscription(outlet)
        return subscription

    def open_visitor(self, outlet: Outlet, visitor_id: str) -> Subscription:
        """A page of the visitor begins to see their chat; lines are held until `release`."""
        subscription = Subscription(outlet)
        self.visitors.setdefault(visitor_id, {})[outlet] = subscription
        return subscription

    def open_console(self, outlet: Outlet, person_id: str, session: str) -> None:
        """A console begins to see its person's chats."""
        self.persons.setdefault(person_id, {})[outlet] = session

    def open_chat(self, outlet: Outlet, person_id: str, chat_id: int) -> Subscription:
        """The outlet begins to see the chat; its lines are held until `release`."""
        subscription = Subscription(outlet)
        self._watchers.setdefault(chat_id, {})[outlet] = (person_id, subscription)
        return subscription

    def close_chat(self, outlet: Outlet, chat_id: int) -> None:
        """The outlet no longer sees the chat, unless it is its person's own."""
        _discard(self._watchers, chat_id, outlet)

    def remove(
        self, outlet: Outlet, *, visitor_id: str = "", person_id: str = "", chats: Iterable[int] = ()
    ) -> None:
        """Forgets a closed outlet."""
        self._followers.pop(outlet, None)
        for chat_id in chats:
            self.close_chat(outlet, chat_id)
        _discard(self.visitors, visitor_id, outlet)
        _discard(self.persons, person_id, outlet)


K = TypeVar("K")


def _discard(outlets: dict[K, dict[Outlet, V]], key: K, outlet: Outlet) -> None:
    found = outlets.get(key)
    if found is not None:
        found.pop(outlet, None)
        if not found:
            del outlets[key]
