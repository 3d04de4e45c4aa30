"""Events as rows and back, in a real database made from schema.sql."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import duckdb
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatserver.domain import events as e
from chatserver.domain.chat import ChatSummary, Customer, Sender
from chatserver.domain.organisation import Department, Group, Membership, Method, Person, Role
from chatserver.tables import rows
from chatserver.tables.rows import (
    TRANSFER_COMMENT,
    EventRow,
    MessageRow,
    event_of_row,
    message_of_row,
    rows_of,
)
from tests.domain.builders import MONDAY_MORNING, Story, encoded, replay
from tests.domain.event_strategies import EVENT_TYPES, TEXT, recorded

SECRET = "S3CRET"
AT = MONDAY_MORNING


@pytest.fixture
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:", config={"threads": "1"}) as connection:
        connection.execute(rows.schema())
        yield connection


def write(database: duckdb.DuckDBPyConnection, recorded_events: Iterable[e.Recorded]) -> None:
    """As any store does: removals, then rows by position."""
    batch = rows_of(recorded_events)
    for table, columns, key in batch.removals:
        where = " AND ".join(f"{column} = ?" for column in columns)
        database.execute(f"DELETE FROM {table} WHERE {where}", list(key))
    for table, added in batch.rows.items():
        for row in added:
            marks = ", ".join("?" for _ in row)
            database.execute(f"INSERT INTO {table} VALUES ({marks})", list(row))


def read(database: duckdb.DuckDBPyConnection) -> list[e.Recorded]:
    """All events from the tables alone."""
    facts = ", ".join(("customer_name", *Customer.__struct_fields__[1:]))
    starts = {
        row[0]: row[1:]
        for row in database.execute(f"SELECT seq, visitor_id, client_id, {facts} FROM chat").fetchall()
    }
    messages = [MessageRow(*row) for row in database.execute("SELECT * FROM message").fetchall()]
    comments = {row.seq: row.body for row in messages if row.sender == TRANSFER_COMMENT}
    found = [message_of_row(row) for row in messages if row.sender != TRANSFER_COMMENT]
    for raw in database.execute("SELECT * FROM event").fetchall():
        row = EventRow(*raw)
        found.append(event_of_row(row, starts.get(row.seq), comments.get(row.seq, "")))
    return sorted(found, key=lambda item: item.seq)


def table(database: duckdb.DuckDBPyConnection, name: str) -> list[tuple[Any, ...]]:
    return database.execute(f"SELECT * FROM {name} ORDER BY ALL").fetchall()


@pytest.mark.parametrize("kind", EVENT_TYPES)
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)  # each example empties what it uses
@given(data=st.data())
def test_every_event_comes_back_from_the_tables_as_it_was(
    kind: type[e.Event], data: st.DataObject, database: duckdb.DuckDBPyConnection
) -> None:
    item = data.draw(recorded(kind))
    for name in ("event", "message", "chat"):
        database.execute(f"DELETE FROM {name}")

    write(database, [item])

    assert read(database) == [item]


@pytest.mark.parametrize("kind", EVENT_TYPES)
@settings(max_examples=30)
@given(data=st.data(), text=TEXT)
def test_no_personal_data_stands_in_an_event_row(kind: type[e.Event], data: st.DataObject, text: str) -> None:
    """R41: what is erased in `chat` and `message` is erased everywhere."""
    item = data.draw(recorded(kind))
    personal = {
        "customer": Customer(**dict.fromkeys(Customer.__struct_fields__, SECRET + text)),
        "visitor_id": SECRET,
        "client_id": SECRET,
        "text": SECRET + text,
        "comment": SECRET + text,
    }
    known = {field: value for field, value in personal.items() if field in item.event.__struct_fields__}
    event = msgspec.structs.replace(item.event, **known)

    written = rows_of([msgspec.structs.replace(item, event=event)]).rows

    assert SECRET not in repr(written.get("event", []))
    assert not known or SECRET in repr(written)


def test_an_event_row_names_whom_it_concerns() -> None:
    def row(event: e.AnyEvent) -> EventRow:
        (found,) = rows_of([e.Recorded(7, AT, event)]).rows["event"]
        assert isinstance(found, EventRow)
        return found

    transferred = row(e.ChatTransferred(1, 5, "mia", "bob", "sales", "support", "support", "dan"))
    assert transferred[:9] == (7, AT, "chat_transferred", 1, 5, "dan", "mia", "support", "support")
    active = row(e.GroupActivityChanged("bob", None, "sales", active=False, by_person_id="mia"))
    assert active[:9] == (7, AT, "group_activity_changed", None, None, "bob", "mia", "", "sales")


def test_a_message_is_a_row_of_message_only() -> None:
    batch = rows_of([e.Recorded(7, AT, e.MessageSaid(1, 2, Sender.AGENT, "client-01", "Hello", "bob"))])

    assert batch.rows == {"message": [(7, AT, 1, 2, "agent", "bob", "client-01", "Hello")]}
    assert batch.removals == []


def test_a_transfer_comment_is_kept_apart_and_an_empty_one_not_at_all() -> None:
    """R11, R21: stored with the messages, not counted with them."""
    with_comment = e.ChatTransferred(1, 5, "mia", "bob", "sales", "support", "support", comment="Invoice")
    without = msgspec.structs.replace(with_comment, comment="")

    (row,) = rows_of([e.Recorded(7, AT, with_comment)]).rows["message"]
    assert row == (7, AT, 1, 5, TRANSFER_COMMENT, "mia", "", "Invoice")
    assert "message" not in rows_of([e.Recorded(7, AT, without)]).rows


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("event", EventRow._fields),
        ("message", MessageRow._fields),
        ("chat_summary", ("chat_id", "seq", *ChatSummary.__struct_fields__)),
        ("membership", ("person_id", "group_id", "max_active_chats", "is_primary")),
        ("department", ("department_id", "name", "front_line_group_id")),
        ("person", ("person_id", "name", "chat_name", "roles", "languages", "avatar")),
        ("chat_group", ("group_id", "name", "department_id", "method")),
        (
            "chat",
            (
                *("chat_id", "seq", "started_at", "visitor_id", "client_id", "direction", "department_id"),
                *("group_id", "customer_name", *Customer.__struct_fields__[1:]),
            ),
        ),
        ("agent_interval", ("person_id", "layer", "group_id", "state", "started_at", "ended_at")),
    ],
)
def test_rows_have_the_order_of_the_columns(
    name: str, fields: tuple[str, ...], database: duckdb.DuckDBPyConnection
) -> None:
    described = database.execute(f"DESCRIBE {name}").fetchall()

    assert tuple(column for column, *_ in described) == fields


def test_every_table_is_written_by_some_event(database: duckdb.DuckDBPyConnection) -> None:
    """Completeness: no table stays empty for want of an event."""
    story = a_day()
    write(database, story.log)

    tables = re.findall(r"^CREATE TABLE (\w+)", rows.schema(), re.MULTILINE)
    assert len(tables) == 9
    assert [name for name in tables if not table(database, name)] == []


def test_the_tables_alone_rebuild_the_desk(database: duckdb.DuckDBPyConnection) -> None:
    """The log is the truth: what a day wrote gives the same live state."""
    story = a_day()

    write(database, story.log)

    assert read(database) == story.log
    assert encoded(replay(read(database))) == encoded(story.desk)


def test_a_chat_that_ended_has_its_summary(database: duckdb.DuckDBPyConnection) -> None:
    """R10, R11."""
    write(database, a_day().log)

    columns = "wait_s, with_agent_s, customer_messages, agent_messages, transfers, reason, person_id"
    assert database.execute(f"SELECT {columns} FROM chat_summary").fetchall() == [
        (30.0, 60.0, 1, 1, 1, "ended_by_agent", "dan")
    ]


def test_times_of_availability_are_intervals(database: duckdb.DuckDBPyConnection) -> None:
    """R19: one row for each time in one state of one layer, written when it ends."""
    story = Story()
    signed_in = story.now
    story.sign_in("bob")
    story.wait(60)
    story.sign_out("bob")
    write(database, story.log)

    assert table(database, "agent_interval") == [("bob", "online", "", True, signed_in, story.now)]


def test_the_organisation_tables_hold_the_latest_state(database: duckdb.DuckDBPyConnection) -> None:
    """Also when one batch changes the same thing twice."""
    bob = Person("bob", "Bob", "Bobby", (Role.AGENT,), ("en", "de"))
    events: list[e.AnyEvent] = [
        e.PersonSaved(bob),
        e.PersonSaved(msgspec.structs.replace(bob, chat_name="Rob")),
        e.DepartmentSaved(Department("sales", "Sales", "sales")),
        e.GroupSaved(Group("sales", "Sales", "sales")),
        e.GroupSaved(Group("sales", "Sales", "sales", Method.CHERRY_PICKING)),
        e.MembershipSaved(Membership("bob", "sales", 2)),
        e.MembershipSaved(Membership("bob", "sales", 3, primary=False)),
        e.MembershipSaved(Membership("cyd", "sales", 2)),
        e.MembershipRemoved("cyd", "sales"),
    ]
    items = [e.Recorded(seq, AT, event) for seq, event in enumerate(events, 1)]
    write(database, items)

    assert table(database, "person") == [("bob", "Bob", "Rob", ["agent"], ["en", "de"], "")]
    assert table(database, "chat_group") == [("sales", "Sales", "sales", "cherry_picking")]
    assert table(database, "membership") == [("bob", "sales", 3, False)]

    write(database, [e.Recorded(99, AT, e.DepartmentSaved(Department("sales", "Selling", "sales")))])
    assert table(database, "department") == [("sales", "Selling", "sales")]


def test_times_are_kept_to_the_microsecond(database: duckdb.DuckDBPyConnection) -> None:
    moment = datetime(2026, 3, 29, 1, 59, 59, 999_999, tzinfo=UTC)  # around a change of summer time

    write(database, [e.Recorded(1, moment, e.CustomerLeft(1, 2))])

    assert read(database)[0].at == moment


def a_day() -> Story:
    """One chat of each fate, with a transfer, a comment and changes of duty."""
    story = Story()
    story.sign_in("bob")
    first = story.start("vera")
    story.wait(30)
    story.agent_says("bob", first)
    story.transfer("bob", first, "support", comment="Wants an invoice")
    story.wait(30)
    story.sign_in("dan")
    story.wait(30)
    story.end("dan", first)
    story.start("vic")
    story.sign_out("bob")
    return story
