"""Files of whole views, asked for over HTTP."""

import csv
import io

import pyarrow as pa
import pyarrow.parquet
import pytest

from chatserver.reader import views
from tests.reader.running import LiveReader


@pytest.mark.parametrize("view", views.PUBLISHED)
async def test_every_view_can_be_exported_in_both_formats(reader: LiveReader, view: str) -> None:
    """R38: export any view as Parquet or CSV."""
    table = await reader.ask("GET", f"/api/v1/export/{view}.parquet", "ana")
    text = await reader.ask("GET", f"/api/v1/export/{view}.csv", "ana")

    rows = pa.parquet.read_table(io.BytesIO(table.content)).num_rows
    assert text.headers["content-disposition"] == f'attachment; filename="{view}.csv"'
    assert len(list(csv.reader(io.StringIO(text.text)))) == rows + 1


async def test_exports_hold_one_row_a_chat_of_the_scope(reader: LiveReader) -> None:
    """R38, R3."""
    response = await reader.ask("GET", "/api/v1/export/chats.parquet", "mia")

    assert pa.parquet.read_table(io.BytesIO(response.content))["chat_id"].to_pylist() == [1, 2, 3, 7]


async def test_formulas_are_defused_in_csv(reader: LiveReader) -> None:
    """A name that begins like a formula must not run in a table program."""
    response = await reader.ask("GET", "/api/v1/export/chats.csv", "mia")
    rows = list(csv.DictReader(io.StringIO(response.text)))

    assert rows[0]["customer_name"] == "'=cmd|'/c calc'!A1"
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows for cell in row.values())


async def test_export_needs_its_permission(reader: LiveReader) -> None:
    """R3."""
    response = await reader.ask("GET", "/api/v1/export/chats.csv", "ben")

    assert response.status_code == 403
    assert "export" in response.json()["message"]


async def test_unknown_views_cannot_be_exported(reader: LiveReader) -> None:
    for view in ("chat", "follower", "duckdb_settings"):
        assert (await reader.ask("GET", f"/api/v1/export/{view}.csv", "ana")).status_code == 400


async def test_answers_leave_no_files_behind(reader: LiveReader) -> None:
    await reader.ask("GET", "/api/v1/export/chats.csv", "ana")

    assert list(reader.running.desk.folder.iterdir()) == []
