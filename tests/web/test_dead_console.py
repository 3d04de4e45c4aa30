"""A console that is dead without having closed its socket: a laptop whose lid was shut, a cable that was pulled."""

import asyncio
import base64
import contextlib
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chatserver import app
from chatserver.domain.events import PresenceChanged
from chatserver.hub import presence
from chatserver.wire.feed_frames import FeedEvents, parse_feed_frame
from tests.live import PATIENCE_S, LiveServer, live_server

MASK = b"\0\0\0\0"  # RFC 6455 wants one; this one leaves the text as it is


@contextlib.asynccontextmanager
async def silent_console(server: LiveServer, person_id: str) -> AsyncIterator[asyncio.StreamReader]:
    """A console that says hello and never anything again, no pong either. Its socket stays open."""
    host = server.url.removeprefix("http://")
    name, port = host.split(":")
    reader, writer = await asyncio.open_connection(name, int(port))
    key = base64.b64encode(os.urandom(16)).decode()
    writer.write(
        f"GET /ws/agent HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    await reader.readuntil(b"\r\n\r\n")
    hello = json.dumps({"t": "hello", "v": 1, "token": server.token(person_id)}).encode()
    writer.write(b"\x81\xfe" + len(hello).to_bytes(2, "big") + MASK + hello)
    try:
        yield reader
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def test_an_agent_whose_console_is_dead_gets_no_new_chats(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R20, with shorter times: tests/hub/test_presence.py adds up the real ones."""
    monkeypatch.setattr(app, "PING_INTERVAL_S", 0.2)
    monkeypatch.setattr(presence, "CONSOLE_GRACE_S", 0.2)
    async with live_server(tmp_path) as server, silent_console(server, "ben") as console:
        await asyncio.wait_for(console.readuntil(b'"welcome"'), PATIENCE_S)
        follower = await server.follower(after=0)
        changes: list[bool] = []
        while False not in changes:
            frame = await asyncio.wait_for(follower.connection.read_message(), PATIENCE_S)
            assert frame is not None
            parsed = parse_feed_frame(frame)
            if isinstance(parsed, FeedEvents):
                changes += [
                    one.event.online for one in parsed.events if isinstance(one.event, PresenceChanged)
                ]

        customer = await server.chatting()
        kinds = [(await customer.next("line"))["kind"] for _ in range(3)]

    assert changes == [True, False]
    assert kinds == ["started", "message", "queued"]
