"""The live board as plain data for its script."""

from collections.abc import Callable, Mapping
from typing import Any

from chatserver.domain.load import Board, Load, sorted_by_need
from chatserver.domain.organisation import Organisation
from dashboard.names import country_name, language_name
from dashboard.rows import milliseconds
from dashboard.table_window import now_ms

UNKNOWN = "Unknown"


def board_shown(board: Board, organisation: Organisation) -> dict[str, Any]:
    """What the board's script shows. Languages and countries without anything to say are left out."""

    def department_name(department_id: str) -> str:
        return organisation.departments[department_id].name

    names = [department_name(department_id) for department_id in board.by_department]
    return {
        "total": _load("", "", board.total),
        "departments": _loads(board.by_department, department_name),
        "languages": _loads(board.by_language, language_name),
        "countries": _loads(
            {code: load for code, load in board.by_country.items() if load.waiting or load.active},
            country_name,
        ),
        "scope": ", ".join(sorted(names)) if len(names) <= 3 else f"{len(names)} departments",
        "now": now_ms(),
    }


def _loads(loads: Mapping[str, Load], name: Callable[[str], str]) -> list[dict[str, Any]]:
    return [_load(key, name(key) or UNKNOWN, load) for key, load in sorted_by_need(loads, name)]


def _load(key: str, name: str, load: Load) -> dict[str, Any]:
    return {
        "key": key,
        "name": name,
        "waiting": load.waiting,
        "oldest": milliseconds(load.oldest_waiting) if load.oldest_waiting else 0,
        "active": load.active,
        "receiving": load.receiving,
        "free": load.free_places,
        "settled": load.answered + load.abandoned,
        "service_level": load.service_level,
        "abandonment": load.abandonment,
    }
