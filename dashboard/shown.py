"""What header, toolbar and table show, as plain data for their scripts."""

from collections.abc import Iterable
from typing import Any

from chatserver.domain.duty import Duty
from chatserver.domain.organisation import Organisation
from chatserver.settings import Settings
from dashboard.model import Connection, Model
from dashboard.names import country_name, language_name
from dashboard.parts import static_text
from dashboard.rows import COLUMNS, Row
from dashboard.state import ConsoleState

MAX_CHOICES = 60  # of one filter: the most frequent

TOKENS = static_text("tokens.css")


def header_shown(settings: Settings, model: Model, state: ConsoleState) -> dict[str, Any]:
    """Who is signed in, how they receive chats, and how the model stands to the chat server."""
    organisation = model.desk.organisation
    person = organisation.people.get(state.person_id)
    duty = model.desk.duties.get(state.person_id, Duty())
    groups = [organisation.groups[place.group_id] for place in organisation.memberships_of(state.person_id)]
    return {
        "server": settings.chat_url,
        "name": person.name if person else state.person_id,
        "roles": ", ".join(person.roles) if person else "",
        "available": duty.available,
        "groups": [{"id": g.id, "name": g.name, "active": g.id not in duty.inactive_groups} for g in groups],
        "feed": model.connection.value,
        "dark": state.dark,
        "tokens": TOKENS,
    }


def columns_shown(state: ConsoleState) -> list[dict[str, Any]]:
    """The visible columns in their order."""
    columns = (COLUMNS[key] for key in state.columns)
    return [
        {"key": c.key, "title": c.title, "kind": c.kind, "width": c.width, "grow": c.grow} for c in columns
    ]


def filters_shown(
    organisation: Organisation, state: ConsoleState, rows: Iterable[Row]
) -> list[dict[str, Any]]:
    """The quick filters, with what can be chosen: all departments; languages and countries that occur."""
    rows = list(rows)
    departments = sorted((d.name, d.id) for d in organisation.departments.values())
    languages = _occurring((row.language_code for row in rows), state.language)
    countries = _occurring((row.country_code for row in rows), state.country)
    return [
        {
            "key": "department",
            "label": "Department",
            "value": state.department or None,
            "choices": [[i, n] for n, i in departments],
        },
        {
            "key": "language",
            "label": "Language",
            "value": state.language,
            "choices": _named(languages, language_name),
        },
        {
            "key": "country",
            "label": "Country",
            "value": state.country,
            "choices": _named(countries, country_name),
        },
    ]


def empty_text(state: ConsoleState, connection: Connection) -> str:
    """What an empty table says."""
    if connection is Connection.CONNECTING:
        return "Connecting to the chat server …"
    if state.search or state.department or state.language is not None or state.country is not None:
        return "No chat fits the search and filters."
    if state.status == "queued":
        return "Nobody is waiting."
    if state.status == "ended":
        return "No ended chats yet."
    return (
        "You have no chats.\nGet From Queue gives you the one that waits longest."
        if state.view == "my"
        else "No active chats."
    )


def _occurring(codes: Iterable[str], chosen: str | None) -> set[str]:
    found = set(codes)
    return found | ({chosen} if chosen is not None else set())


def _named(codes: set[str], name: Any) -> list[list[str]]:
    return [[code, text] for text, code in sorted((name(code) or "Unknown", code) for code in codes)][
        :MAX_CHOICES
    ]
