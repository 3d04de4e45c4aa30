"""The guarded door: every question of a person runs here, within its scope and its limits, in a read-only transaction.

A question that goes on after its interrupt cannot be stopped from inside. Then `GaveUp` tells the process to end, and
everybody who is asking gets a clear answer first; the supervisor starts the reader again, and chats notice nothing.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import duckdb
import structlog

from chatserver.domain.errors import Busy, Invalid, TooFast, TooLarge
from chatserver.reader.limits import Limits
from chatserver.reader.scope import Scope, scope_of, tell_cursor
from chatserver.reader.store import Cursor, ReaderStore
from chatserver.reader.views import SCHEMA

MAX_WAITING = 20  # who comes after them is told to come back
INTERRUPT_EVERY_S = 0.1  # an interrupt between two statements hits neither
MAX_ERROR_CHARS = 2_000

T = TypeVar("T")
Question = Callable[["Asking"], T]

log = structlog.get_logger()


class GaveUp:
    """Set once, when a question would not stop or the engine failed: the process must end. `reason` is for the log."""

    def __init__(self) -> None:
        self.event = asyncio.Event()
        self.reason = ""

    def set(self, reason: str) -> None:
        """Tells all who wait."""
        self.reason = self.reason or reason
        self.event.set()


class Asking:
    """What a question has at hand while it runs in its thread."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.cursor: Cursor
        self.scope: Scope
        self.stopped = threading.Event()
        self._lock = threading.Lock()
        self._open = False

    def begin(self, store: ReaderStore, person_id: str) -> None:
        """Opens a cursor that sees what the person may see, and a snapshot that stays the same meanwhile."""
        with self._lock:
            self.cursor = store.cursor()
            self._open = True
        self.scope = scope_of(self.cursor, person_id)
        self.see(self.scope)
        self.cursor.execute(f"SET search_path = '{SCHEMA}'")
        self.cursor.execute(f"SET operator_memory_limit = '{self.limits.memory}'")
        self.cursor.execute("BEGIN TRANSACTION READ ONLY")

    def see(self, scope: Scope) -> None:
        """Narrows what is seen; for questions of our own."""
        tell_cursor(self.cursor, scope)

    def check_time(self) -> None:
        """To be called now and then by what runs long outside the engine. Raises InterruptException."""
        if self.stopped.is_set():
            raise duckdb.InterruptException("stopped")

    def stop(self) -> None:
        """Interrupts what runs. From another thread."""
        self.stopped.set()
        with self._lock:
            if self._open:
                self.cursor.interrupt()

    def end(self) -> None:
        """Closes the cursor, and with it the transaction."""
        with self._lock:
            if self._open:
                self._open = False
                self.cursor.close()


class Guard:
    """Runs questions in a few threads. `end` it when nobody asks any more."""

    def __init__(self, store: ReaderStore, gave_up: GaveUp, *, workers: int, one_each: bool) -> None:
        self._store = store
        self._gave_up = gave_up
        self._one_each = one_each
        self._asking: set[str] = set()
        self._waiting = 0
        self._slots = asyncio.Semaphore(workers)
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="ask")

    async def ask(
        self, person_id: str, question: Question[T], limits: Limits, gone: asyncio.Event | None = None
    ) -> T:
        """The question's answer. When `gone` is set, nobody waits for it any more and it is stopped.

        Raises NotAllowed, Invalid, TooLarge (time, memory, rows), TooFast (the person's last one still runs) or Busy.
        """
        if self._one_each and person_id in self._asking:
            raise TooFast(
                "Your last query is still running. Wait for its end, or cancel it.", retry_after_s=1
            )
        if self._waiting >= MAX_WAITING:
            raise Busy("Too many queries are waiting. Try again in a few seconds.", retry_after_s=5)
        self._asking.add(person_id)
        self._waiting += 1
        try:
            async with self._slots:
                return await self._run(person_id, question, limits, gone or asyncio.Event())
        finally:
            self._waiting -= 1
            self._asking.discard(person_id)

    async def _run(self, person_id: str, question: Question[T], limits: Limits, gone: asyncio.Event) -> T:
        asking = Asking(limits)
        answer = asyncio.get_running_loop().run_in_executor(
            self._pool, self._answer, asking, person_id, question
        )
        waits = [asyncio.create_task(event.wait()) for event in (gone, self._gave_up.event)]
        try:
            every: set[asyncio.Future[Any]] = {answer, *waits}
            await asyncio.wait(every, timeout=limits.time_s, return_when=asyncio.FIRST_COMPLETED)
            if not answer.done():
                await self._stop(asking, answer, limits)
            if answer.done():
                return answer.result()
        except duckdb.Error as error:
            raise self._refusal(error, asking) from None
        except MemoryError:
            raise TooLarge("The query needs more memory than there is for queries.") from None
        finally:
            for wait in waits:
                wait.cancel()
            if not answer.done():  # it is left behind; the process ends
                answer.add_done_callback(lambda future: future.cancelled() or future.exception())
        raise Busy(
            "The reader restarts, because a query would not stop. Ask again in a few seconds.",
            retry_after_s=5,
        )

    async def _stop(self, asking: Asking, answer: "asyncio.Future[T]", limits: Limits) -> None:
        """Interrupts until it stops, or gives up."""
        deadline = asyncio.get_running_loop().time() + limits.grace_s
        while not answer.done() and not self._gave_up.event.is_set():
            if asyncio.get_running_loop().time() >= deadline:
                self._gave_up.set(f"a query ran on for {limits.grace_s} s after its interrupt")
                return
            asking.stop()
            await asyncio.wait({answer}, timeout=INTERRUPT_EVERY_S)

    def _answer(self, asking: Asking, person_id: str, question: Question[T]) -> T:
        try:
            asking.begin(self._store, person_id)
            return question(asking)
        finally:
            with contextlib.suppress(duckdb.Error):
                asking.end()

    def _refusal(self, error: duckdb.Error, asking: Asking) -> Exception:
        match error:
            case duckdb.InterruptException():
                if not asking.stopped.is_set():
                    return Busy("The query was interrupted. Ask again.", retry_after_s=1)
                return TooLarge(
                    f"The query was stopped after {asking.limits.time_s:g} s, the limit. Ask for less, or for a "
                    "shorter period."
                )
            case duckdb.OutOfMemoryException():
                return TooLarge(
                    "The query needs more memory than one may have. Ask for fewer rows or groups at once."
                )
            case duckdb.InternalException() | duckdb.FatalException():
                self._gave_up.set("the engine failed")
                return Busy("The engine failed on a query, and the reader restarts.", retry_after_s=5)
            case duckdb.IOException():
                log.error("a query could not use the disk", error=str(error)[:200])
                return Busy("The query needs more memory or disk than there is for queries.", retry_after_s=5)
        return Invalid(str(error)[:MAX_ERROR_CHARS])

    def end(self) -> None:
        """Waits for no thread: those that still run are interrupted by closing the process."""
        self._pool.shutdown(wait=False, cancel_futures=True)
