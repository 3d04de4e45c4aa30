"""Answers as files: Arrow for programs, Parquet and CSV for people. Each is written in full before it is sent.

So an error is an error, never a cut-off table, and the memory of the process does not depend on the size of an answer.
The files have no names: they vanish when they are closed, however the process ends.
"""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from chatserver.domain.errors import Invalid, TooLarge
from chatserver.domain.organisation import Permission
from chatserver.reader.guard import Asking
from chatserver.reader.statements import check_statement
from chatserver.reader.views import PUBLISHED, SCHEMA

BATCH_ROWS = 20_000
FORMATS = ("parquet", "csv")
FOLDER = "reader-answers"

# With one of these at the start of a cell, programs for tables take a text for a formula.
_FORMULA = r"^[=+\-@\t\r\n\x{FF1D}\x{FF0B}\x{FF0D}\x{FF20}]"


def answers_folder(data: Path) -> Path:
    """Where answers are written; made if need be."""
    folder = data / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def answer_sql(asking: Asking, folder: Path, sql: str, parameters: Sequence[Any]) -> IO[bytes]:
    """The rows of a person's own statement, as an Arrow IPC stream."""
    asking.scope.check_has(Permission.RUN_SQL)
    checked = check_statement(asking.cursor, sql)
    text = f"EXPLAIN {checked.sql}" if checked.explain else checked.sql
    file = _new_file(folder)
    try:
        reader = _read(asking, text, parameters)
        with pa.ipc.new_stream(file, reader.schema) as writer:
            for batch in _within_limits(asking, reader, file):
                writer.write_batch(batch)
    except BaseException:
        file.close()
        raise
    return file


def answer_export(asking: Asking, folder: Path, view: str, format_: str) -> IO[bytes]:
    """All rows of a published view that the person may see, as Parquet or CSV. Raises Invalid for other names."""
    asking.scope.check_has(Permission.EXPORT)
    if view not in PUBLISHED or format_ not in FORMATS:
        raise Invalid(f"Export one of {', '.join(PUBLISHED)} as .parquet or .csv.")
    columns = _csv_columns(asking, view) if format_ == "csv" else "*"
    file = _new_file(folder)
    try:
        reader = _read(asking, f"SELECT {columns} FROM {SCHEMA}.{view} ORDER BY 1, 2", [])  # noqa: S608 -- allow-listed
        writer = (
            pa.csv.CSVWriter(file, reader.schema)
            if format_ == "csv"
            else pa.parquet.ParquetWriter(file, reader.schema, compression="zstd")
        )
        with writer:
            for batch in _within_limits(asking, reader, file):
                writer.write_batch(batch)
    except BaseException:
        file.close()
        raise
    return file


def _new_file(folder: Path) -> IO[bytes]:
    return tempfile.TemporaryFile(dir=folder)


def _read(asking: Asking, sql: str, parameters: Sequence[Any]) -> Any:
    if len(parameters) == 0:
        return asking.cursor.sql(sql).to_arrow_reader(BATCH_ROWS)
    return asking.cursor.sql(sql, params=list(parameters)).to_arrow_reader(BATCH_ROWS)


def _within_limits(asking: Asking, reader: Any, file: IO[bytes]) -> Iterator[Any]:
    rows = 0
    limits = asking.limits
    for batch in reader:
        asking.check_time()
        rows += batch.num_rows
        if rows > limits.rows:
            raise TooLarge(
                f"The answer has more than {limits.rows:,} rows, the limit. Add a LIMIT, or group them."
            )
        if file.tell() + batch.nbytes > limits.answer_bytes:
            raise TooLarge(
                f"The answer is larger than {limits.answer_bytes // 1024**2:,} MB, the limit. Ask for less."
            )
        yield batch


def _csv_columns(asking: Asking, view: str) -> str:
    """Each column as CSV can hold it: lists as text, and no text that a program could take for a formula."""
    relation = asking.cursor.sql(f"SELECT * FROM {SCHEMA}.{view} LIMIT 0")  # noqa: S608 -- allow-listed
    columns = []
    for name, kind in zip(relation.columns, relation.types, strict=True):
        column = f'"{name}"'
        if str(kind) == "VARCHAR[]":
            column = f"array_to_string({column}, ', ')"
        if str(kind) in {"VARCHAR", "VARCHAR[]"}:
            column = (
                f"CASE WHEN regexp_matches({column}, '{_FORMULA}') THEN '''' || {column} ELSE {column} END"
            )
        columns.append(f'{column} AS "{name}"')
    return ", ".join(columns)
