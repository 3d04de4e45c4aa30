"""A chat server that speaks nothing but the change feed, and misbehaves on request."""

import asyncio
import socket
from collections.abc import Sequence

import msgspec
from tornado.httpserver import HTTPServer
from tornado.web import Application
from tornado.websocket import WebSocketHandler

from chatserver.domain.events import Recorded
from chatserver.wire.feed_frames import FeedEvents, FeedHello, FeedWelcome, parse_feed_hello

FRAME_EVENTS = 10


class _Socket(WebSocketHandler):
    feed: "FakeFeed"

    def initialize(self, feed: "FakeFeed") -> None:
        self.feed = feed

    async def on_message(self, message: str | bytes) -> None:
        await self.feed.greeted(self, parse_feed_hello(message))


class FakeFeed:
    """Gives `log` to followers. `cut_after`: closes each connection after so many frames."""

    def __init__(self, log: Sequence[Recorded], epoch: str = "epoch-1") -> None:
        self.log = list(log)
        self.epoch = epoch
        self.cut_after = 1_000_000
        self.hellos: list[FeedHello] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.setblocking(False)
        self.url = f"http://localhost:{self.listener.getsockname()[1]}"
        self._sockets: list[_Socket] = []
        self._server = HTTPServer(Application([(r"/ws/feed", _Socket, {"feed": self})]))

    def start(self) -> None:
        """Begins to listen."""
        self._server.add_sockets([self.listener])

    async def greeted(self, client: _Socket, hello: FeedHello) -> None:
        """Welcomes a follower and sends what it lacks."""
        self.hellos.append(hello)
        head = self.log[-1].seq if self.log else 0
        after = hello.after or 0
        if (hello.epoch and hello.epoch != self.epoch) or after > head:
            await _send(client, FeedWelcome(self.epoch, head, reset=True))
            return
        await _send(client, FeedWelcome(self.epoch, head))
        waiting = [item for item in self.log if item.seq > after]
        for number, start in enumerate(range(0, len(waiting), FRAME_EVENTS)):
            if number == self.cut_after:
                client.close()
                return
            await _send(client, FeedEvents(waiting[start : start + FRAME_EVENTS], head))
        self._sockets.append(client)

    async def add(self, events: Sequence[Recorded]) -> None:
        """More has happened."""
        self.log += events
        for client in self._sockets:
            await _send(client, FeedEvents(list(events), self.log[-1].seq))

    async def send_raw(self, frame: bytes) -> None:
        """Says something that is no frame."""
        for client in self._sockets:
            await client.write_message(frame)
        self._sockets.clear()

    async def stop(self) -> None:
        """Closes all."""
        self._server.stop()
        for client in self._sockets:
            client.close()
        await self._server.close_all_connections()


async def _send(client: _Socket, frame: object) -> None:
    await client.write_message(msgspec.json.encode(frame))
    await asyncio.sleep(0)
