"""A list of chats with its toolbar: which rows, what is selected, and what the browser holds of them."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from dashboard import parts
from dashboard.actions import Actions
from dashboard.auth import Seat
from dashboard.client import Refused
from dashboard.counts import view_counts, waiting_for
from dashboard.history import HISTORY_SORTS, ended_rows
from dashboard.rows import LiveRows, Row
from dashboard.server import Console
from dashboard.shown import columns_shown, empty_text, filters_shown
from dashboard.state import STATUSES, ConsoleState
from dashboard.table_window import TableWindow

HISTORY_PAUSE_S = 3.0  # between two looks at ended chats while they are on show
MAX_SEARCH_CHARS = 200

Spawn = Callable[[Coroutine[Any, Any, None]], None]


class ChatList:
    """Toolbar and table of one session. `hear_rest` is given the messages that are not about the list itself."""

    def __init__(
        self,
        console: Console,
        seat: Seat,
        state: ConsoleState,
        actions: Actions,
        spawn: Spawn,
        hear_rest: parts.Listener,
    ) -> None:
        self._console, self._seat, self._state = console, seat, state
        self._model = console.model
        self._actions, self._spawn, self._hear_rest = actions, spawn, hear_rest
        self.rows = LiveRows(state.query())
        self.selected: set[int] = set()
        self._window = TableWindow()
        self._history: tuple[int, list[Row]] = (0, [])
        self._history_at_s = 0.0
        self.toolbar = parts.Toolbar(
            self._heard, shown=self._toolbar(), sizing_mode="stretch_width", margin=0
        )
        self.table = parts.ChatTable(
            self._heard_by_table, shown=self._table(), sizing_mode="stretch_both", margin=0
        )

    def refresh(self) -> None:
        """Shows what the model and the choices say now, sending only what differs."""
        if self._state.status == "ended":
            if asyncio.get_running_loop().time() - self._history_at_s > HISTORY_PAUSE_S:
                self._spawn(self._load_history())
        else:
            self._read()
            self._send(self._window.update(self.rows.ordered))
            gone = self.selected - self.rows.rows.keys()
            if gone:
                self.selected -= gone
                self._tell_selection()
        self._show()

    def begin_anew(self, *, forget_selection: bool) -> None:
        """Another list is asked for: from its beginning."""
        if forget_selection:
            self.selected = set()
            self._tell_selection()
        self._send_all(top=True)
        self._show()

    def chosen_ids(self) -> list[int]:
        """The selected chats in the order of the table."""
        return [row.id for row in self.rows.ordered if row.id in self.selected]

    # --- what it shows ---

    def _show(self) -> None:
        self.toolbar.present(**self._toolbar())
        self.table.present(**self._table())

    def _toolbar(self) -> dict[str, Any]:
        desk, state = self._model.desk, self._state
        counts = view_counts(desk, self._seat.person_id)
        return {
            "title": "My Live Chats" if state.view == "my" else "Global Live Chats",
            "status": state.status,
            "counts": {part: counts.get(f"{state.view}_{part}", 0) for part in ("active", "queued")},
            "search": state.search,
            "filters": filters_shown(desk.organisation, state, self.rows.rows.values()),
            "selected": len(self.selected),
            "total": self._history[0] if state.status == "ended" else len(self.rows.rows),
            "waiting": waiting_for(desk, self._seat.person_id),
            "actions": self._actions.allowed(),
            "density": state.density,
        }

    def _table(self) -> dict[str, Any]:
        state = self._state
        sort, descending = state.order()
        return {
            "columns": columns_shown(state),
            "sort": sort,
            "descending": descending,
            "selectable": state.status != "ended",
            "density": state.density,
            "open": state.open_chat,
            "empty": empty_text(state, self._model.connection),
        }

    # --- what was clicked ---

    def _heard_by_table(self, message: parts.Message) -> None:
        if message["type"] == "ready":
            self._send_all(top=True)
            self._tell_selection()
        else:
            self._heard(message)

    def _heard(self, message: parts.Message) -> None:
        state = self._state
        match message:
            case {"type": "window", "start": int(start), "count": int(count)}:
                self._window.move(start, count)
                if state.status == "ended":
                    self._spawn(self._load_history())
                else:
                    self._send(self._window.update(self.rows.ordered))
            case {"type": "sort", "column": str(column)}:
                if state.status != "ended" or column in HISTORY_SORTS:
                    state.sort_by(column)
            case {"type": "selection", "ids": list(ids)}:
                self.selected = {chat_id for chat_id in ids if chat_id in self.rows.rows}
                self._show()
            case {"type": "select_all", "on": bool(on)}:
                self._select(set(self.rows.rows) if on else set())
            case {"type": "clear"}:
                self._select(set())
            case {"type": "open", "id": int(chat_id)}:
                state.open_chat = chat_id
            case {"type": "part", "part": str(part)} if part in STATUSES:
                state.status = part
            case {"type": "search", "text": str(text)}:
                state.search = text[:MAX_SEARCH_CHARS]
            case {"type": "filter", "key": ("department" | "language" | "country") as key, "value": value}:
                none = "" if key == "department" else None
                state.param.update(**{key: none if value is None else str(value)})
            case {"type": "density", "density": ("comfortable" | "compact") as density}:
                state.density = density
            case {"type": "refresh"}:
                self._send_all(top=False)
                self._show()
            case _:
                self._hear_rest(message)

    def _select(self, chat_ids: set[int]) -> None:
        self.selected = chat_ids
        self._tell_selection()
        self._show()

    # --- rows to the browser ---

    def _read(self) -> None:
        self.rows.ask(self._state.query())
        self.rows.refresh(self._model)

    def _send_all(self, *, top: bool) -> None:
        if self._state.status == "ended":
            self._history = (0, []) if top else self._history
            self._send(self._window.fresh(self._history[1], self._history[0], top=top))
            self._spawn(self._load_history())
            return
        self._read()
        self._send(self._window.fresh(self.rows.ordered, top=top))

    def _send(self, message: dict[str, Any] | None) -> None:
        if message is not None:
            self.table.tell(**message)

    def _tell_selection(self) -> None:
        self.table.tell(type="selection", ids=sorted(self.selected))

    async def _load_history(self) -> None:
        self._history_at_s = asyncio.get_running_loop().time()
        query, window = self._state.query(), (self._window.start, self._window.count)
        try:
            token = await self._console.seats.token(self._seat)
            organisation = self._model.desk.organisation
            found = await ended_rows(self._console.client, token, query, window, organisation)
        except Refused as error:
            self.table.present(empty=error.message)
            return
        if query == self._state.query() and window == (self._window.start, self._window.count):
            self._history = found
            self._send(self._window.update(found[1], found[0]))
            self._show()
