"""One socket's bounded way out: a client that does not read is closed, and heals by resuming.

Frames that are sent in one turn of the loop leave in one write. They are framed here (RFC 6455, 5.2: unmasked, never
compressed or split) and written to Tornado's stream directly: its `write_message` makes a task for each frame, which
was a third of the cost of a delivered message.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import msgspec
from tornado.iostream import StreamClosedError

from chatserver.wire.visitor_frames import Bye

if TYPE_CHECKING:
    from tornado.websocket import WebSocketHandler

# A burst of resumed lines fits; a phone in a tunnel does not keep a day's chat in our memory.
MAX_BYTES = 1024 * 1024
TRY_AGAIN_LATER = 1013  # close codes of RFC 6455
GOING_AWAY = 1001

_TEXT = 0x81  # a whole text frame
_SHORT = 126  # payloads below it have a length of one byte
_MEDIUM = 1 << 16

encode = msgspec.json.Encoder().encode


class Outbox:
    """Sends frames to one WebSocket. `max_bytes` bounds what the client has not taken yet."""

    __slots__ = ("_drained", "_handler", "_max_bytes", "_queued", "_unsent_bytes", "closed")

    def __init__(self, handler: WebSocketHandler, max_bytes: int = MAX_BYTES) -> None:
        self._handler = handler
        self._max_bytes = max_bytes
        self._queued: list[bytes] = []
        self._unsent_bytes = 0
        self._drained: asyncio.Future[None] | None = None
        self.closed = False

    def send(self, frame: bytes) -> None:
        """Sends a frame, or closes the socket when too much is waiting. Never blocks, never raises."""
        if self.closed:
            return
        waiting = self._unsent_bytes
        if waiting and waiting + len(frame) > self._max_bytes:  # a single frame of any size may go out
            self.close(TRY_AGAIN_LATER, "too slow")
            return
        if not self._queued:
            asyncio.get_running_loop().call_soon(self._flush)
        self._queued.append(frame)
        self._unsent_bytes = waiting + len(frame)

    def send_struct(self, frame: msgspec.Struct) -> None:
        """Encodes and sends a frame."""
        self.send(encode(frame))

    def _flush(self) -> None:
        connection = self._handler.ws_connection
        queued, self._queued = self._queued, []
        if connection is None or connection.stream is None or not queued:
            return
        size = sum(map(len, queued))
        try:
            written = connection.stream.write(b"".join(part for f in queued for part in (header(len(f)), f)))
        except StreamClosedError:
            self.lost()
            return
        if written.done():
            self._sent(written, size)
        else:
            written.add_done_callback(lambda done: self._sent(done, size))

    def _sent(self, done: asyncio.Future[Any], size: int) -> None:
        self._unsent_bytes -= size
        if done.cancelled() or done.exception() is not None:  # the client went away in the middle
            self.lost()
        elif self._unsent_bytes == 0 and self._drained is not None and not self._drained.done():
            self._drained.set_result(None)

    def lost(self) -> None:
        """The socket is closed: nothing more is sent, and nobody waits for it."""
        self.closed = True
        if self._drained is not None and not self._drained.done():
            self._drained.set_result(None)

    async def drained(self) -> None:
        """Waits until the client has taken all that was sent, or is gone."""
        if self._unsent_bytes and not self.closed:
            if self._drained is None or self._drained.done():
                self._drained = asyncio.get_running_loop().create_future()
            await asyncio.shield(self._drained)  # several chats of one console wait for the same outbox

    def close(self, code: int, reason: str, retry_ms: int = 0) -> None:
        """Says bye, if the client still reads, and closes."""
        if self.closed:
            return
        if code != TRY_AGAIN_LATER:
            self.send_struct(Bye(reason, retry_ms))
            self._flush()
        self.lost()
        self._handler.close(code, reason)


def header(size: int) -> bytes:
    """The header of an unmasked text frame with `size` bytes of payload."""
    if size < _SHORT:
        return bytes((_TEXT, size))
    if size < _MEDIUM:
        return bytes((_TEXT, _SHORT)) + size.to_bytes(2, "big")
    return bytes((_TEXT, _SHORT + 1)) + size.to_bytes(8, "big")
