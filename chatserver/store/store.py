"""The log on disk: append with group commit, read back, replay.

One thread owns the writing connection. It takes whatever is waiting and commits it as one transaction, so that the
cost of a commit is shared by all who wait for it. Reading is done by cursors of a small pool. A failed commit leaves
memory and disk apart: the process must end, and `failed` tells why.
"""

import asyncio
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import duckdb

from chatserver.domain.events import Recorded
from chatserver.store import database, reading
from chatserver.store.writing import RowWriter
from chatserver.tables.rows import rows_of

READERS = 2  # a resume after a restart is short; more threads would only take turns on two cores
MAX_COMMIT_EVENTS = 5_000  # bounds the time that one commit can take

T = TypeVar("T")
P = ParamSpec("P")
Cursor = duckdb.DuckDBPyConnection
_Job = tuple[Sequence[Recorded] | Callable[[Cursor], Any], Future[Any]]


class Store:
    """The chat server's database. Made by `Store.open`; end it with `close`."""

    def __init__(self, connection: Cursor) -> None:
        self._connection = connection
        self.epoch = database.epoch_of(connection)
        self.failed: BaseException | None = None
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._local = threading.local()
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="store-read")
        self._writer = threading.Thread(target=self._write_all, name="store-write", daemon=True)
        self._writer.start()

    @classmethod
    def open(cls, folder: Path) -> "Store":
        """Opens or makes the folder's database. Raises StoreError with what to do."""
        return cls(database.open_database(folder))

    # --- writing ---

    def append(self, events: Sequence[Recorded]) -> "Future[None]":
        """Hands events to the write thread; the future is done when they are on disk. Order is kept."""
        return self._enqueue(events)

    async def run(self, job: Callable[Concatenate[Cursor, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs `job(cursor, …)` in the write thread, in a transaction of its own, in order with the appends."""
        return await asyncio.wrap_future(self._enqueue(lambda cursor: job(cursor, *args, **kwargs)))

    def _enqueue(self, work: Any) -> "Future[Any]":
        future: Future[Any] = Future()
        self._jobs.put((work, future))
        return future

    def _write_all(self) -> None:
        cursor = self._connection.cursor()
        writer = RowWriter(cursor)
        held: _Job | None = None
        while True:
            job = held or self._jobs.get()
            held = None
            if job is None:
                cursor.close()
                return
            work, future = job
            if callable(work):
                self._commit(cursor, [future], lambda work=work: work(cursor))  # type: ignore[misc]
                continue
            events, futures = list(work), [future]
            while len(events) < MAX_COMMIT_EVENTS and not self._jobs.empty():
                following = self._jobs.get()
                if following is None or callable(following[0]):
                    held = following
                    if following is None:
                        self._jobs.put(None)
                    break
                events.extend(following[0])
                futures.append(following[1])
            self._commit(cursor, futures, lambda events=events: writer.write(rows_of(events)))  # type: ignore[misc]

    def _commit(self, cursor: Cursor, futures: list["Future[Any]"], work: Callable[[], Any]) -> None:
        if self.failed is not None:
            for future in futures:
                future.set_exception(self.failed)
            return
        try:
            cursor.execute("BEGIN")
            result = work()
            cursor.execute("COMMIT")
        except BaseException as error:  # noqa: BLE001 -- handed to whoever waits; appends after it must not succeed
            self.failed = error
            for future in futures:
                future.set_exception(error)
        else:
            for future in futures:
                future.set_result(result)

    # --- reading ---

    async def read(
        self, question: Callable[Concatenate[Cursor, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Runs `question(cursor, …)` with a cursor of its own in a reading thread."""

        def ask() -> T:
            if not hasattr(self._local, "cursor"):
                self._local.cursor = self._connection.cursor()
            return question(self._local.cursor, *args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._readers, ask)

    def replay(self) -> "reading.Replay":
        """What a desk needs to be as it was: see reading.py."""
        return reading.replay(self._connection.cursor())

    def events_after(self, seq: int) -> Iterator[list[Recorded]]:
        """The whole log after `seq`, page by page, in order. For tests and tools; the hub pages by `read`."""
        cursor = self._connection.cursor()
        while page := reading.events_after(cursor, seq):
            yield page
            seq = page[-1].seq

    def close(self) -> None:
        """Writes what is waiting, then closes. Safe to call twice."""
        if self._writer.is_alive():
            self._jobs.put(None)
            self._writer.join()
        self._readers.shutdown()
        self._connection.close()
