"""Stores that misbehave in named ways, and a clock that is set by hand."""

from collections.abc import Sequence
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta

from chatserver.domain.events import Recorded


class ManualClock:
    """Stands still until told."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        """Moves on (or back) by a timedelta's arguments."""
        self.now += timedelta(**by)


class MemoryStore:
    """Keeps events in memory; done at once."""

    def __init__(self) -> None:
        self.events: list[Recorded] = []

    def append(self, events: Sequence[Recorded]) -> "Future[None]":
        """Stores them."""
        self.events.extend(events)
        future: Future[None] = Future()
        future.set_result(None)
        return future


class SlowStore:
    """Is done with a batch when `finish` is called."""

    def __init__(self) -> None:
        self.batches: list[tuple[list[Recorded], Future[None]]] = []

    def append(self, events: Sequence[Recorded]) -> "Future[None]":
        """Takes them; says nothing yet."""
        future: Future[None] = Future()
        self.batches.append((list(events), future))
        return future

    def finish(self) -> None:
        """The oldest batch is on disk."""
        _, future = self.batches.pop(0)
        future.set_result(None)


class FailingStore:
    """Its disk is full."""

    def append(self, events: Sequence[Recorded]) -> "Future[None]":
        """Fails."""
        future: Future[None] = Future()
        future.set_exception(OSError("No space left on device"))
        return future
