"""The reader's own database: a copy of the published tables, made from the change feed alone.

It is expendable. Whatever cannot be used is removed and built anew from the feed. One thread writes; reading is done
with cursors, one for each thread that reads.
"""

import asyncio
import hashlib
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import duckdb
import structlog

from chatserver.domain.events import Recorded
from chatserver.reader import views
from chatserver.tables.rows import Batch, rows_of, schema

FILE_NAME = "reader.duckdb"
MEMORY_LIMIT = (
    "1GB"  # of all queries together; what escapes it meets the limit of the operating system (limits.py)
)
TEMPORARY_LIMIT = "1GB"  # what large queries may put on the disk, which the chat server needs, too
OUT_OF_MEMORY_PAUSE_S = 0.5  # people's queries hold the memory; they end within their time limit
OUT_OF_MEMORY_TRIES = 60
TABLES = (
    "chat",
    "message",
    "event",
    "chat_summary",
    "chat_last_answer",
    "agent_interval",
    "department",
    "chat_group",
    "person",
    "membership",
)

Cursor = duckdb.DuckDBPyConnection

log = structlog.get_logger()


class ReaderStoreError(Exception):
    """The reader's database can neither be used nor be made; the message says what to do."""


class Place(NamedTuple):
    """How far the copy goes: the epoch of the chat server's database ('' = none yet) and the last event held."""

    epoch: str
    seq: int


class ReaderStore:
    """The copy. Made by `open`; end it with `close`. Only `apply` and `reset` change it."""

    def __init__(self, connection: Cursor, place: Place) -> None:
        self._connection = connection
        self.place = place
        self._inserts: dict[str, str] = {}
        self._write_cursor = connection.cursor()
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="reader-write")

    @classmethod
    def open(cls, folder: Path) -> "ReaderStore":
        """Opens the copy, or removes what is there and begins an empty one. Raises ReaderStoreError."""
        path = folder / FILE_NAME
        try:
            return cls(*_open(path))
        except _Unusable as problem:
            log.warning("the reader's copy is made anew", reason=str(problem))
        for old in (path, path.with_name(path.name + ".wal")):
            old.unlink(missing_ok=True)
        try:
            return cls(*_open(path))
        except _Unusable as problem:
            raise ReaderStoreError(
                f"{path} cannot be made ({problem}). Is the disk full or read-only?"
            ) from None

    # --- writing ---

    async def apply(self, events: Sequence[Recorded]) -> None:
        """Adds the events in one transaction, with the place reached. Those already held are passed over.

        Raises ValueError when events are missing between the last held and the first given, duckdb.Error when the
        disk fails.
        """
        fresh = [item for item in events if item.seq > self.place.seq]
        if not fresh:
            return
        if fresh[0].seq != self.place.seq + 1:
            raise ValueError(f"The feed jumps from event {self.place.seq} to {fresh[0].seq}.")
        place = Place(self.place.epoch, fresh[-1].seq)
        await self._run(lambda cursor: self._write(cursor, rows_of(fresh), place))
        self.place = place

    async def reset(self, epoch: str) -> None:
        """Forgets everything; what follows is of the database named `epoch`, from its beginning."""
        place = Place(epoch, 0)
        await self._run(lambda cursor: _clear(cursor, place))
        self.place = place

    async def _run(self, job: Callable[[Cursor], None]) -> None:
        def committed() -> None:
            for left in reversed(range(OUT_OF_MEMORY_TRIES)):
                try:
                    self._write_cursor.execute("BEGIN")
                    job(self._write_cursor)
                    self._write_cursor.execute("COMMIT")
                except duckdb.OutOfMemoryException:
                    self._write_cursor.execute("ROLLBACK")
                    if not left:
                        raise
                    time.sleep(OUT_OF_MEMORY_PAUSE_S)
                else:
                    return

        await asyncio.get_running_loop().run_in_executor(self._writer, committed)

    def _write(self, cursor: Cursor, batch: Batch, place: Place) -> None:
        for removal in batch.removals:
            where = " AND ".join(f"{column} = ?" for column in removal.columns)
            cursor.execute(f"DELETE FROM main.{removal.table} WHERE {where}", list(removal.key))  # noqa: S608 -- names from rows.py
        for table, rows in batch.rows.items():
            if rows:
                cursor.execute(
                    self._insert(cursor, table), [list(column) for column in zip(*rows, strict=True)]
                )
        if ended := [row[0] for row in batch.rows.get("chat_summary", ())]:
            cursor.execute(_LAST_ANSWERS, [ended])
        _save_place(cursor, place)

    def _insert(self, cursor: Cursor, table: str) -> str:
        """One statement for any number of rows."""
        if table not in self._inserts:
            types = cursor.execute(
                "SELECT data_type FROM duckdb_columns() WHERE schema_name = 'main' AND table_name = ? "
                "ORDER BY column_index",
                [table],
            ).fetchall()
            columns = ", ".join(f"unnest(?::{data_type}[])" for (data_type,) in types)
            self._inserts[table] = f"INSERT INTO main.{table} SELECT {columns}"
        return self._inserts[table]

    # --- reading ---

    def cursor(self) -> Cursor:
        """A cursor for one thread; close it after use. It sees committed rows only."""
        return self._connection.cursor()

    def close(self) -> None:
        """Ends the write thread and closes the file."""
        self._writer.shutdown()
        self._write_cursor.close()
        self._connection.close()


