"""The reader's addresses: who may ask what, and what the answers are."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest

from chatserver.reader import views
from chatserver.reader.limits import Limits
from chatserver.reader.web import ARROW_STREAM
from chatserver.wire.tokens import Kind
from tests.reader.running import LiveReader, live_reader

ALSO_TESTS = {
    "chatserver.reader.answers": "files are told apart by what is sent",
    "chatserver.reader.history": "pages are asked for over HTTP",
    "chatserver.reader.scope": "what a scope does is seen in answers only",
}

LIMITS = Limits(time_s=2, rows=500)


@pytest.fixture
async def reader(tmp_path: Path) -> AsyncIterator[LiveReader]:
    """The story of company.py, served."""
    async with live_reader(tmp_path, limits=LIMITS) as live:
        yield live


def columns_of(rows: list[dict[str, object]], name: str) -> list[object]:
    """One column of a page."""
    return [row[name] for row in rows]


# --- SQL ---


async def test_sql_is_answered_as_an_arrow_stream(reader: LiveReader) -> None:
    """R38: as Arrow."""
    asked = {"sql": "SELECT chat_id, city FROM chats WHERE city = ? ORDER BY 1", "parameters": ["Bonn"]}
    response = await reader.ask("POST", "/api/v1/sql", "mia", json=asked)

    assert response.status_code == 200
    assert response.headers["content-type"] == ARROW_STREAM
    assert pa.ipc.open_stream(response.content).read_all().to_pylist() == [{"chat_id": 2, "city": "Bonn"}]


@pytest.mark.parametrize(
    ("person", "body", "status", "code"),
    [
        ("", {"sql": "SELECT 1"}, 401, "unauthenticated"),
        ("ben", {"sql": "SELECT 1"}, 403, "not_allowed"),
        ("stranger", {"sql": "SELECT 1"}, 403, "not_allowed"),
        ("mia", {"sql": "DROP TABLE main.chat"}, 403, "not_allowed"),
        ("mia", {"sql": "SELECT * FROM main.chat"}, 403, "not_allowed"),
        ("mia", {"sql": "SELEC 1"}, 400, "invalid"),
        ("mia", {"sql": "SELECT * FROM range(501)"}, 413, "too_large"),
        ("mia", {"sql": "SELECT count(*) FROM range(100000000000)"}, 413, "too_large"),
        ("mia", {"sql": 5}, 400, "invalid"),
        ("mia", {"query": "SELECT 1"}, 400, "invalid"),
        ("mia", {"sql": "SELECT ?", "parameters": [{"a": 1}]}, 400, "invalid"),
        ("mia", {"sql": "SELECT ?", "parameters": [1] * 2000}, 400, "invalid"),
    ],
)
async def test_refusals_say_why(
    reader: LiveReader, person: str, body: object, status: int, code: str
) -> None:
    response = await reader.ask("POST", "/api/v1/sql", person, json=body)

    assert (response.status_code, response.json()["t"], response.json()["code"]) == (status, "error", code)
    assert len(response.json()["message"]) > 10


async def test_a_second_query_of_the_same_person_is_refused_meanwhile(reader: LiveReader) -> None:
    """R38."""
    slow = asyncio.create_task(
        reader.ask("POST", "/api/v1/sql", "mia", json={"sql": "SELECT count(*) FROM range(100000000000)"})
    )
    await asyncio.sleep(0.2)
    second = await reader.ask("POST", "/api/v1/sql", "mia", json={"sql": "SELECT 1"})

    assert second.status_code == 429
    assert second.headers["retry-after"] == "1"
    assert (await slow).status_code == 413


@pytest.mark.parametrize("kind", [Kind.VISITOR, Kind.SERVICE])
async def test_tokens_of_other_kinds_open_nothing(reader: LiveReader, kind: Kind) -> None:
    token = reader.token("mia", kind)
    for path in ("/api/v1/chats", "/api/v1/export/chats.csv", "/api/v1/service-level", "/api/v1/views"):
        assert (await reader.ask("GET", path, token=token)).status_code == 401


async def test_expired_and_forged_tokens_are_refused(reader: LiveReader) -> None:
    expired = reader.token("mia", lifetime=timedelta(seconds=-1))
    for token in (expired, reader.token("mia")[:-2] + "xx", "nonsense", "é"):
        response = await reader.ask(
            "GET", "/api/v1/chats", headers={"Authorization": f"Bearer {token}".encode()}
        )
        assert response.status_code == 401


# --- the edge ---


async def test_unknown_hosts_are_refused(reader: LiveReader) -> None:
    for host in ("evil.example", "evil.example:80", "localhost.evil.example", "[::1", ""):
        assert (await reader.ask("GET", "/healthz", headers={"Host": host})).status_code in {400, 421}
    for host in ("127.0.0.1:99", "localhost", "[::1]:5"):
        assert (await reader.ask("GET", "/healthz", headers={"Host": host})).status_code == 200


async def test_wrong_addresses_and_methods_are_answered_as_json(reader: LiveReader) -> None:
    assert (await reader.ask("GET", "/nothing")).json()["code"] == "not_found"
    assert (await reader.ask("DELETE", "/api/v1/sql")).status_code == 405
    assert (await reader.ask("GET", "/api/v1/export/../../secret.key.csv", "ana")).status_code == 404


async def test_answers_are_not_kept_by_caches(reader: LiveReader) -> None:
    response = await reader.ask("GET", "/api/v1/chats", "mia")

    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-content-type-options"] == "nosniff"


# --- history ---


async def test_history_holds_ended_chats_of_the_scope(reader: LiveReader) -> None:
    """R3, R4: an agent sees own chats, a manager those of their departments, an administrator all."""
    for person, expected in (("ana", [5, 4, 3, 2, 1]), ("mia", [3, 2, 1]), ("ben", [2, 1]), ("sue", [4])):
        page = (await reader.ask("GET", "/api/v1/chats", person)).json()
        assert columns_of(page["rows"], "chat_id") == expected
        assert page["total"] == len(expected)


async def test_mine_holds_own_chats_only(reader: LiveReader) -> None:
    assert (await reader.ask("GET", "/api/v1/chats?scope=mine", "ana")).json() == {"total": 0, "rows": []}
    assert (await reader.ask("GET", "/api/v1/chats?scope=mine", "ben")).json()["total"] == 2


async def test_history_rows_have_every_column_of_the_tables(reader: LiveReader) -> None:
    """R23, with R9, R10 and R11: frozen durations and counted messages."""
    page = (await reader.ask("GET", "/api/v1/chats?search=bonn", "mia")).json()

    assert page["rows"] == [
        {
            "chat_id": 2,
            "started_at": "2026-03-02T09:03:20Z",
            "ended_at": "2026-03-02T09:06:40Z",
            "customer_name": "Customer 2",
            "department_id": "billing",
            "group_id": "b1",
            "person_id": "ben",
            "status": "ended",
            "reason": "ended_by_customer",
            "messages": 2,
            "duration_s": 200.0,
            "idle_s": 100.0,
            "city": "Bonn",
            "region": "",
            "country": "DE",
            "language": "de",
            "browser": "Firefox",
            "os": "",
            "wait_s": 90.0,
        }
    ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("sort=wait_s&descending=true", [5, 2, 3, 1, 4]),
        ("sort=wait_s&descending=false", [4, 1, 3, 2, 5]),
        ("sort=chat_id&descending=false&limit=2&offset=3", [4, 5]),
        ("sort=person_id&descending=false", [3, 5, 1, 2, 4]),
        ("search=KÖLN", [1]),
        ("search=de+firefox", [2]),
        ("search=%25", []),
        ("search=billing+line&sort=chat_id", [3, 2, 1]),
        ("department=sales&sort=chat_id", [5, 4]),
        ("reason=abandoned&sort=chat_id&descending=false", [3, 5]),
        ("person=ben&language=de&country=DE&sort=chat_id", [2, 1]),
        ("since=2026-03-02T09:10:00Z&sort=chat_id", [5, 4]),
        ("until=2026-03-02T09:10:00Z&sort=chat_id", [3, 2, 1]),
        ("department='+OR+true+--", []),
    ],
)
async def test_history_sorts_filters_and_searches_over_all_rows(
    reader: LiveReader, query: str, expected: list[int]
) -> None:
    """R24."""
    page = (await reader.ask("GET", f"/api/v1/chats?{query}", "ana")).json()

    assert columns_of(page["rows"], "chat_id") == expected


@pytest.mark.parametrize(
    "query",
    [
        "sort=email",
        "sort=chat_id;DROP+TABLE+main.chat",
        "scope=everyone",
        "limit=0",
        "limit=100000",
        "offset=-1",
        "limit=many",
        "nonsense=1",
        "since=yesterday",
        "search=" + "x" * 300,
    ],
)
async def test_history_refuses_what_it_does_not_know(reader: LiveReader, query: str) -> None:
    response = await reader.ask("GET", f"/api/v1/chats?{query}", "ana")

    assert response.status_code == 400
    assert response.json()["code"] == "invalid"


# --- exports ---


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


# --- the rest ---


async def test_status_tells_the_lag(reader: LiveReader) -> None:
    status = (await reader.ask("GET", "/api/v1/status", "ben")).json()

    assert status == {
        "seq": len(reader.feed.log),
        "head": len(reader.feed.log),
        "lag_s": 0.0,
        "connected": True,
    }
    service = await reader.ask("GET", "/api/v1/status", token=reader.token("dashboard", Kind.SERVICE))
    assert service.status_code == 200


async def test_service_level_is_for_those_who_see_boards(reader: LiveReader) -> None:
    """R3, R35."""
    assert (await reader.ask("GET", "/api/v1/service-level", "mia")).json() == []
    assert (await reader.ask("GET", "/api/v1/service-level", "ben")).status_code == 403


async def test_views_describe_themselves(reader: LiveReader) -> None:
    """R40."""
    found = (await reader.ask("GET", "/api/v1/views", "mia")).json()

    assert [view["name"] for view in found] == list(views.PUBLISHED)


async def test_who_does_not_read_an_answer_is_dropped(
    reader: LiveReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer that waits for ever would hold its file."""
    monkeypatch.setattr("chatserver.reader.web.CHUNK_WITHIN_S", 0.2)
    body = b'{"sql": "SELECT repeat(\'x\', 1000000) FROM range(60)"}'
    host, port = reader.url.removeprefix("http://").split(":")
    answer, request = await asyncio.open_connection(host, int(port), limit=1024)
    head = (
        f"POST /api/v1/sql HTTP/1.1\r\nHost: {host}:{port}\r\nAuthorization: Bearer {reader.token('mia')}\r\n"
    )
    request.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    await answer.readuntil(b"\r\n")
    await asyncio.sleep(1.5)

    with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
        await answer.readexactly(60_000_000)
    request.close()
