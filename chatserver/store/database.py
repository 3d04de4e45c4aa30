"""Opening the file: one owner, a version, and clear words when it cannot be."""

import secrets
from importlib import resources
from pathlib import Path

import duckdb

from chatserver.tables import rows

FILE_NAME = "switchboard.duckdb"
CONFIG = {
    "python_enable_replacements": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "memory_limit": "2GB",
    "threads": "2",
}


class StoreError(Exception):
    """The database cannot be used; the message says why and what to do."""


def open_database(folder: Path) -> duckdb.DuckDBPyConnection:
    """The folder's database, made or brought to this version's schema. Raises StoreError."""
    path = folder / FILE_NAME
    try:
        connection = duckdb.connect(path, config=dict(CONFIG))
    except duckdb.IOException as error:
        if "lock" in str(error).lower():
            raise StoreError(
                f"{path} is open in another process. Is Switchboard running on this folder already? Stop it, or "
                "give another folder with --data."
            ) from None
        raise StoreError(f"{path} cannot be opened: {error}") from None
    except duckdb.Error as error:
        raise StoreError(
            f"{path} cannot be read: {error}\nIt may be damaged or made by a newer version. Restore a copy, or start "
            "with another folder."
        ) from None
    try:
        _migrate(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def epoch_of(connection: duckdb.DuckDBPyConnection) -> str:
    """The database's random name: another one means other numbers."""
    return str(_one(connection, "SELECT value FROM meta WHERE name = 'epoch'"))


def _migrate(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    steps = _steps()
    known = connection.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'meta'").fetchone()
    version = int(str(_one(connection, "SELECT value FROM meta WHERE name = 'version'"))) if known else 0
    if version > len(steps):
        raise StoreError(
            f"{path} was made by a newer Switchboard (schema {version}; this one knows {len(steps)}). Install that "
            "version or a later one."
        )
    if version == len(steps):
        return
    connection.execute("BEGIN")
    if not known:
        connection.execute("CREATE TABLE meta (name VARCHAR PRIMARY KEY, value VARCHAR NOT NULL)")
        connection.execute(
            "INSERT INTO meta VALUES ('version', '0'), ('epoch', ?)", [secrets.token_urlsafe(12)]
        )
    for step in steps[version:]:
        connection.execute(step)
    connection.execute("UPDATE meta SET value = ? WHERE name = 'version'", [str(len(steps))])
    connection.execute("COMMIT")
    connection.execute("CHECKPOINT")  # no DDL may be left to a replay of the write-ahead log


def _steps() -> list[str]:
    """The schema of the published tables, then the numbered files: each brings the version up by one."""
    folder = resources.files("chatserver.store").joinpath("migrations")
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".sql")), key=lambda f: f.name)
    return [rows.schema(), *(file.read_text(encoding="utf-8") for file in files)]


def _one(connection: duckdb.DuckDBPyConnection, sql: str) -> object:
    row = connection.execute(sql).fetchone()
    if row is None:
        raise StoreError("The database has lost its own description. Restore a copy.")
    return row[0]
