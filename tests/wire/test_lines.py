"""Lines of a transcript: staff see all, customers never what is for staff only."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatserver.domain import events as e
from chatserver.domain.chat import Customer, Sender
from chatserver.domain.organisation import Group, Method
from chatserver.wire.lines import KINDS, Line, line_for_customer, line_for_staff
from tests.domain.builders import BOB, MONDAY_MORNING, Story
from tests.domain.event_strategies import CHAT_EVENT_TYPES, EVENT_TYPES, recorded

ORGANISATION = Story().desk.organisation
FOR_STAFF_ONLY = {"chat", "person", "group", "comment"}
WHO_AND_WHY = (
    "comment",
    "person_id",
    "by_person_id",
    "from_person_id",
    "to_person_id",
    "previous_person_id",
    "group_id",
    "from_group_id",
)
CHAT_EVENTS = recorded(*CHAT_EVENT_TYPES)


def of(event: e.AnyEvent) -> e.Recorded:
    return e.Recorded(1, MONDAY_MORNING, event)


def shown(line: Line) -> dict[str, Any]:
    """The frame as it is sent."""
    frame = msgspec.json.decode(msgspec.json.encode(line))
    assert isinstance(frame, dict)
    return frame


@given(CHAT_EVENTS)
def test_customers_never_get_the_fields_for_staff(item: e.Recorded) -> None:
    """R5, R21."""
    assert not FOR_STAFF_ONLY & set(shown(line_for_customer(item, ORGANISATION)))


@pytest.mark.parametrize("kind", CHAT_EVENT_TYPES)
@given(data=st.data())
def test_customers_never_read_what_staff_are_called_or_wrote_to_each_other(
    kind: type[e.ChatEvent], data: st.DataObject
) -> None:
    """R5: the chat name in place of the account name; R21: only staff see a transfer comment."""
    item = data.draw(recorded(kind))
    secrets = {field: "S3CRET" for field in WHO_AND_WHY if field in item.event.__struct_fields__}
    event = msgspec.structs.replace(item.event, **secrets)
    organisation = msgspec.structs.replace(
        ORGANISATION,
        people={"S3CRET": msgspec.structs.replace(BOB, name="S3CRET", id="S3CRET")},
        groups={"S3CRET": Group("S3CRET", "S3CRET", "sales", Method.ROUND_ROBIN)},
    )

    line = line_for_customer(msgspec.structs.replace(item, event=event), organisation)

    assert "S3CRET" not in msgspec.json.encode(line).decode()


@given(CHAT_EVENTS)
def test_every_event_of_a_chat_is_one_line_for_both_sides(item: e.Recorded) -> None:
    customer, staff = line_for_customer(item, ORGANISATION), line_for_staff(item, ORGANISATION)

    assert isinstance(item.event, e.ChatEvent)
    assert customer.n == staff.n == item.event.n
    assert customer.at == staff.at == item.at
    assert customer.kind == staff.kind
    assert customer.kind in KINDS
    assert staff.chat == item.event.chat_id


def test_every_kind_of_line_has_its_event() -> None:
    assert len(KINDS) == len(CHAT_EVENT_TYPES)


@given(recorded(*(kind for kind in EVENT_TYPES if kind not in CHAT_EVENT_TYPES)))
def test_what_happens_outside_chats_is_no_line(item: e.Recorded) -> None:
    for line_for in (line_for_customer, line_for_staff):
        with pytest.raises(TypeError):
            line_for(item, ORGANISATION)


def test_an_agent_is_shown_by_chat_name_and_avatar() -> None:
    """R5: customers see them in place of the account name."""
    said = of(e.MessageSaid(1, 5, Sender.AGENT, "client-01", "Hello", "bob"))
    assigned = of(e.ChatAssigned(1, 4, "bob", "sales", e.How.AUTOMATIC))

    for item in (said, assigned):
        frame = shown(line_for_customer(item, ORGANISATION))
        assert (frame["name"], frame["avatar"]) == ("Bobby", "bob.png")
    assert "client_id" not in shown(line_for_customer(said, ORGANISATION))


def test_a_customer_gets_the_client_id_of_their_own_message() -> None:
    """The page finds its own message by it."""
    said = of(e.MessageSaid(1, 2, Sender.CUSTOMER, "client-01", "Hello"))

    assert shown(line_for_customer(said, ORGANISATION)) == {
        "t": "line",
        "n": 2,
        "at": "2026-03-02T09:00:00Z",
        "kind": "message",
        "sender": "customer",
        "text": "Hello",
        "client_id": "client-01",
    }


def test_staff_see_who_transferred_and_the_comment() -> None:
    """R21."""
    item = of(e.ChatTransferred(7, 5, "bob", "bob", "sales", "support", "support", "dan", "Wants an invoice"))

    line = line_for_staff(item, ORGANISATION)

    assert (line.comment, line.person, line.group, line.chat) == ("Wants an invoice", "bob", "support", 7)
    assert shown(line_for_customer(item, ORGANISATION))["name"] == "Support"


def test_staff_see_what_the_customer_wants_to_be_called() -> None:
    """R23."""
    item = of(e.ChatStarted(7, 1, "visitor", "client-01", Customer(name="Vera"), "sales", "sales"))

    assert line_for_staff(item, ORGANISATION).name == "Vera"
    assert line_for_customer(item, ORGANISATION).name == "Sales"
