"""A WebSocket that comes back, as docs/protocol.md asks of every client."""

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable

import structlog
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import WebSocketClientConnection, WebSocketClosedError, websocket_connect

from chatserver.wire.limits import MAX_FEED_FRAME_BYTES

FIRST_PAUSE_S = 0.5
MAX_PAUSE_S = 15.0
CONNECT_WITHIN_S = 15.0
PING_EVERY_S = 10.0  # a line that is dead without saying so is noticed after two of these


log = structlog.get_logger()


class Refused(Exception):
    """The server answered the handshake, but will not have us (a wrong address, an unknown host, no room)."""


class Connection:
    """Keeps one socket to `url` open until `close`.

    `hello` makes the first frame of each connection (it may await a fresh token); `on_frame` gets every frame. After a
    loss it waits as the server's bye said, else 0.5 s, 1 s, 2 s … 15 s, with jitter.
    """

    def __init__(
        self,
        url: str,
        headers: dict[str, str],
        hello: Callable[[], Awaitable[bytes]],
        on_frame: Callable[[bytes | str], None],
        rng: random.Random,
    ) -> None:
        self._url = url
        self._headers = headers
        self._hello = hello
        self._on_frame = on_frame
        self._rng = rng
        self._socket: WebSocketClientConnection | None = None
        self._lost: asyncio.Future[None] | None = None
        self._pause_s = FIRST_PAUSE_S
        self.losses = 0
        self.task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins to connect."""
        self.task = asyncio.get_running_loop().create_task(self._run())
        self.task.add_done_callback(self._note_end)

    def send(self, frame: bytes) -> bool:
        """Sends now, or gives False while there is no connection; whoever needs it delivered sends it again."""
        if self._socket is None:
            return False
        try:
            self._socket.write_message(frame)
        except WebSocketClosedError:
            self._socket = None
            return False
        return True

    def welcomed(self) -> None:
        """The server took us: the next loss starts with a short pause again."""
        self._pause_s = FIRST_PAUSE_S

    def come_back_in(self, retry_s: float) -> None:
        """The server said bye, and when it wants us again."""
        self._pause_s = max(0.05, retry_s)

    def drop(self) -> None:
        """Loses the line, as a train in a tunnel does; it comes back by itself."""
        if self._socket is not None:
            self._socket.close()

    async def close(self) -> None:
        """Ends it for good."""
        if self._socket is not None:
            self._socket.close()
        if self.task is not None:
            self.task.cancel()
            with contextlib.suppress(asyncio.CancelledError, Refused):
                await self.task

    def _note_end(self, task: "asyncio.Task[None]") -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a simulated client gave up", url=self._url, error=str(error))

    async def _run(self) -> None:
        while True:
            with contextlib.suppress(OSError, TimeoutError, WebSocketClosedError):
                await self._connect()
            self.losses += 1
            pause_s = self._pause_s
            self._pause_s = min(MAX_PAUSE_S, max(FIRST_PAUSE_S, pause_s * 2))
            await asyncio.sleep(pause_s * self._rng.uniform(0.75, 1.25))

    async def _connect(self) -> None:
        hello = await self._hello()
        self._lost = asyncio.get_running_loop().create_future()
        request = HTTPRequest(
            self._url,
            headers=self._headers,
            connect_timeout=CONNECT_WITHIN_S,
            request_timeout=CONNECT_WITHIN_S,
        )
        connecting = asyncio.ensure_future(
            websocket_connect(
                request,
                on_message_callback=self._received,
                ping_interval=PING_EVERY_S,
                max_message_size=MAX_FEED_FRAME_BYTES,
            )
        )
        try:
            socket = await asyncio.shield(connecting)
        except asyncio.CancelledError:
            connecting.add_done_callback(_close_late)
            raise
        except HTTPClientError as error:
            if error.code in {429, 502, 503, 504, 599}:  # too many at once, or the server is not back yet
                raise OSError(str(error)) from None
            raise Refused(f"{self._url} answers {error.code} {error.message}") from None
        self._socket = socket
        try:
            socket.write_message(hello)
            await self._lost
        finally:
            self._socket = None
            socket.close()

    def _received(self, frame: str | bytes | None) -> None:
        if frame is not None:
            self._on_frame(frame)
            return
        self._socket = None
        if self._lost is not None and not self._lost.done():
            self._lost.set_result(None)


def _close_late(connecting: "asyncio.Future[WebSocketClientConnection]") -> None:
    """Closes a connection that came about when nobody wanted it any more."""
    if not connecting.cancelled() and connecting.exception() is None:
        connecting.result().close()
