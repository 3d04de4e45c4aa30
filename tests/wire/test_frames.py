"""Frames of customers, staff and followers: what is taken, and that all else is refused and nothing worse."""

import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatserver.domain import commands as c
from chatserver.domain.chat import Customer
from chatserver.domain.desk import Desk
from chatserver.domain.errors import ChatError, Invalid, TooLarge
from chatserver.domain.events import CustomerLeft, Recorded
from chatserver.domain.organisation import Department, Group, Membership, Method, Person, Role
from chatserver.domain.replies import Accepted, ChatResult, Done, ResultCode
from chatserver.wire import feed_frames, staff_frames, visitor_frames
from chatserver.wire.limits import MAX_FRAME_BYTES
from tests.domain.builders import Story

ALSO_TESTS = {
    "chatserver.wire.visitor_frames": "frames of all three sockets keep the same promises",
    "chatserver.wire.staff_frames": "frames of all three sockets keep the same promises",
    "chatserver.wire.feed_frames": "frames of all three sockets keep the same promises",
    "chatserver.domain.names": "frames get their names from it",
}

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
Parser = Callable[[str | bytes], Any]

VISITOR_FRAMES: list[visitor_frames.VisitorFrame] = [
    visitor_frames.Hello(1, "token", 7, "epoch"),
    visitor_frames.Start(
        "client-01", "sales", "Vera", "Hello?", "v@example.org", "https://a.example", "https://b.example"
    ),
    visitor_frames.Say("client-01", "Hello?"),
    visitor_frames.Typing(on=True),
    visitor_frames.Resume(7),
    visitor_frames.End(),
]
COMMAND_FRAMES: list[staff_frames.CommandFrame] = [
    staff_frames.Say(1, "client-01", "Hello"),
    staff_frames.Take((c.Seen(1, "bob"), c.Seen(2)), "r1"),
    staff_frames.GetFromQueue("r1"),
    staff_frames.Transfer((1, 2), "support", "dan", "Wants an invoice", "r1"),
    staff_frames.End((1, 2), "r1"),
    staff_frames.SetAvailable(available=False, id="r1"),
    staff_frames.SetActive("sales", active=False, person="bob", id="r1"),
    staff_frames.SaveDepartment(Department("d", "D", "g"), Group("g", "G", "d", Method.ROUND_ROBIN), "r1"),
    staff_frames.SaveGroup(Group("g", "G", "d"), "r1"),
    staff_frames.SavePerson(Person("p", "P", "Pat", (Role.AGENT, Role.MANAGER), ("en",), "p.png"), "r1"),
    staff_frames.SaveMembership(Membership("p", "g", 3, primary=False), "r1"),
    staff_frames.RemoveMembership("p", "g", "r1"),
    staff_frames.SetMethod(Method.CHERRY_PICKING, "r1"),
]
STAFF_FRAMES: list[staff_frames.StaffFrame] = [
    staff_frames.Hello(1, "token", "epoch"),
    staff_frames.Open(1, 7),
    staff_frames.Close(1),
    staff_frames.Resume(1, 7),
    staff_frames.Typing(1, on=False),
    *COMMAND_FRAMES,
]
CASES: list[tuple[Parser, Any]] = [
    *((visitor_frames.parse_visitor_frame, frame) for frame in VISITOR_FRAMES),
    *((staff_frames.parse_staff_frame, frame) for frame in STAFF_FRAMES),
    *((staff_frames.parse_command_frame, frame) for frame in COMMAND_FRAMES),
    (feed_frames.parse_feed_hello, feed_frames.FeedHello(1, "token", 7, "epoch")),
]
PARSERS: list[Parser] = [
    visitor_frames.parse_visitor_frame,
    staff_frames.parse_staff_frame,
    staff_frames.parse_command_frame,
    feed_frames.parse_feed_hello,
]


