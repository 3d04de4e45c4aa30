"""Rows for the Inactive tables: ended chats, sorted, filtered and searched over all rows, a page at a time (R24)."""

from datetime import datetime
from types import MappingProxyType
from typing import Any

import msgspec
from msgspec import Struct

from chatserver.domain.errors import Invalid, NotFound
from chatserver.reader.guard import Asking
from chatserver.reader.scope import own_only

MAX_ROWS = 1_000
MAX_LINES = 5_000  # of one transcript
MAX_SEARCH_CHARS = 200

COLUMNS = (
    *("chat_id", "started_at", "ended_at", "customer_name", "department_id", "group_id", "person_id"),
    *(
        "status",
        "reason",
        "messages",
        "duration_s",
        "idle_s",
        "city",
        "region",
        "country",
        "language",
        "browser",
        "os",
    ),
    "wait_s",
)

# What sorts by a name that people see, not by its id. Everything else sorts by its own column.
_SORT = MappingProxyType({"department_id": "department", "group_id": '"group"', "person_id": "agent"})

_SEARCHED = (
    "concat_ws(' ', customer_name, email, department, \"group\", agent, city, region, country, language, browser, os, "
    "chat_id)"
)

FILTERS = MappingProxyType(
    {
        "department": "department_id = ?",
        "group": "group_id = ?",
        "person": "person_id = ?",
        "reason": "reason = ?",
        "country": "country = ?",
        "language": "language = ?",
        "browser": "browser = ?",
        "os": "os = ?",
        "since": "started_at >= ?::TIMESTAMPTZ",
        "until": "started_at < ?::TIMESTAMPTZ",
    }
)


class HistoryRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """A page of ended chats. `scope` mine: own chats; global: all that the person may see. '' filters nothing.

    since, until: the start of the chat, until excluded. search: words that must all occur somewhere in the row.
    """

    scope: str = "global"
    search: str = ""
    sort: str = "ended_at"
    descending: bool = True
    offset: int = 0
    limit: int = 100
    department: str = ""
    group: str = ""
    person: str = ""
    reason: str = ""
    country: str = ""
    language: str = ""
    browser: str = ""
    os: str = ""
    since: datetime | None = None
    until: datetime | None = None


class HistoryPage(Struct, frozen=True):
    """`total` counts the rows of all pages; each row is an object with COLUMNS."""

    total: int
    rows: list[dict[str, Any]]


def parse_history_request(arguments: dict[str, str]) -> HistoryRequest:
    """The request of an address's arguments. Raises Invalid."""
    try:
        request = msgspec.convert(arguments, HistoryRequest, strict=False)
    except msgspec.ValidationError as error:
        raise Invalid(f"The request is not understood: {error}.") from None
    if request.scope not in {"mine", "global"}:
        raise Invalid("scope is mine or global.")
    if request.sort not in COLUMNS:
        raise Invalid(f"sort is one of {', '.join(COLUMNS)}.")
    if request.offset < 0 or not 1 <= request.limit <= MAX_ROWS:
        raise Invalid(f"offset is 0 or more, limit from 1 to {MAX_ROWS}.")
    if len(request.search) > MAX_SEARCH_CHARS:
        raise Invalid(f"search has at most {MAX_SEARCH_CHARS} characters.")
    return request


def answer_history(asking: Asking, request: HistoryRequest) -> HistoryPage:
    """The page, for everybody: an agent's scope holds own chats only."""
    if request.scope == "mine":
        asking.see(own_only(asking.scope))
    conditions, parameters = ["status = 'ended'"], []
    if request.scope == "mine":
        conditions.append("person_id = ?")
        parameters.append(asking.scope.person)
    for name, condition in FILTERS.items():
        if value := getattr(request, name):
            conditions.append(condition)
            parameters.append(value)
    for word in request.search.lower().split():
        conditions.append(f"contains(lower({_SEARCHED}), ?)")
        parameters.append(word)
    where = " AND ".join(conditions)
    order = _SORT.get(request.sort, request.sort)
    direction = "DESC" if request.descending else "ASC"
    cursor = asking.cursor
    total = cursor.execute(f"SELECT count(*) FROM public.chats WHERE {where}", parameters).fetchone()  # noqa: S608 -- from the lists above
    found = cursor.execute(
        f"SELECT {', '.join(COLUMNS)} FROM public.chats WHERE {where} "  # noqa: S608 -- from the lists above
        f"ORDER BY {order} {direction} NULLS LAST, chat_id {direction} LIMIT ? OFFSET ?",
        [*parameters, request.limit, request.offset],
    ).fetchall()
    assert total is not None  # noqa: S101 -- an aggregate gives one row
    return HistoryPage(total[0], [dict(zip(COLUMNS, row, strict=True)) for row in found])


def answer_transcript(asking: Asking, chat_id: int) -> dict[str, Any]:
    """`chat`: COLUMNS and what else is known of the customer; `lines`: the messages, as a transcript shows them.

    Raises NotFound, also for a chat that the person may not see.
    """
    names = (*COLUMNS, "email", "page", "referrer")
    found = asking.cursor.execute(
        f"SELECT {', '.join(names)} FROM public.chats WHERE chat_id = ?",  # noqa: S608 -- from the list above
        [chat_id],
    ).fetchone()
    if found is None:
        raise NotFound(f"There is no chat {chat_id}.")
    said = asking.cursor.execute(
        "SELECT m.n, m.said_at, m.sender, coalesce(p.chat_name, c.customer_name), m.body "
        "FROM public.messages m JOIN public.chats c USING (chat_id) "
        "LEFT JOIN public.people p ON p.person_id = m.person_id AND m.sender = 'agent' "
        "WHERE m.chat_id = ? AND m.sender IN ('customer', 'agent') ORDER BY m.n LIMIT ?",
        [chat_id, MAX_LINES],
    ).fetchall()
    lines = [
        {"n": n, "at": at, "kind": "message", "sender": sender, "name": name, "text": text}
        for n, at, sender, name, text in said
    ]
    return {"chat": dict(zip(names, found, strict=True)), "lines": lines}


def answer_service_level(asking: Asking) -> list[dict[str, Any]]:
    """Service level and abandonment of the last 60 minutes, a row a department that had any."""
    result = asking.cursor.execute("SELECT * FROM public.service_level_last_hour ORDER BY department_id")
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
