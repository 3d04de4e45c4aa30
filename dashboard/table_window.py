"""What of the rows a browser holds: a window around what is seen, patched with what differs."""

import time
from collections.abc import Sequence
from typing import Any

from dashboard.rows import Row

FIRST_ROWS = 80
MAX_ROWS = 400  # of one window, whatever a browser asks for


class TableWindow:
    """Remembers what was sent, so that each update carries only what changed."""

    def __init__(self) -> None:
        self.start = 0
        self.count = FIRST_ROWS
        self._sent: dict[int, Row] = {}
        self._order: list[int] = []
        self._total = -1

    def move(self, start: int, count: int) -> None:
        """The browser shows another part of the rows."""
        self.start = max(0, start)
        self.count = min(MAX_ROWS, max(1, count))

    def fresh(self, rows: Sequence[Row], total: int | None = None, *, top: bool = False) -> dict[str, Any]:
        """A message with the whole window. `top`: it is another list, to be shown from its beginning."""
        if top:
            self.start = 0
        self._sent, self._order, self._total = {}, [], -1
        message = self.update(rows, total)
        return {**(message or self._message([], total or 0)), "fresh": True, "top": top}

    def update(self, rows: Sequence[Row], total: int | None = None) -> dict[str, Any] | None:
        """A message with what differs from what was sent; None when nothing does.

        `total` None: `rows` are all rows there are, else they are the window alone.
        """
        if total is None:
            total = len(rows)
            self.start = min(self.start, max(0, total - self.count))
            rows = rows[self.start : self.start + self.count]
        order = [row.id for row in rows]
        changed = [row for row in rows if self._sent.get(row.id) != row]
        if not changed and order == self._order and total == self._total:
            return None
        self._sent = {row.id: row for row in rows}
        self._order, self._total = order, total
        return self._message([row.cells() for row in changed], total)

    def _message(self, rows: list[dict[str, Any]], total: int) -> dict[str, Any]:
        return {
            "type": "rows",
            "fresh": False,
            "top": False,
            "total": total,
            "start": self.start,
            "order": self._order,
            "rows": rows,
            "now": now_ms(),
        }


def now_ms() -> int:
    """The server's clock, by which browsers set theirs."""
    return int(time.time() * 1000)
