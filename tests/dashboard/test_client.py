"""The console follows a real chat server, through restarts of it, and says in words when it cannot."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from chatserver import app, supervisor
from chatserver.domain import commands as c
from chatserver.domain.chat import Customer
from chatserver.store import accounts
from chatserver.web.base import utc_now
from dashboard.client import Client, Refused
from dashboard.model import Connection, Model
from tests.domain.builders import encoded
from tests.live import LiveServer, live_server, settings_for

PATIENCE_S = 10.0


async def until(condition: Callable[[], bool]) -> None:
    """Waits until it holds."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110 -- conditions are of any kind
            await asyncio.sleep(0.02)  # what is waited for has no event of its own


@contextlib.asynccontextmanager
async def following(server: LiveServer) -> AsyncIterator[tuple[Client, Model]]:
    """A client that follows the server."""
    model = Model()
    client = Client(server.url, "http://localhost:9", server.site.tokens, model)
    task = asyncio.create_task(client.follow())
    try:
        await until(lambda: model.connection is Connection.LIVE)
        yield client, model
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await client.close()


async def start_chat(server: LiveServer, visitor: str) -> None:
    await server.site.hub.request(
        c.StartChat(visitor, "start-0001", "billing", Customer(name="Vera"), "Hello?")
    )


async def test_the_model_equals_the_server_after_snapshot_and_events(tmp_path: Path) -> None:
    async with live_server(tmp_path) as server:
        await start_chat(server, "before")
        async with following(server) as (_, model):
            assert len(model.desk.chats) == 1
            await start_chat(server, "after")
            await until(lambda: len(model.desk.chats) == 2)

            assert encoded(model.desk) == encoded(server.site.hub._desk)


async def test_a_restarted_server_is_found_again_and_nothing_is_missed(tmp_path: Path) -> None:
    listener = supervisor.listen(0)
    listener.setblocking(False)
    settings = settings_for(tmp_path, listener.getsockname()[1])
    async with live_server(tmp_path) as server:  # founds the company
        await start_chat(server, "first")
    running = await app.start(settings, listener.dup())
    model = Model()
    client = Client(settings.chat_url, "http://localhost:9", running.site.tokens, model)
    task = asyncio.create_task(client.follow())
    await until(lambda: model.connection is Connection.LIVE)
    await running.stop()
    await until(lambda: model.connection is Connection.LOST)
    assert len(model.desk.chats) == 1

    running = await app.start(settings, listener)
    await until(lambda: model.connection is Connection.LIVE)
    await running.site.hub.request(c.StartChat("second", "start-0001", "billing", Customer(), "Hello?"))
    await until(lambda: len(model.desk.chats) == 2)
    task.cancel()
    await client.close()
    await running.stop()


async def test_sessions_and_commands_are_the_persons_own(tmp_path: Path) -> None:
    async with live_server(tmp_path) as server, following(server) as (client, model):
        cookie = await server.site.store.run(lambda cursor: accounts.open_sign_in(cursor, "ben", utc_now()))
        session = await client.find_session(cookie)
        assert session is not None
        assert session.person_id == "ben"
        assert await client.find_session("guessed") is None

        await start_chat(server, "vera")
        await until(lambda: bool(model.desk.chats))
        (result,) = await client.command(session.token, {"t": "get_from_queue"})
        assert (result["code"], result["person_id"]) == ("assigned", "ben")
        with pytest.raises(Refused, match="permission") as refused:
            await client.command(session.token, {"t": "set_method", "method": "round_robin"})
        assert refused.value.code == "not_allowed"


async def test_a_reader_that_is_away_is_named_in_words(tmp_path: Path) -> None:
    async with live_server(tmp_path) as server, following(server) as (client, _):
        with pytest.raises(Refused, match="does not answer"):
            await client.ended_chats("token", scope="global")
