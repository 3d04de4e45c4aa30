"""Who gets to see what, once it is durable: outlets of customers, staff and followers.

Each line is rendered and encoded once for all customers' outlets and once for all of the staff's.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple, Protocol, TypeVar

import msgspec

from chatserver.domain.chat import Chat
from chatserver.domain.events import ChatEvent, MembershipRemoved, MessageSaid, PersonSaved, Recorded
from chatserver.domain.organisation import Organisation
from chatserver.domain.permissions import may_see
from chatserver.hub.hub import Delivery
from chatserver.wire.feed_frames import FeedEvents
from chatserver.wire.lines import line_for_customer, line_for_staff

MAX_HELD_BYTES = 8 * 1024 * 1024  # of newer lines, while older ones are read: seconds of the busiest feed
TRY_AGAIN_LATER = 1013  # close code of RFC 6455

encode = msgspec.json.Encoder().encode
V = TypeVar("V")


class Outlet(Protocol):
    """One socket's way out. `send` never blocks and never raises; a client that is too slow is closed."""

    def send(self, frame: bytes) -> None:
        """Sends one frame."""

    def close(self, code: int, reason: str, retry_ms: int = 0) -> None:
        """Says bye and closes, with a close code of RFC 6455."""


class Subscription:
    """One outlet's view of a chat or of the feed. While older lines are read from disk, newer ones wait here.

    It begins held. Who takes so long over the older lines that too much waits is closed, and heals by resuming.
    """

    def __init__(self, outlet: Outlet) -> None:
        self.outlet = outlet
        self._holds = 1
        self._held: list[bytes] = []
        self._held_bytes = 0

    def send(self, frame: bytes) -> None:
        """Sends a frame, or holds it back until `release`."""
        if not self._holds:
            self.outlet.send(frame)
            return
        self._held_bytes += len(frame)
        if self._held_bytes > MAX_HELD_BYTES:
            self._held.clear()
            self.outlet.close(TRY_AGAIN_LATER, "too slow")
        else:
            self._held.append(frame)

    def hold(self) -> None:
        """From now on newer frames wait until `release`, once more for each `hold`."""
        self._holds += 1

    def release(self) -> None:
        """Older lines have been sent; if no others are being read, what waited follows."""
        self._holds -= 1
        if self._holds:
            return
        held, self._held, self._held_bytes = self._held, [], 0
        for frame in held:
            self.outlet.send(frame)


class Watch(NamedTuple):
    """A console that has a chat open."""

    person_id: str
    chat: Chat
    subscription: Subscription


class Deliveries:
    """All subscriptions of the process. The hub calls `deliver` and `flush`, in the order of the log."""

    def __init__(self, organisation: Callable[[], Organisation]) -> None:
        self._organisation = organisation
        self.visitors: dict[str, dict[Outlet, Subscription]] = {}  # visitor id -> their pages
        self.persons: dict[
            str, dict[Outlet, str]
        ] = {}  # person id -> their consoles, with the sign-in's hash
        self._watchers: dict[int, dict[Outlet, Watch]] = {}  # chat id -> who has it open
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
        elif isinstance(recorded.event, MembershipRemoved | PersonSaved):
            self._close_out_of_scope()

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
        for outlet, watch in list(watchers.items()):
            if outlet is not own:
                watch.subscription.send(frame)
            if not may_see(self._organisation(), watch.person_id, watch.chat):
                self.close_chat(outlet, chat_id)

    def _close_out_of_scope(self) -> None:
        """Somebody's rights or groups changed: no further line of what they may no longer see."""
        for chat_id, watchers in list(self._watchers.items()):
            for outlet, watch in list(watchers.items()):
                if not may_see(self._organisation(), watch.person_id, watch.chat):
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

    def open_chat(self, outlet: Outlet, person_id: str, chat: Chat) -> Subscription:
        """The outlet begins to see the chat, or wants older lines again; newer ones are held until `release`."""
        watchers = self._watchers.setdefault(chat.id, {})
        if (watch := watchers.get(outlet)) is not None:
            watch.subscription.hold()
        else:
            watch = watchers[outlet] = Watch(person_id, chat, Subscription(outlet))
        return watch.subscription

    def has_open(self, outlet: Outlet, chat_id: int) -> bool:
        """Does the outlet see the chat?"""
        return outlet in self._watchers.get(chat_id, ())

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
