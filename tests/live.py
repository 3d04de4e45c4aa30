"""A real chat server on a real socket, and a client that speaks its frames. For tests of everything above the desk."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from chatserver import app, supervisor
from chatserver.domain import commands as c
from chatserver.domain.organisation import Department, Group, Membership, Person, Role
from chatserver.settings import Settings
from chatserver.web.base import utc_now
from chatserver.wire.tokens import Kind

PATIENCE_S = 10.0  # how long a frame may take on a busy machine before a test fails

Frame = dict[str, Any]


class FrameClient:
    """One WebSocket. `next(type)` skips frames of other types but keeps them in `seen`."""

    def __init__(self, connection: WebSocketClientConnection) -> None:
        self.connection = connection
        self.seen: list[Frame] = []
        self.ended = False

    def send(self, t: str, **fields: Any) -> None:
        """Sends a frame."""
        self.raw(json.dumps({"t": t, **fields}))

    def raw(self, text: str | bytes) -> None:
        """Sends anything."""
        self.connection.write_message(text, binary=isinstance(text, bytes))

    async def next(self, t: str | None = None) -> Frame:
        """The next frame (of the type). Fails when the socket closes first."""
        while True:
            message = await asyncio.wait_for(self.connection.read_message(), PATIENCE_S)
            assert message is not None, f"closed while waiting for {t}; seen: {self.seen[-3:]}"
            frame: Frame = json.loads(message)
            self.seen.append(frame)
            if t is None or frame["t"] == t:
                return frame

    async def closed(self) -> int | None:
        """Reads until the socket closes; gives the close code."""
        while True:
            message = await asyncio.wait_for(self.connection.read_message(), PATIENCE_S)
            if message is None:
                self.ended = True
                return self.connection.close_code
            self.seen.append(json.loads(message))

    def close(self) -> None:
        """Closes it from this side."""
        self.connection.close()


class LiveServer:
    """A running chat server with one department `billing`, group `b1`, and staff `ana` (administrator) and `ben`."""

    def __init__(self, running: app.Running, url: str) -> None:
        self.running = running
        self.url = url
        self.site = running.site
        self._clients: list[FrameClient] = []

    def token(
        self, person_id: str, kind: Kind = Kind.CONSOLE, lifetime: timedelta = timedelta(minutes=5)
    ) -> str:
        """A good token."""
        return self.site.tokens.mint(kind, person_id, utc_now(), lifetime)

    async def connect(self, path: str, **headers: str) -> FrameClient:
        """A bare socket."""
        request = HTTPRequest(self.url.replace("http", "ws") + path, headers=headers)
        client = FrameClient(await websocket_connect(request))
        self._clients.append(client)
        return client

    async def close_clients(self) -> None:
        """Closes what the test left open, and waits until it is."""
        for client in self._clients:
            client.close()
        for client in (one for one in self._clients if not one.ended):
            with contextlib.suppress(asyncio.TimeoutError, AssertionError, RuntimeError):
                while await asyncio.wait_for(client.connection.read_message(), PATIENCE_S) is not None:
                    pass

    async def visitor(self, **headers: str) -> FrameClient:
        """A customer's page that has said hello."""
        client = await self.connect("/ws/visitor", **headers)
        client.send("hello", v=1)
        await client.next("welcome")
        return client

    async def chatting(
        self, question: str = "Where is my parcel?", department: str = "billing"
    ) -> FrameClient:
        """A customer who has started a chat."""
        client = await self.visitor()
        client.send("start", client_id="start-0001", department=department, name="Zoë", question=question)
        await client.next("started")
        return client

    async def console(self, person_id: str) -> FrameClient:
        """An agent's console that has said hello."""
        client = await self.connect("/ws/agent")
        client.send("hello", v=1, token=self.token(person_id))
        await client.next("welcome")
        return client

    async def follower(self, after: int | None = None, epoch: str = "") -> FrameClient:
        """A follower of the feed that has said hello."""
        client = await self.connect("/ws/feed")
        hello: Frame = {"v": 1, "token": self.token("test", Kind.SERVICE), "epoch": epoch}
        client.send("hello", **hello, **({} if after is None else {"after": after}))
        return client


def settings_for(folder: Path, port: int, **changes: Any) -> Settings:
    """Settings of a test server."""
    url = f"http://localhost:{port}"
    usual: dict[str, Any] = {"relaxed_loopback": True}
    return Settings(str(folder), url, "http://localhost:1", "http://localhost:2", **{**usual, **changes})


@contextlib.asynccontextmanager
async def live_server(
    folder: Path, *, organisation: bool = True, **changes: Any
) -> AsyncIterator[LiveServer]:
    """Starts a server on the folder and stops it in order."""
    listener = supervisor.listen(0)
    listener.setblocking(False)
    port = listener.getsockname()[1]
    running = await app.start(settings_for(folder, port, **changes), listener)
    server = LiveServer(running, f"http://localhost:{port}")
    try:
        if organisation and not server.site.organisation.people:
            await found_company(server)
        yield server
    finally:
        await server.close_clients()
        await running.stop()


async def found_company(server: LiveServer) -> None:
    """The small company that LiveServer's docstring describes; each agent takes up to three chats."""
    hub = server.site.hub
    ana = Person("ana", "Ana Lima", "Ana", (Role.ADMINISTRATOR, Role.MANAGER, Role.AGENT))
    billing = Department("billing", "Billing", "b1")
    await hub.request(c.SetUpSite(ana, billing, Group("b1", "Front line", "billing"), max_active_chats=3))
    await hub.request(c.SavePerson("ana", Person("ben", "Ben Ode", "Benny", (Role.AGENT,))))
    await hub.request(c.SaveMembership("ana", Membership("ben", "b1", 3)))
