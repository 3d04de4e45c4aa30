"""Who gets to see what, and in which order."""

from chatserver.domain import commands as c
from chatserver.domain.chat import Chat, Customer
from chatserver.domain.desk import Desk
from chatserver.domain.events import ChatEvent, Recorded
from chatserver.domain.organisation import Department, Group, Membership, Person, Role
from chatserver.hub.delivery import MAX_HELD_BYTES, TRY_AGAIN_LATER, Deliveries, Subscription
from chatserver.hub.hub import Delivery
from chatserver.wire.feed_frames import FeedEvents, parse_feed_frame
from tests.hub.fakes import ManualClock


class ListOutlet:
    """Keeps what it was sent."""

    def __init__(self) -> None:
        self.frames: list[bytes] = []
        self.closed_with = 0

    def send(self, frame: bytes) -> None:
        """Keeps it."""
        self.frames.append(frame)

    def close(self, code: int, reason: str, retry_ms: int = 0) -> None:
        """Keeps the code."""
        self.closed_with = code


class Scene:
    """A desk with Ana (administrator), Ben and Cyd (agents of group g), and deliveries to outlets."""

    def __init__(self) -> None:
        self.desk = Desk()
        self.clock = ManualClock()
        self.deliveries = Deliveries(lambda: self.desk.organisation)
        ana = Person("ana", "Ana", "Ana", (Role.ADMINISTRATOR,))
        self.do(c.SetUpSite(ana, Department("d", "D", "g"), Group("g", "G", "d")))
        for person_id in ("ben", "cyd"):
            self.do(
                c.SavePerson("ana", Person(person_id, person_id.title(), person_id.title(), (Role.AGENT,)))
            )
            self.do(c.SaveMembership("ana", Membership(person_id, "g", 3)))

    def do(self, command: c.Command, origin: object | None = None) -> list[Recorded]:
        """Handles the command and delivers what it caused."""
        recorded = self.desk.handle(command, self.clock()).recorded
        for item in recorded:
            chat = self._chat_of(item)
            persons = (chat.person_id,) if chat is not None and chat.person_id else ()
            visitor_id = chat.visitor_id if chat is not None else ""
            self.deliveries.deliver(Delivery(item, visitor_id, persons, chat, origin))
        self.deliveries.flush()
        return recorded

    def _chat_of(self, item: Recorded) -> Chat | None:
        return self.desk.find_chat(item.event.chat_id) if isinstance(item.event, ChatEvent) else None

    def start(self) -> None:
        """Visitor v starts chat 1."""
        self.do(c.StartChat("v", "start-0001", "d", Customer(name="Zoë"), "Hello?"))


def test_what_happens_while_older_lines_are_read_waits_and_keeps_its_order() -> None:
    outlet = ListOutlet()
    subscription = Subscription(outlet)
    subscription.send(b"3")
    subscription.send(b"4")
    outlet.send(b"1, 2")

    subscription.release()
    subscription.send(b"5")

    assert outlet.frames == [b"1, 2", b"3", b"4", b"5"]


def test_two_readers_of_older_lines_hold_the_newer_ones_until_both_are_done() -> None:
    outlet = ListOutlet()
    subscription = Subscription(outlet)
    subscription.hold()
    subscription.send(b"5")

    subscription.release()
    assert outlet.frames == []
    subscription.release()

    assert outlet.frames == [b"5"]


def test_who_never_takes_the_older_lines_is_closed_before_the_newer_ones_fill_the_memory() -> None:
    outlet = ListOutlet()
    subscription = Subscription(outlet)

    for _ in range(MAX_HELD_BYTES // 1024 + 1):
        subscription.send(bytes(1024))

    assert outlet.closed_with == TRY_AGAIN_LATER
    assert outlet.frames == []


def test_a_sender_gets_no_line_of_their_own_message_but_their_other_page_does() -> None:
    scene = Scene()
    first, second = ListOutlet(), ListOutlet()
    for page in (first, second):
        scene.deliveries.open_visitor(page, "v").release()
    scene.start()
    first.frames.clear()
    second.frames.clear()

    scene.do(c.CustomerSay("v", "message-1", "Me again"), origin=first)

    assert first.frames == []
    assert len(second.frames) == 1


def test_nobody_else_gets_a_customers_lines() -> None:
    scene = Scene()
    stranger, console = ListOutlet(), ListOutlet()
    scene.deliveries.open_visitor(stranger, "another").release()
    scene.deliveries.open_console(console, "cyd", "")

    scene.start()

    assert stranger.frames == console.frames == []


def test_an_agent_who_has_the_chat_open_gets_each_line_once() -> None:
    scene = Scene()
    console = ListOutlet()
    scene.do(c.SetPresence("ben", online=True))
    scene.deliveries.open_console(console, "ben", "")
    scene.start()
    scene.deliveries.open_chat(console, "ben", scene.desk.get_chat(1)).release()
    console.frames.clear()

    scene.do(c.CustomerSay("v", "message-1", "Me again"))

    assert len(console.frames) == 1


def test_followers_get_whole_batches_as_one_frame() -> None:
    scene = Scene()
    follower = ListOutlet()
    scene.deliveries.follow(follower).release()

    scene.start()

    (frame,) = follower.frames
    parsed = parse_feed_frame(frame)
    assert isinstance(parsed, FeedEvents)
    assert [item.seq for item in parsed.events] == list(range(parsed.events[0].seq, parsed.head + 1))


def test_a_removed_outlet_gets_nothing_and_leaves_nothing_behind() -> None:
    scene = Scene()
    page, console = ListOutlet(), ListOutlet()
    scene.deliveries.open_visitor(page, "v").release()
    scene.deliveries.open_console(console, "ben", "")
    scene.start()
    scene.deliveries.open_chat(console, "ben", scene.desk.get_chat(1)).release()
    page.frames.clear()

    scene.deliveries.remove(page, visitor_id="v")
    scene.deliveries.remove(console, person_id="ben", chats=[1])
    scene.do(c.CustomerSay("v", "message-1", "Anybody?"))

    assert page.frames == console.frames == []
    assert not scene.deliveries.visitors
    assert not scene.deliveries.persons
