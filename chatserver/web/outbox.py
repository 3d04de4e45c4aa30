"""One socket's bounded way out: a client that does not read is closed, and heals by resuming."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import msgspec
from tornado.iostream import StreamClosedError
from tornado.websocket import WebSocketClosedError

from chatserver.wire.visitor_frames import Bye

if TYPE_CHECKING:
    from tornado.websocket import WebSocketHandler

MAX_FRAMES = (
    2_000  # a burst of resumed lines fits; a phone in a tunnel does not keep a day's chat in our memory
)
MAX_BYTES = 1024 * 1024
TRY_AGAIN_LATER = 1013  # close codes of RFC 6455
GOING_AWAY = 1001

encode = msgspec.json.Encoder().encode


class Outbox:
    """Sends frames to one WebSocket. `max_bytes` bounds what the client has not taken yet."""

    def __init__(
        self, handler: WebSocketHandler, max_bytes: int = MAX_BYTES, max_frames: int = MAX_FRAMES
    ) -> None:
        self._handler = handler
        self._max_bytes = max_bytes
        self._max_frames = max_frames
        self._unsent_frames = 0
        self._unsent_bytes = 0
        self._empty = asyncio.Event()
        self._empty.set()
        self.closed = False

    def send(self, frame: bytes) -> None:
        """Sends a frame, or closes the socket when too much is waiting. Never raises."""
        if self.closed:
            return
        if self._unsent_frames >= self._max_frames or self._unsent_bytes + len(frame) > self._max_bytes > len(
            frame
        ):
            self.close(TRY_AGAIN_LATER, "too slow")
            return
        try:
            future = self._handler.write_message(frame.decode())
        except (WebSocketClosedError, StreamClosedError):
            self.closed = True
            return
        self._unsent_frames += 1
        self._unsent_bytes += len(frame)
        self._empty.clear()
        future.add_done_callback(lambda done: self._sent(done, len(frame)))

    def send_struct(self, frame: msgspec.Struct) -> None:
        """Encodes and sends a frame."""
        self.send(encode(frame))

    def _sent(self, done: asyncio.Future[Any], size: int) -> None:
        self._unsent_frames -= 1
        self._unsent_bytes -= size
        if done.cancelled() or done.exception() is not None:  # the client went away in the middle
            self.closed = True
        if self._unsent_frames == 0:
            self._empty.set()

    async def drained(self) -> None:
        """Waits until the client has taken all that was sent."""
        await self._empty.wait()

    def close(self, code: int, reason: str, retry_ms: int = 0) -> None:
        """Says bye, if the client still reads, and closes."""
        if self.closed:
            return
        if code != TRY_AGAIN_LATER:
            self.send_struct(Bye(reason, retry_ms))
        self.closed = True
        self._handler.close(code, reason)
