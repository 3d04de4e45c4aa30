"""A WebSocket that comes back."""

import asyncio
import random
from collections.abc import AsyncIterator

import pytest
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application
from tornado.websocket import WebSocketHandler

from chatserver.replay.connection import Connection, Refused


class Echo(WebSocketHandler):
    """Says back what it hears, and hangs up on “hang up”."""

    def on_message(self, message: str | bytes) -> None:
        if message == b"hang up":
            self.close()
        else:
            self.write_message(message)


@pytest.fixture
async def url() -> AsyncIterator[str]:
    server = HTTPServer(Application([(r"/ws", Echo)]))
    socket, port = bind_unused_port()
    server.add_socket(socket)
    yield f"ws://127.0.0.1:{port}"
    server.stop()
    await server.close_all_connections()


class Client:
    """Counts its hellos."""

    def __init__(self, url: str) -> None:
        self.hellos = 0
        self.heard: asyncio.Queue[str | bytes] = asyncio.Queue()
        self.connection = Connection(url, {}, self.hello, self.heard.put_nowait, random.Random(1))

    async def hello(self) -> bytes:
        self.hellos += 1
        return b'"hello"'

    async def next(self) -> str | bytes:
        return await asyncio.wait_for(self.heard.get(), 5)


async def test_each_connection_begins_with_a_hello_and_a_lost_one_comes_back(url: str) -> None:
    client = Client(f"{url}/ws")
    assert not client.connection.send(b"too early")
    client.connection.start()
    await client.next()

    client.connection.come_back_in(0.05)
    client.connection.send(b'"x"')
    await client.next()
    client.connection.drop()
    await client.next()

    assert client.hellos == 2
    assert client.connection.losses == 1
    await client.connection.close()


async def test_who_is_not_wanted_stops_asking(url: str) -> None:
    client = Client(f"{url}/nothing")
    client.connection.start()

    assert client.connection.task is not None
    with pytest.raises(Refused, match="404"):
        await asyncio.wait_for(client.connection.task, 5)
    await client.connection.close()
