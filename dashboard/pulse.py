"""Wakes a session at most four times a second, however often the model changes."""

import asyncio
from collections.abc import Callable

INTERVAL_S = 0.25


class Pulse:
    """Calls `beat` soon after `wake()`, once for all wakes of an interval."""

    def __init__(self, beat: Callable[[], None], interval_s: float = INTERVAL_S) -> None:
        self._beat = beat
        self._interval_s = interval_s
        self._last_s = -interval_s
        self._pending: asyncio.TimerHandle | None = None

    def wake(self) -> None:
        """Something changed."""
        if self._pending is None:
            loop = asyncio.get_running_loop()
            self._pending = loop.call_at(max(loop.time(), self._last_s + self._interval_s), self._run)

    def stop(self) -> None:
        """Never again."""
        if self._pending is not None:
            self._pending.cancel()
        self._beat = _nothing

    def _run(self) -> None:
        self._pending = None
        self._last_s = asyncio.get_running_loop().time()
        self._beat()


def _nothing() -> None:
    pass
