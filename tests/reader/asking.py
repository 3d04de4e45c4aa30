"""A store with a story in it, and ways to ask it as somebody. Shared by the tests of this folder."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from chatserver.domain.events import Recorded
from chatserver.reader.answers import answer_sql, answers_folder
from chatserver.reader.guard import Asking, GaveUp, Guard
from chatserver.reader.limits import Limits
from chatserver.reader.store import ReaderStore
from tests.reader.company import pages, written_story


async def filled_store(folder: Path, log: Sequence[Recorded] | None = None, page: int = 7) -> ReaderStore:
    """A copy that has followed the log, a few events at a time."""
    store = ReaderStore.open(folder)
    await store.reset("epoch-1")
    for events in pages(written_story().log if log is None else log, page):
        await store.apply(events)
    return store


class Door:
    """The guard over a store, for tests: `rows` gives a statement's rows as the named person sees them."""

    def __init__(self, store: ReaderStore, folder: Path, limits: Limits | None = None) -> None:
        self.store = store
        self.folder = answers_folder(folder)
        self.limits = limits or Limits(time_s=20, grace_s=5, rows=1000)
        self.gave_up = GaveUp()
        self.guard = Guard(store, self.gave_up, workers=2, one_each=True)

    async def table(
        self, person: str, sql: str, *parameters: Any, gone: asyncio.Event | None = None
    ) -> pa.Table:
        """The answer as Arrow."""

        def question(asking: Asking) -> pa.Table:
            with answer_sql(asking, self.folder, sql, parameters) as file:
                file.seek(0)
                return pa.ipc.open_stream(file).read_all()

        return await self.guard.ask(person, question, self.limits, gone)

    async def rows(self, person: str, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """The answer's rows."""
        return [tuple(row.values()) for row in (await self.table(person, sql, *parameters)).to_pylist()]

    def close(self) -> None:
        """Ends the threads and the store."""
        self.guard.end()
        self.store.close()