@pytest.mark.parametrize(("parse", "frame"), CASES)
def test_every_frame_survives_its_way(parse: Parser, frame: Any) -> None:
    raw = msgspec.json.encode(frame)

    assert parse(raw) == frame
    assert parse(raw.decode()) == frame


def test_every_frame_that_there_is_has_an_example_here() -> None:
    for examples, union in (
        (VISITOR_FRAMES, visitor_frames.VisitorFrame),
        (STAFF_FRAMES, staff_frames.StaffFrame),
        (COMMAND_FRAMES, staff_frames.CommandFrame),
    ):
        assert {type(frame) for frame in examples} == set(union.__args__)


@pytest.mark.parametrize(("parse", "frame"), CASES)
def test_an_unknown_field_is_refused(parse: Parser, frame: Any) -> None:
    with pytest.raises(Invalid):
        parse(msgspec.json.encode({**msgspec.to_builtins(frame), "person_id": "ada"}))


def test_an_unknown_field_of_a_chat_to_take_is_refused() -> None:
    with pytest.raises(Invalid):
        staff_frames.parse_staff_frame('{"t": "take", "chats": [{"chat_id": 1, "force": true}]}')


HOSTILE: list[str | bytes] = [
    "",
    "null",
    "[]",
    "7",
    "{}",
    '{"t": "tick"}',
    '{"t": "set_presence", "person_id": "bob", "online": true}',
    '{"t": 7}',
    '{"t": "say"}',
    '{"t": "resume", "chat": 1e400, "after": 0}',
    '{"t": "resume", "after": 1.5}',
    '{"t": "hello", "v": ' + "9" * 5_000 + ', "token": ""}',
    '{"t": "hello", "v": 1, "token": "\\ud800"}',
    '{"t": "hello", "v": 1, "token": "\ud800"}',
    '{"t": "hello", "v": 1, "token": "a"',
    '{"t": "hello", "v": 1, "token": "a"} {"t": "end"}',
    "[" * 16_000,
    '{"t":' * 3_000,
    '{"t": "hello", "x": ' + "[" * 16_000,
    b"\xff\xfe",
    b'{"t": "hello", "v": 1, "token": "\xff"}',
    b'\x00{"t": "end"}',
    "NaN",
    '{"t": NaN}',
]


