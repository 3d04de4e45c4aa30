"""Messages kept until the server has them: sent at once, and again after a loss of the line or being told to wait."""

import asyncio
import time
from collections.abc import Callable
from typing import NamedTuple

from chatserver.wire.errors import ErrorFrame

WAIT_S = 1.0  # when told to wait without being told how long


class NotTaken(Exception):
    """The server will not take this message, now or later. `code` is of chatserver/domain/errors.py."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Answer(NamedTuple):
    """The server has the message as line `n`, and said so at this time of a monotonic clock."""

    n: int
    at_s: float


class ClientOutbox:
    """Unacknowledged frames by client id, in order. Each `put` gives a future of the answer."""

    def __init__(self, send: Callable[[bytes], bool]) -> None:
        self._send = send
        self._waiting: dict[str, tuple[bytes, asyncio.Future[Answer]]] = {}
        self.ready = False  # the server has said welcome on the present connection

    def put(self, client_id: str, frame: bytes) -> "asyncio.Future[Answer]":
        """Sends when it can. The future gives the answer, or raises NotTaken."""
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting[client_id] = (frame, future)
        if self.ready:
            self._send(frame)
        return future

    def welcomed(self) -> None:
        """A connection is ready: what has no answer yet goes again, in order."""
        self.ready = True
        for frame, _ in list(self._waiting.values()):
            self._send(frame)

    def answered(self, client_id: str, n: int) -> None:
        """The server has it, as line `n`. An answer that comes twice says nothing new."""
        _, future = self._waiting.pop(client_id, (b"", None))
        if future is not None and not future.done():
            future.set_result(Answer(n, time.monotonic()))

    def refused(self, error: ErrorFrame) -> None:
        """Sends it again after the time named when the server asks to wait; else gives it up."""
        client_id = error.client_id if isinstance(error.client_id, str) else ""
        if client_id not in self._waiting:
            return
        frame, future = self._waiting[client_id]
        if error.code in {"too_fast", "busy"}:
            wait_s = error.retry_after_s if isinstance(error.retry_after_s, float | int) else WAIT_S
            asyncio.get_running_loop().call_later(wait_s, self._again, client_id, frame)
            return
        del self._waiting[client_id]
        if not future.done():
            future.set_exception(NotTaken(error.code, error.message))

    def _again(self, client_id: str, frame: bytes) -> None:
        if self.ready and client_id in self._waiting:
            self._send(frame)
