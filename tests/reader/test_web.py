"""The reader's addresses: who may ask what, and what the answers are."""

import asyncio
from datetime import timedelta

import pyarrow as pa
import pyarrow.parquet
import pytest

from chatserver.reader import views
from chatserver.reader.web import ARROW_STREAM
from chatserver.wire.tokens import Kind
from tests.reader.running import LiveReader

ALSO_TESTS = {"chatserver.reader.scope": "what a scope does is seen in answers only"}

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


async def test_a_transcript_is_for_those_who_may_see_the_chat(reader: LiveReader) -> None:
    """R3: a manager of its department; nobody else is told that it exists."""
    row = (await reader.ask("GET", "/api/v1/chats", "ana")).json()["rows"][0]
    path = f"/api/v1/chats/{row['chat_id']}/messages"

    found = (await reader.ask("GET", path, "ana")).json()

    assert found["chat"]["customer_name"] == row["customer_name"]
    assert [line["n"] for line in found["lines"]] == sorted(line["n"] for line in found["lines"])
    assert {line["sender"] for line in found["lines"]} <= {"customer", "agent"}
    assert (await reader.ask("GET", path)).status_code == 401
    assert (await reader.ask("GET", "/api/v1/chats/999999/messages", "ana")).json()["code"] == "not_found"


async def test_answers_are_not_kept_by_caches(reader: LiveReader) -> None:
    response = await reader.ask("GET", "/api/v1/chats", "mia")

    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-content-type-options"] == "nosniff"


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
