"""Rows of ended chats, from the reader."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from chatserver.domain.organisation import Organisation
from dashboard.client import Client
from dashboard.names import country_name, language_name, readable
from dashboard.rows import Query, Row, milliseconds

# Our columns by the reader's names for them; it cannot sort by others.
HISTORY_SORTS: Mapping[str, str] = MappingProxyType(
    {
        "name": "customer_name",
        "department": "department_id",  # it sorts by the department's name
        "agent": "person_id",  # … and by the agent's
        "status": "reason",
        "duration": "duration_s",
        "idle": "idle_s",
        **{same: same for same in ("messages", "city", "region", "country", "language", "browser", "os")},
    }
)


async def ended_rows(
    client: Client, token: str, query: Query, window: tuple[int, int], organisation: Organisation
) -> tuple[int, list[Row]]:
    """(how many there are, the rows of the window: its first and how many). Raises Refused."""
    start, count = window
    choice: dict[str, str | int] = {
        "scope": "mine" if query.view == "my" else "global",
        "offset": start,
        "limit": count,
    }
    if query.search:
        choice["search"] = query.search
    for name in ("department", "language", "country"):
        if value := getattr(query, name):
            choice[name] = value
    if query.sort in HISTORY_SORTS:
        choice |= {"sort": HISTORY_SORTS[query.sort], "descending": "true" if query.descending else "false"}
    total, found = await client.ended_chats(token, **choice)
    return total, [ended_row(chat, organisation) for chat in found]


def ended_row(chat: Mapping[str, Any], organisation: Organisation) -> Row:
    """The row of one chat as the reader gives it; what it does not give is blank."""

    def text(name: str) -> str:
        return str(chat.get(name) or "")

    department = organisation.departments.get(text("department_id"))
    person = organisation.people.get(text("person_id"))
    start, end = _ms(chat.get("started_at")), _ms(chat.get("ended_at"))
    return Row(
        id=int(chat["chat_id"]),
        name=text("customer_name"),
        department=department.name if department else text("department_id"),
        agent=person.name if person else text("person_id"),
        status="ended",
        messages=int(chat.get("messages") or 0),
        start=start,
        idle=end - int(1000 * float(chat.get("idle_s") or 0)),
        end=end,
        city=text("city"),
        region=text("region"),
        country=country_name(text("country")),
        language=language_name(text("language")),
        browser=text("browser"),
        os=text("os"),
        why=readable(text("reason")),
        department_id=text("department_id"),
        person_id=text("person_id"),
        language_code=text("language"),
        country_code=text("country"),
    )


def transcript_lines(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The reader's messages of a chat, with its start and its end around them, as the chat window shows them."""
    chat, said = found["chat"], list(found["lines"])
    first = {"n": 1, "kind": "started", "at": chat["started_at"], "name": chat.get("customer_name") or ""}
    last = {"n": max([1, *(line["n"] for line in said)]) + 1, "kind": "ended", "at": chat["ended_at"]}
    return [first, *said, {**last, "reason": chat.get("reason") or ""}]


def _ms(at: Any) -> int:
    return milliseconds(datetime.fromisoformat(at)) if isinstance(at, str) and at else 0
