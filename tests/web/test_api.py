"""The HTTP side of the chat server."""

from datetime import timedelta
from typing import Any

import duckdb
import httpx
import pytest

from chatserver.wire.tokens import Kind
from tests.live import LiveServer


async def command(server: LiveServer, person_id: str, frame: Any, **token: Any) -> httpx.Response:
    async with httpx.AsyncClient(base_url=server.url) as client:
        headers = {"Authorization": f"Bearer {server.token(person_id, **token)}"}
        body = frame if isinstance(frame, bytes) else None
        return await client.post(
            "/api/v1/command", json=None if body else frame, content=body, headers=headers
        )


async def test_a_command_is_answered_when_it_is_on_disk(server: LiveServer) -> None:
    """R43: commands over HTTP."""
    await server.chatting()

    answer = await command(server, "ana", {"t": "end", "chats": [1, 77], "id": "e"})

    results = {result["chat_id"]: result["code"] for result in answer.json()["results"]}
    assert answer.status_code == 200
    assert results == {1: "ended", 77: "refused"}


@pytest.mark.parametrize(
    ("person_id", "frame", "status", "code"),
    [
        ("ben", {"t": "set_method", "method": "cherry_picking"}, 403, "not_allowed"),
        ("ana", {"t": "transfer", "chats": [1], "group": "nowhere"}, 404, "not_found"),
        ("ana", {"t": "end", "chats": []}, 400, "invalid"),
        ("ana", {"t": "set_method", "method": "magic"}, 400, "invalid"),
        ("ana", b"\xff\xfe", 400, "invalid"),
        ("ana", b"[" * 5000, 400, "invalid"),
        ("ana", b" " * 20_000, 413, "too_large"),
        ("ana", {"t": "hello", "v": 1, "token": ""}, 400, "invalid"),
        ("ghost", {"t": "get_from_queue"}, 404, "not_found"),
    ],
)
async def test_a_refusal_has_a_status_a_code_and_words(
    server: LiveServer, person_id: str, frame: Any, status: int, code: str
) -> None:
    answer = await command(server, person_id, frame)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["message"]


@pytest.mark.parametrize(
    "token", [{"kind": Kind.VISITOR}, {"kind": Kind.SERVICE}, {"lifetime": timedelta(seconds=-5)}]
)
async def test_a_token_of_another_kind_or_time_is_refused(server: LiveServer, token: dict[str, Any]) -> None:
    assert (await command(server, "ana", {"t": "get_from_queue"}, **token)).status_code == 401


async def test_no_token_is_refused(server: LiveServer) -> None:
    async with httpx.AsyncClient(base_url=server.url) as client:
        assert (await client.post("/api/v1/command", json={"t": "get_from_queue"})).status_code == 401


async def test_health_tells_how_far_the_log_is_on_disk(server: LiveServer) -> None:
    """R43."""
    async with httpx.AsyncClient(base_url=server.url) as client:
        answer = await client.get("/healthz")

        assert answer.status_code == 200
        assert answer.json() == {"ok": True, "stopping": False, "seq": server.site.hub.durable_seq}


async def test_health_is_bad_when_nothing_can_be_written_any_more(server: LiveServer) -> None:
    """R43: whoever watches the server learns it from the status alone."""

    def fail(cursor: duckdb.DuckDBPyConnection) -> None:
        cursor.execute("SELECT * FROM nowhere")

    with pytest.raises(duckdb.Error, match="nowhere"):
        await server.site.store.run(fail)

    async with httpx.AsyncClient(base_url=server.url) as client:
        answer = await client.get("/healthz")

    assert answer.status_code == 503
    assert not answer.json()["ok"]


async def test_an_unknown_address_is_a_page_that_says_so(server: LiveServer) -> None:
    async with httpx.AsyncClient(base_url=server.url) as client:
        answer = await client.get("/no/such/page")

        assert answer.status_code == 404
        assert "no such page" in answer.text