@pytest.mark.parametrize("parse", PARSERS)
@pytest.mark.parametrize("raw", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_frame_is_refused_with_words_that_can_be_sent(parse: Parser, raw: str | bytes) -> None:
    with pytest.raises(ChatError) as refusal:
        parse(raw)

    assert len(refusal.value.message.encode()) <= 20_000


@pytest.mark.parametrize("parse", PARSERS)
def test_a_frame_too_large_is_refused_before_it_is_read(parse: Parser) -> None:
    with pytest.raises(TooLarge):
        parse("x" * (MAX_FRAME_BYTES + 1))
    with pytest.raises(TooLarge):
        parse(b'{"t":"hello","v":1,"token":"' + b"x" * MAX_FRAME_BYTES + b'"}')


def mutate(raw: bytes, seed: int) -> bytes:
    """The frame with a few bytes changed, doubled, dropped or put in."""
    source = random.Random(seed)
    data = bytearray(raw)
    for _ in range(source.randint(1, 4)):
        at = source.randrange(len(data) + 1)
        match source.randrange(4):
            case 0:
                data[at : at + 1] = bytes([source.randrange(256)])
            case 1:
                data[at:at] = data[at : at + source.randint(1, 20)]
            case 2:
                del data[at : at + source.randint(1, 8)]
            case _:
                data[at:at] = source.choice(
                    [b"null", b"[", b"{", b'"', b"-1", b"1e99", b"\\u0000", b"\xf0\x9f"]
                )
    return bytes(data)


@given(st.sampled_from(CASES), st.integers(0, 2**32))
def test_a_broken_frame_is_understood_or_refused_and_nothing_worse(
    case: tuple[Parser, Any], seed: int
) -> None:
    parse, frame = case
    raw = mutate(msgspec.json.encode(frame), seed)
    try:
        understood = parse(raw)
        command = command_of(understood)
        if command is not None:
            Story().do(command)
    except ChatError:
        return


def command_of(frame: Any) -> c.Command | None:
    """The command for a frame, as the sockets make it; None for frames that are none."""
    if isinstance(frame, visitor_frames.Start):
        return visitor_frames.start_command(frame, "vera", Customer())
    if isinstance(frame, visitor_frames.Say):
        return visitor_frames.say_command(frame, "vera")
    if isinstance(frame, staff_frames.CommandFrame):
        return staff_frames.staff_command(frame, "ada")
    return None


@pytest.mark.parametrize("frame", COMMAND_FRAMES)
def test_a_command_is_given_by_whom_the_token_names(frame: staff_frames.CommandFrame) -> None:
    """Who asks comes from the token, never from a frame: what a frame says of people is whom it is about."""
    assert staff_frames.staff_command(frame, "mia").person_id == "mia"


def test_what_the_customer_states_and_what_the_server_knows_come_together() -> None:
    """R23: name as the customer wants; geography, language, browser and OS from the connection."""
    facts = Customer(city="Bern", country="CH", language="de", browser="Firefox", os="Linux")
    frame = visitor_frames.Start(
        "client-01", "sales", " Vera\n", " Hello? ", " v@example.org ", "javascript:x", "https://b.example"
    )

    command = visitor_frames.start_command(frame, "visitor", facts)

    assert command.question == "Hello?"
    assert command.customer == msgspec.structs.replace(
        facts, name="Vera", email="v@example.org", page="", referrer="https://b.example"
    )


def test_set_active_without_a_person_is_about_me() -> None:
    command = staff_frames.staff_command(staff_frames.SetActive("sales", active=False), "bob")

    assert command == c.SetGroupActivity("bob", "bob", "sales", active=False)


def test_names_that_customers_see_are_cleaned() -> None:
    """R5."""
    frame = staff_frames.SavePerson(Person("p", "Pat\u202e Pell\n", " \x00Pat", (Role.AGENT,)))

    command = staff_frames.staff_command(frame, "ada")

    assert command == c.SavePerson("ada", Person("p", "Pat Pell", "Pat", (Role.AGENT,)))
    with pytest.raises(Invalid):
        staff_frames.staff_command(staff_frames.SaveGroup(Group("g", "\u202e", "d")), "ada")


def test_replies_become_frames() -> None:
    """R21, R22: one result for each chat."""
    done = staff_frames.reply_frame(Done((ChatResult(7, ResultCode.REFUSED, "Bob took it.", "bob"),)), "r1")
    ack = staff_frames.reply_frame(Accepted(7, 3, AT, "client-01"))

    assert msgspec.json.decode(msgspec.json.encode(done)) == {
        "t": "done",
        "id": "r1",
        "results": [
            {
                "chat_id": 7,
                "code": "refused",
                "message": "Bob took it.",
                "person_id": "bob",
                "over_limit": False,
            }
        ],
    }
    assert msgspec.json.decode(msgspec.json.encode(ack)) == {
        "t": "ack",
        "client_id": "client-01",
        "n": 3,
        "at": "2026-03-02T09:00:00Z",
        "chat": 7,
    }


def test_the_feed_carries_a_snapshot_and_events() -> None:
    story = Story()
    story.sign_in("bob")
    story.start()
    welcome = feed_frames.FeedWelcome("epoch", story.desk.last_seq, story.desk.state())
    events = feed_frames.FeedEvents([*story.log, Recorded(99, AT, CustomerLeft(1, 9))], 99)

    parsed = feed_frames.parse_feed_frame(msgspec.json.encode(welcome))
    assert isinstance(parsed, feed_frames.FeedWelcome)
    assert parsed.state is not None
    assert Desk.from_state(parsed.state).state() == story.desk.state()
    assert feed_frames.parse_feed_frame(msgspec.json.encode(events)) == events
