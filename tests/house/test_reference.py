"""docs/reference*.md names everything that has a name, and nothing else."""

import re
from collections.abc import Callable

import msgspec
import pytest

from chatserver.domain import commands as c
from chatserver.domain import events as e
from chatserver.domain.permissions import MAY
from tests.house import product
from tests.house.repository import ROOT

_SECTION = re.compile(r"^## (.+?)$(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_ROW = re.compile(r"^\| `([^`]+)` \|(.*)\|$", re.MULTILINE)


@pytest.mark.parametrize(
    ("section", "discover"),
    [
        ("Commands", product.commands),
        ("Events", product.events),
        ("Tables", product.tables),
        ("Views", product.views),
        ("Settings", product.settings),
        ("Addresses", product.routes),
        ("Command line", product.options),
    ],
)
def test_the_reference_names_what_there_is(section: str, discover: Callable[[], set[str]]) -> None:
    documented, existing = set(rows(section)), discover()

    assert not existing - documented, f"docs/reference.md, “{section}”, lacks {sorted(existing - documented)}"
    assert not documented - existing, (
        f"docs/reference.md, “{section}”, names {sorted(documented - existing)}: gone?"
    )


@pytest.mark.parametrize(("section", "base"), [("Commands", c.Command), ("Events", e.Event)])
def test_the_reference_gives_the_fields_of_each_struct(section: str, base: type[msgspec.Struct]) -> None:
    documented = {
        named: tuple(re.findall(r"`(\w+)`", cells.split("|")[0])) for named, cells in rows(section).items()
    }

    assert documented == product.fields_of(base)


def test_every_row_says_something() -> None:
    sections = ("Commands", "Events", "Tables", "Views", "Settings", "Addresses", "Command line")
    silent = [
        named
        for section in sections
        for named, cells in rows(section).items()
        if not cells.split("|")[-1].strip()
    ]

    assert silent == []


def test_every_command_has_its_row_in_the_permission_table() -> None:
    """The one permission table leaves no command out (R3)."""
    assert set(MAY) == set(product.leaves(c.Command))


def rows(section: str) -> dict[str, str]:
    """First cell -> the other cells, of the tables under `## section`."""
    found: dict[str, str] = {}
    for path in sorted((ROOT / "docs").glob("reference*.md")):
        for title, text in _SECTION.findall(path.read_text(encoding="utf-8")):
            if title == section:
                found.update(_ROW.findall(text))
    return found
