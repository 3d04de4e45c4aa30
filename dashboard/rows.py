"""From chats to rows of a table: what each column shows, and which rows are shown in which order (R23, R24)."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from msgspec import Struct, structs

from chatserver.domain.chat import Chat, Status
from chatserver.domain.desk import Desk
from chatserver.domain.organisation import Organisation
from chatserver.domain.permissions import may_see
from dashboard.model import Model
from dashboard.names import country_name, language_name, readable


class Column(Struct, frozen=True):
    """A column: key, title, how it is drawn ('text', 'status', 'number', 'since'), its least width in pixels."""

    key: str
    title: str
    kind: str
    width: int
    grow: int = 1


COLUMNS: Mapping[str, Column] = MappingProxyType(
    {
        column.key: column
        for column in (
            Column("name", "Customer Name", "text", 140, 3),
            Column("department", "Department", "text", 100, 2),
            Column("agent", "Agent", "text", 104, 2),
            Column("status", "Status", "status", 100, 0),
            Column("messages", "Messages", "number", 82, 0),
            Column("duration", "Duration", "since", 94, 0),
            Column("idle", "Idle", "since", 66, 0),
            Column("city", "City", "text", 84, 1),
            Column("region", "Region", "text", 84, 1),
            Column("country", "Country", "text", 100, 2),
            Column("language", "Language", "text", 84, 1),
            Column("browser", "Browser", "text", 76, 1),
            Column("os", "OS", "text", 68, 1),
        )
    }
)
DEFAULT_COLUMNS = tuple(COLUMNS)


class Row(Struct, frozen=True):
    """One row. Times are milliseconds since 1970; `end` 0 means that the times still run."""

    id: int
    name: str
    department: str
    agent: str
    status: str
    messages: int
    start: int
    idle: int
    end: int
    city: str
    region: str
    country: str
    language: str
    browser: str
    os: str
    why: str = ""  # why it waits, or why it ended
    department_id: str = ""
    person_id: str = ""
    language_code: str = ""
    country_code: str = ""

    def cells(self) -> dict[str, Any]:
        """The row as the browser gets it."""
        return structs.asdict(self)


class Query(Struct, frozen=True):
    """Which rows, and in which order. `view` is 'my' or 'global'; empty filters do not filter."""

    view: str
    status: str
    person_id: str
    department: str = ""
    language: str | None = None
    country: str | None = None
    search: str = ""
    sort: str = "duration"
    descending: bool = True


def row_of(chat: Chat, organisation: Organisation) -> Row:
    """The chat's row."""
    customer = chat.customer
    department = organisation.departments.get(chat.department_id)
    person = organisation.people.get(chat.person_id)
    why = chat.end_reason or (chat.queue_reason if chat.status is Status.QUEUED else None)
    return Row(
        id=chat.id,
        name=customer.name,
        department=department.name if department else chat.department_id,
        agent=person.name if person else "",
        status=chat.status.value,
        messages=chat.messages,
        start=milliseconds(chat.started_at),
        idle=milliseconds(chat.idle_since),
        end=milliseconds(chat.ended_at) if chat.ended_at else 0,
        city=customer.city,
        region=customer.region,
        country=country_name(customer.country),
        language=language_name(customer.language),
        browser=customer.browser,
        os=customer.os,
        why=readable(why.value) if why else "",
        department_id=chat.department_id,
        person_id=chat.person_id,
        language_code=customer.language,
        country_code=customer.country,
    )


def milliseconds(at: datetime) -> int:
    """Milliseconds since 1970, as browsers count."""
    return int(at.timestamp() * 1000)


def belongs(chat: Chat, query: Query, organisation: Organisation) -> bool:
    """Is the chat in the view, whatever is searched for? Asks what the person may see (R3)."""
    if chat.status.value != query.status or not may_see(organisation, query.person_id, chat):
        return False
    if query.view == "global":
        return True
    if chat.status is Status.QUEUED:
        return organisation.find_membership(query.person_id, chat.group_id) is not None
    return chat.person_id == query.person_id


def matches(row: Row, query: Query) -> bool:
    """Does the row pass the filters and hold every word of the search?"""
    if query.department and row.department_id != query.department:
        return False
    if query.language is not None and row.language_code != query.language:
        return False
    if query.country is not None and row.country_code != query.country:
        return False
    if not query.search:
        return True
    text = f"{row.name} {row.department} {row.agent} {row.city} {row.region} {row.country} {row.language} "
    text = f"{text}{row.browser} {row.os} {row.why} #{row.id}".casefold()
    return all(word in text for word in query.search.casefold().split())


def sorted_rows(rows: Iterable[Row], column: str, *, descending: bool) -> list[Row]:
    """The rows by a column; unknown ones last in either direction, equal ones oldest first."""
    value = SORT_KEYS[column]
    ordered = sorted(rows, key=lambda row: (row.start, row.id))
    known = [row for row in ordered if value(row) != ""]
    unknown = [row for row in ordered if value(row) == ""]
    known.sort(key=value, reverse=descending)
    return known + unknown


def _text_key(name: str) -> Callable[[Row], Any]:
    def key(row: Row) -> str:
        return str(getattr(row, name)).casefold()

    return key


# The longest duration began first; of ended chats, it is what lies between start and end.
SORT_KEYS: Mapping[str, Callable[[Row], Any]] = MappingProxyType(
    {
        **{
            column.key: _text_key(column.key)
            for column in COLUMNS.values()
            if column.kind in {"text", "status"}
        },
        "messages": lambda row: row.messages,
        "duration": lambda row: row.end - row.start if row.end else -row.start,
        "idle": lambda row: row.end - row.idle if row.end else -row.idle,
    }
)


class LiveRows:
    """The rows of one query, kept up to date by reading only what changed."""

    def __init__(self, query: Query) -> None:
        self.query = query
        self.rows: dict[int, Row] = {}
        self.ordered: list[Row] = []
        self._version = -1

    def ask(self, query: Query) -> None:
        """Another query."""
        if query != self.query:
            self.query, self._version = query, -1

    def refresh(self, model: Model) -> bool:
        """Reads the model; says whether any row changed."""
        if self._version == model.version:
            return False
        changed = model.changed_since(self._version) if self._version >= 0 else None
        self._version = model.version
        if changed is None:
            rows = {
                chat.id: row for chat in model.desk.chats.values() if (row := self._row(model.desk, chat))
            }
            different = rows != self.rows
            self.rows = rows
        else:
            different = self._patch(model.desk, changed)
        self.ordered = sorted_rows(self.rows.values(), self.query.sort, descending=self.query.descending)
        return different

    def _patch(self, desk: Desk, changed: set[int]) -> bool:
        different = False
        for chat_id in changed:
            chat = desk.chats.get(chat_id)
            row = self._row(desk, chat) if chat is not None else None
            if row == self.rows.get(chat_id):
                continue
            different = True
            if row is None:
                del self.rows[chat_id]
            else:
                self.rows[chat_id] = row
        return different

    def _row(self, desk: Desk, chat: Chat) -> Row | None:
        if not belongs(chat, self.query, desk.organisation):
            return None
        row = row_of(chat, desk.organisation)
        return row if matches(row, self.query) else None
