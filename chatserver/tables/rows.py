"""Events as rows of the published tables, and back. Pure: the stores do the writing and reading.

A message is a row of `message` only; every other event is a row of `event`, whose `detail` holds it whole but for
personal data and text: those stand in `chat` and `message` alone, so that erasing them there erases them everywhere.
"""

from collections.abc import Iterable
from datetime import datetime
from importlib import resources
from typing import Any, NamedTuple

import msgspec
from msgspec import structs

from chatserver.domain import events as e
from chatserver.domain.chat import Customer, Sender

TRANSFER_COMMENT = "transfer_comment"  # `sender` of a comment that travels with a transfer
_NOBODY = Customer()
_EVENT: msgspec.json.Decoder[e.AnyEvent] = msgspec.json.Decoder(e.AnyEvent)
_encode = msgspec.json.Encoder().encode

Row = tuple[Any, ...]


class Removal(NamedTuple):
    """Rows to delete from an organisation table: those whose `columns` equal `key`."""

    table: str
    columns: tuple[str, ...]
    key: tuple[str, ...]


class Batch(NamedTuple):
    """What some events change in the tables: first `removals`, then `rows` by table, in column order of schema.sql."""

    rows: dict[str, list[Row]]
    removals: list[Removal]


class EventRow(NamedTuple):
    """A row of `event`, in the order of its columns."""

    seq: int
    happened_at: datetime
    type: str
    chat_id: int | None
    n: int | None
    person_id: str
    by_person_id: str
    department_id: str
    group_id: str
    detail: str


class MessageRow(NamedTuple):
    """A row of `message`, in the order of its columns."""

    seq: int
    said_at: datetime
    chat_id: int
    n: int
    sender: str
    person_id: str
    client_id: str
    body: str


def schema() -> str:
    """The DDL of the published tables."""
    return resources.files(__package__).joinpath("schema.sql").read_text(encoding="utf-8")


def rows_of(recorded: Iterable[e.Recorded]) -> Batch:
    """The rows that these events append, in their order."""
    batch = Batch({}, [])
    for item in recorded:
        event = item.event
        if isinstance(event, e.MessageSaid):
            _add(batch, "message", _message_row(item.seq, item.at, event))
            continue
        _add(batch, "event", _event_row(item))
        match event:
            case e.ChatStarted():
                _add(batch, "chat", _chat_row(item.seq, item.at, event))
            case e.ChatTransferred(comment=comment) if comment:
                _add(batch, "message", _comment_row(item.seq, item.at, event))
            case e.ChatEnded(summary=summary):
                _add(batch, "chat_summary", (event.chat_id, item.seq, *structs.astuple(summary)))
            case e.PersonEvent(since=datetime()):
                _add(batch, "agent_interval", _interval_row(item.at, event))
            case _:
                _add_organisation(batch, event)
    return batch


def _add(batch: Batch, table: str, row: Row) -> None:
    batch.rows.setdefault(table, []).append(row)


def _event_row(item: e.Recorded) -> EventRow:
    event: Any = item.event
    if isinstance(event, e.ChatStarted):
        stored: Any = structs.replace(event, customer=_NOBODY, visitor_id="", client_id="")
    elif isinstance(event, e.ChatTransferred):
        stored = structs.replace(event, comment="")
    else:
        stored = event
    summary = event.summary if isinstance(event, e.ChatEnded) else event
    return EventRow(
        item.seq,
        item.at,
        e.type_of(event),
        getattr(event, "chat_id", None),
        getattr(event, "n", None),
        getattr(event, "person_id", "") or getattr(event, "to_person_id", ""),
        getattr(event, "by_person_id", ""),
        getattr(summary, "department_id", ""),
        getattr(summary, "group_id", ""),
        _encode(stored).decode(),
    )


def _message_row(seq: int, at: datetime, event: e.MessageSaid) -> MessageRow:
    return MessageRow(
        seq, at, event.chat_id, event.n, event.sender.value, event.person_id, event.client_id, event.text
    )


def _comment_row(seq: int, at: datetime, event: e.ChatTransferred) -> MessageRow:
    return MessageRow(
        seq, at, event.chat_id, event.n, TRANSFER_COMMENT, event.by_person_id, "", event.comment
    )


def _chat_row(seq: int, at: datetime, event: e.ChatStarted) -> Row:
    return (
        event.chat_id,
        seq,
        at,
        event.visitor_id,
        event.client_id,
        event.direction.value,
        event.department_id,
        event.group_id,
        *structs.astuple(event.customer),
    )


def _interval_row(at: datetime, event: e.PersonEvent) -> Row:
    match event:
        case e.PresenceChanged(online=online):
            return (event.person_id, "online", "", not online, event.since, at)
        case e.AvailabilityChanged(available=available):
            return (event.person_id, "available", "", not available, event.since, at)
        case e.GroupActivityChanged(group_id=group_id, active=active):
            return (event.person_id, "group", group_id, not active, event.since, at)
    raise TypeError(f"{e.type_of(event)} has no layer of availability")


def _remove(batch: Batch, table: str, columns: tuple[str, ...], key: tuple[str, ...]) -> None:
    """Also drops what an earlier event of the same batch added: `columns` are the table's first."""
    batch.removals.append(Removal(table, columns, key))
    if table in batch.rows:
        batch.rows[table] = [row for row in batch.rows[table] if row[: len(key)] != key]


def _add_organisation(batch: Batch, event: e.AnyEvent) -> None:
    match event:
        case e.DepartmentSaved(department=d):
            _remove(batch, "department", ("department_id",), (d.id,))
            _add(batch, "department", structs.astuple(d))
        case e.GroupSaved(group=g):
            _remove(batch, "chat_group", ("group_id",), (g.id,))
            _add(batch, "chat_group", (g.id, g.name, g.department_id, g.method.value if g.method else ""))
        case e.PersonSaved(person=p):
            _remove(batch, "person", ("person_id",), (p.id,))
            roles = [role.value for role in p.roles]
            _add(batch, "person", (p.id, p.name, p.chat_name, roles, list(p.languages), p.avatar))
        case e.MembershipSaved(membership=m):
            _remove(batch, "membership", ("person_id", "group_id"), (m.person_id, m.group_id))
            _add(batch, "membership", structs.astuple(m))
        case e.MembershipRemoved():
            key = (event.person_id, event.group_id)
            _remove(batch, "membership", ("person_id", "group_id"), key)
        case _:
            pass  # events without a table of their own


def event_of_row(row: EventRow, chat_row: Row | None, comment: str) -> e.Recorded:
    """The recorded event of an `event` row.

    `chat_row` is the chat's row for a chat_started (columns visitor_id, client_id, then the customer's facts);
    `comment` the body of the transfer's comment, if any.
    """
    event = _EVENT.decode(row.detail)
    if isinstance(event, e.ChatStarted) and chat_row is not None:
        visitor_id, client_id, *facts = chat_row
        event = structs.replace(event, visitor_id=visitor_id, client_id=client_id, customer=Customer(*facts))
    elif isinstance(event, e.ChatTransferred):
        event = structs.replace(event, comment=comment)
    return e.Recorded(row.seq, row.happened_at, event)


def message_of_row(row: MessageRow) -> e.Recorded:
    """The recorded message of a `message` row that is not a comment."""
    event = e.MessageSaid(row.chat_id, row.n, Sender(row.sender), row.client_id, row.body, row.person_id)
    return e.Recorded(row.seq, row.said_at, event)
