"""Questions to the log, each with a cursor that the caller owns. Rows become recorded events again."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import duckdb

from chatserver.domain.chat import RECENT
from chatserver.domain.events import Recorded
from chatserver.tables.rows import TRANSFER_COMMENT, EventRow, MessageRow, event_of_row, message_of_row

PAGE_EVENTS = 2_000
Cursor = duckdb.DuckDBPyConnection

_EVENTS = """
SELECT seq, happened_at, type, chat_id, n, person_id, by_person_id, department_id, group_id, detail
FROM event WHERE {where} ORDER BY seq
"""
_MESSAGES = """
SELECT seq, said_at, chat_id, n, sender, person_id, client_id, {body}
FROM message WHERE {where} ORDER BY seq
"""
_STARTS = """
SELECT seq, visitor_id, client_id, customer_name, email, page, referrer, city, region, country, language, browser, os
FROM chat WHERE {where}
"""


class Replay(NamedTuple):
    """Events that rebuild the live state, in order, and the last numbers given.

    Chats that ended more than RECENT before the newest event are left out: they are no longer live. Their numbers
    count in `last_seq` and `last_chat_id`; `last_assigned` holds each person's newest assignment in any chat.
    Messages come without their bodies, which the desk does not keep.
    """

    events: list[Recorded]
    last_seq: int
    last_chat_id: int
    last_assigned: list[Recorded]


def replay(cursor: Cursor) -> Replay:
    """Reads what rebuilds the live state."""
    newest = cursor.execute(
        "SELECT greatest((SELECT max(happened_at) FROM event), (SELECT max(said_at) FROM message))"
    ).fetchone()
    assert newest is not None  # noqa: S101 -- an aggregate gives one row
    if newest[0] is None:
        return Replay([], 0, 0, [])
    cutoff = newest[0] - RECENT
    over = "(SELECT chat_id FROM chat_summary WHERE ended_at < ?)"
    live = f"chat_id NOT IN {over}"
    events = _recorded(cursor, f"chat_id IS NULL OR {live}", live, live, [cutoff], with_bodies=False)
    last_assigned = _recorded(
        cursor,
        "type = 'chat_assigned' AND seq IN "
        "(SELECT max(seq) FROM event WHERE type = 'chat_assigned' GROUP BY person_id)",
        "false",
        "false",
        [],
    )
    numbers = cursor.execute(
        "SELECT greatest((SELECT max(seq) FROM event), coalesce((SELECT max(seq) FROM message), 0)), "
        "coalesce((SELECT max(chat_id) FROM chat), 0)"
    ).fetchone()
    assert numbers is not None  # noqa: S101 -- one row without FROM
    return Replay(events, numbers[0], numbers[1], last_assigned)


def events_after(cursor: Cursor, seq: int, limit: int = PAGE_EVENTS) -> list[Recorded]:
    """The next events of the whole log after `seq`, at most `limit`. Seqs have no gaps, so a range is a page."""
    within = f"seq > ? AND seq <= ? + {limit}"
    return _recorded(cursor, within, within, within, [seq, seq])


def lines_of_chat(cursor: Cursor, chat_id: int, after: int, limit: int = PAGE_EVENTS) -> list[Recorded]:
    """The chat's events with `n` after `after`, at most `limit`. The chat's start prunes the scan: seqs only grow."""
    start = cursor.execute("SELECT seq FROM chat WHERE chat_id = ?", [chat_id]).fetchone()
    if start is None:
        return []
    where = f"seq >= ? AND chat_id = ? AND n > ? AND n <= ? + {limit}"
    return _recorded(
        cursor, where, where, "seq >= ? AND chat_id = ? AND ? < 1 AND ? < 1", [*start, chat_id, after, after]
    )


def find_said(cursor: Cursor, visitor_id: str, client_id: str) -> MessageRow | None:
    """The visitor's message with this client id in any chat of theirs, for repeats that come after it ended."""
    row = cursor.execute(
        "SELECT seq, said_at, chat_id, n, sender, person_id, client_id, '' FROM message WHERE sender = 'customer' AND "
        "client_id = ? AND chat_id IN (SELECT chat_id FROM chat WHERE visitor_id = ?)",
        [client_id, visitor_id],
    ).fetchone()
    return MessageRow(*row) if row else None


def _recorded(
    cursor: Cursor,
    events_where: str,
    messages_where: str,
    starts_where: str,
    parameters: list[object],
    *,
    with_bodies: bool = True,
) -> list[Recorded]:
    """Events and messages of the same parameters, merged by seq."""

    def fetch(sql: str) -> Iterable[tuple[Any, ...]]:
        wanted = parameters[: sql.count("?")]
        return cursor.execute(sql, wanted).fetchall()

    starts = {row[0]: row[1:] for row in fetch(_STARTS.format(where=starts_where))}
    body = "body" if with_bodies else f"CASE WHEN sender = '{TRANSFER_COMMENT}' THEN body ELSE '' END"
    messages = [MessageRow(*row) for row in fetch(_MESSAGES.format(where=messages_where, body=body))]
    comments = {row.seq: row.body for row in messages if row.sender == TRANSFER_COMMENT}
    found = [message_of_row(row) for row in messages if row.sender != TRANSFER_COMMENT]
    for raw in fetch(_EVENTS.format(where=events_where)):
        row = EventRow(*raw)
        found.append(event_of_row(row, starts.get(row.seq), comments.get(row.seq, "")))
    found.sort(key=lambda item: item.seq)
    return found