# When an agent last wrote in each chat that has just ended, once and for all: Idle is frozen from now on (R9).
_LAST_ANSWERS = """
INSERT INTO main.chat_last_answer
SELECT chat_id, max(said_at) FROM main.message
WHERE sender = 'agent' AND chat_id IN (SELECT unnest(?::BIGINT[])) GROUP BY chat_id
"""


class _Unusable(Exception):
    """What is on disk is not a copy that this version can go on with."""


def _open(path: Path) -> tuple[Cursor, Place]:
    existed = path.exists()
    try:
        connection = duckdb.connect(path, config=dict(_CONFIG))
    except duckdb.IOException as error:
        if "lock" in str(error).lower():
            raise ReaderStoreError(
                f"{path} is open in another process. Is Switchboard running on this folder already? Stop it, or "
                "give another folder with --data."
            ) from None
        raise _Unusable(str(error)) from None
    except duckdb.Error as error:
        raise _Unusable(str(error)) from None
    try:
        place = _prepare(connection, existed=existed)
        _lock_down(connection)
    except duckdb.Error as error:
        connection.close()
        raise _Unusable(str(error)) from None
    except BaseException:
        connection.close()
        raise
    return connection, place


def _prepare(connection: Cursor, *, existed: bool) -> Place:
    """Tables, if they are not there, and this version's views over them."""
    version = hashlib.sha256(schema().encode()).hexdigest()
    if existed:
        found = connection.execute("SELECT epoch, seq, version FROM main.follower").fetchone()
        if found is None or found[2] != version:
            raise _Unusable("it was made by another version")
        place = Place(found[0], found[1])
    else:
        connection.execute("BEGIN")
        connection.execute(schema())
        connection.execute(
            "CREATE TABLE main.follower (epoch VARCHAR NOT NULL, seq BIGINT NOT NULL, version VARCHAR NOT NULL)"
        )
        connection.execute("INSERT INTO main.follower VALUES ('', 0, ?)", [version])
        connection.execute("COMMIT")
        place = Place("", 0)
    connection.execute("BEGIN")
    for statement in views.ddl():
        connection.execute(statement)
    connection.execute("COMMIT")
    connection.execute("CHECKPOINT")  # no DDL may be left to a replay of the write-ahead log
    return place


_CONFIG = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "memory_limit": MEMORY_LIMIT,
    "max_temp_directory_size": TEMPORARY_LIMIT,
    "threads": "2",
}


def _lock_down(connection: Cursor) -> None:
    """From here on no statement of anybody reaches a file, the network, a Python variable or a setting."""
    for setting in (
        "GLOBAL TimeZone = 'UTC'",
        "GLOBAL allowed_configs = ['operator_memory_limit']",
        "GLOBAL python_enable_replacements = false",
        "GLOBAL enable_external_access = false",
        "GLOBAL lock_configuration = true",
    ):
        connection.execute(f"SET {setting}")


def _save_place(cursor: Cursor, place: Place) -> None:
    cursor.execute("UPDATE main.follower SET epoch = ?, seq = ?", list(place))


def _clear(cursor: Cursor, place: Place) -> None:
    for table in TABLES:
        cursor.execute(f"DELETE FROM main.{table}")  # noqa: S608 -- names above
    _save_place(cursor, place)
