"""Rows into tables, many at a time, inside the caller's transaction. Shared with nobody: one thread writes."""

import duckdb

from chatserver.tables.rows import Batch


class RowWriter:
    """Appends batches through one connection. Learns each table's columns and types from the database itself."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._inserts: dict[str, str] = {}

    def write(self, batch: Batch) -> None:
        """Removals, then rows. Raises duckdb.Error; the caller's transaction is then void."""
        for removal in batch.removals:
            where = " AND ".join(f"{column} = ?" for column in removal.columns)
            self._connection.execute(f"DELETE FROM {removal.table} WHERE {where}", list(removal.key))  # noqa: S608 -- names from rows.py
        for table, rows in batch.rows.items():
            if not rows:
                continue
            self._connection.execute(
                self._insert(table), [list(column) for column in zip(*rows, strict=True)]
            )

    def _insert(self, table: str) -> str:
        """One statement for any number of rows: measured ten times faster than executemany."""
        if table not in self._inserts:
            types = self._connection.execute(
                "SELECT data_type FROM duckdb_columns() WHERE table_name = ? ORDER BY column_index", [table]
            ).fetchall()
            columns = ", ".join(f"unnest(?::{data_type}[])" for (data_type,) in types)
            self._inserts[table] = f"INSERT INTO {table} SELECT {columns}"
        return self._inserts[table]
