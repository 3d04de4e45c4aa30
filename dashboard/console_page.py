"""One person's console: puts the parts on a page and keeps them showing what the model and their choices say."""

import asyncio
from typing import Any
from urllib.parse import urlencode

import panel as pn
import panel_material_ui as pmui
from bokeh.document import Document

from chatserver.articles.search import Turn
from chatserver.domain.organisation import Role
from dashboard import parts
from dashboard.actions import Actions
from dashboard.auth import Seat
from dashboard.board_view import board_shown
from dashboard.chat_facts import customer_facts, suggested_articles
from dashboard.client import Refused
from dashboard.counts import covered_departments, sees_boards, view_counts, waiting_for
from dashboard.dialogs import Dialogs
from dashboard.history import HISTORY_SORTS, ended_rows
from dashboard.page_layout import lay_out
from dashboard.preferences import apply_to, chosen_in
from dashboard.pulse import Pulse
from dashboard.rows import COLUMNS, LiveRows, Row, row_of
from dashboard.server import Console
from dashboard.shown import columns_shown, empty_text, filters_shown, header_shown
from dashboard.state import STATUSES, VIEWS, ConsoleState
from dashboard.table_window import TableWindow, now_ms

HISTORY_PAUSE_S = 3.0  # between two looks at ended chats while they are on show
KEPT = ("columns", "sort", "descending", "density", "dark")
CHOSEN = ("view", "status", "department", "language", "country", "search", "sort", "descending")


def build_page(console: Console) -> Any:
    """The page of whoever has the seat that the request was given."""
    document = pn.state.curdoc
    payload = document.session_context.token_payload if document and document.session_context else {}
    seat_id = str(payload.get("seat", ""))
    seat = console.seats.find(seat_id)
    if document is None or seat is None:
        return parts.Reload()
    page = ConsolePage(console, seat, document)
    pn.state.onload(page.begin)
    pn.state.on_session_destroyed(lambda _context: page.leave())
    return page.layout


class ConsolePage:
    """One session."""

    def __init__(self, console: Console, seat: Seat, document: Document) -> None:
        self.console, self.seat, self.document = console, seat, document
        self.model = console.model
        self.state = ConsoleState(person_id=seat.person_id)
        apply_to(self.state, console.preferences.load(seat.person_id))
        self._view_known = self._open_from_address()
        self.rows = LiveRows(self.state.query())
        self.window = TableWindow()
        self.selected: set[int] = set()
        self.told_turns: dict[int, list[Turn]] = {}
        self.history: tuple[int, list[Row]] = (0, [])
        self._history_at = 0.0
        self._tasks: set[asyncio.Task[None]] = set()
        self._stop_waking: Any = None
        self.header = parts.Header(shown=self._header())
        self.navigation = parts.Navigation(self._heard, shown=self._navigation(), sizing_mode="stretch_width")
        self.toolbar = parts.Toolbar(self._heard, shown=self._toolbar(), sizing_mode="stretch_width")
        self.table = parts.ChatTable(self._heard_by_table, shown=self._table())
        self.panel = parts.ChatPanel(self._heard, shown={"server": console.settings.chat_url, "chat": 0})
        self.board = parts.BoardPart(self._heard_by_board, shown=self._board())
        self.dialogs = Dialogs(seat.person_id, self._columns_chosen)
        self.actions = Actions(seat, console.seats, console.client, self.model, self.dialogs, self._say)
        self.actions.opened = self._open_taken
        self.layout, self.places = lay_out(self)
        self.layout.param.watch(lambda event: self.state.param.update(dark=event.new), "dark_theme")
        self.state.param.watch(self._chosen, list(CHOSEN))
        self.state.param.watch(lambda _event: self.refresh(), ["columns", "density", "open_chat", "dark"])
        self.state.param.watch(self._keep, list(KEPT))
        self.pulse = Pulse(self._beat)

    # --- life ---

    def begin(self) -> None:
        """The page is loaded: from now on it is woken by changes."""
        self.document.config.notify_connection_status = False  # the header says it in its own words
        self._stop_waking = self.model.register(self.pulse.wake)
        self.refresh()

    def leave(self) -> None:
        """The page is gone; nothing of it may stay alive."""
        if self._stop_waking is not None:
            self._stop_waking()
        self.pulse.stop()
        for task in self._tasks:
            task.cancel()

    def _beat(self) -> None:
        self.document.add_next_tick_callback(self.refresh)

    def refresh(self) -> None:
        """Shows what the model and the choices say now, sending only what differs."""
        self._choose_first_view()
        with pn.io.hold():
            self.header.show(**self._header())
            self.navigation.show(**self._navigation())
            on_board = self.state.view == "board" and sees_boards(self.model.desk, self.seat.person_id)
            self.places.show(board=on_board, chat=bool(self.state.open_chat) and not on_board)
            if on_board:
                self.board.show(**self._board())
                return
            self._refresh_rows()
            self.toolbar.show(**self._toolbar())
            self.table.show(**self._table())
            self._refresh_chat()

    def _refresh_rows(self) -> None:
        if self.state.status == "ended":
            if asyncio.get_running_loop().time() - self._history_at > HISTORY_PAUSE_S:
                self._spawn(self._load_history())
            return
        self.rows.ask(self.state.query())
        self.rows.refresh(self.model)
        self._send(self.window.update(self.rows.ordered))
        gone = self.selected - self.rows.rows.keys()
        if gone:
            self.selected -= gone
            self.table.tell(type="selection", ids=sorted(self.selected))

    def _refresh_chat(self) -> None:
        chat_id = self.state.open_chat
        chat = self.model.desk.find_chat(chat_id)
        row = row_of(chat, self.model.desk.organisation) if chat else self._ended_row(chat_id)
        if not chat_id or row is None:
            self.panel.show(chat=0)
            return
        turns = self.model.turns(chat_id)
        if chat is None or len(turns) < min(chat.messages, 12):
            turns = self.told_turns.get(chat_id, turns)
        self.panel.show(
            chat=chat_id,
            dark=self.state.dark,
            row={**row.cells(), "can_take": row.person_id != self.seat.person_id},
            facts=customer_facts(chat) if chat else [],
            suggestions=suggested_articles(self.console.articles, turns, self.console.settings.chat_url),
            now=self.panel.current.get("now") or now_ms(),
        )

    def _ended_row(self, chat_id: int) -> Row | None:
        return next((row for row in self.history[1] if row.id == chat_id), None)

    # --- what the parts show ---

    def _header(self) -> dict[str, Any]:
        return header_shown(self.console.settings, self.model, self.state)

    def _navigation(self) -> dict[str, Any]:
        desk, me = self.model.desk, self.seat.person_id
        board = sees_boards(desk, me)
        return {"view": self.state.view, "status": self.state.status, "counts": view_counts(desk, me), "may_see_board": board}

    def _toolbar(self) -> dict[str, Any]:
        desk, state = self.model.desk, self.state
        counts = view_counts(desk, self.seat.person_id)
        return {
            "title": "My Live Chats" if state.view == "my" else "Global Live Chats",
            "status": state.status,
            "counts": {part: counts[f"{state.view}_{part}"] for part in ("active", "queued") if state.view != "board"},
            "search": state.search,
            "filters": filters_shown(desk.organisation, state, self.rows.rows.values()),
            "selected": len(self.selected),
            "total": self.history[0] if state.status == "ended" else len(self.rows.rows),
            "waiting": waiting_for(desk, self.seat.person_id),
            "actions": self.actions.allowed() if hasattr(self, "actions") else {},
            "density": state.density,
        }

    def _table(self) -> dict[str, Any]:
        state = self.state
        return {
            "columns": columns_shown(state),
            "sort": state.sort,
            "descending": state.descending,
            "density": state.density,
            "open": state.open_chat,
            "empty": empty_text(state, self.model.connection),
        }

    def _board(self) -> dict[str, Any]:
        board = self.model.board(tuple(covered_departments(self.model.desk, self.seat.person_id)))
        return board_shown(board, self.model.desk.organisation)

    # --- what was clicked ---

    def _heard(self, message: parts.Message) -> None:
        match message:
            case {"type": "window", "start": int(start), "count": int(count)}:
                self.window.move(start, count)
                if self.state.status == "ended":
                    self._spawn(self._load_history())
                else:
                    self._send(self.window.update(self.rows.ordered))
            case {"type": "sort", "column": str(column)} if self.state.status != "ended" or column in HISTORY_SORTS:
                self.state.sort_by(column)
            case {"type": "selection", "ids": list(ids)}:
                self.selected = {chat_id for chat_id in ids if chat_id in self.rows.rows}
                self.refresh()
            case {"type": "select_all", "on": bool(on)}:
                self._select(set(self.rows.rows) if on else set())
            case {"type": "clear"}:
                self._select(set())
            case {"type": "open", "id": int(chat_id)}:
                self.state.open_chat = chat_id
            case {"type": "close"}:
                self.state.open_chat = 0
            case {"type": "go", "view": str(view), "status": str(status)} if view in VIEWS and status in STATUSES:
                self.state.show(view, status)
            case {"type": "part", "part": str(part)} if part in STATUSES:
                self.state.status = part
            case {"type": "search", "text": str(text)}:
                self.state.search = text[:200]
            case {"type": "filter", "key": ("department" | "language" | "country") as key, "value": value}:
                chosen = "" if value is None and key == "department" else value
                self.state.param.update(**{key: chosen if chosen is None else str(chosen)})
            case {"type": "density", "density": ("comfortable" | "compact") as density}:
                self.state.density = density
            case {"type": "fields"}:
                self.dialogs.ask_columns(self.state.columns)
            case {"type": "refresh"}:
                self._history_at = 0.0
                self.refresh()
                self._send_all(top=False)
            case {"type": "turns", "chat": int(chat_id), "turns": list(turns)}:
                self.told_turns = {chat_id: [Turn(t["sender"], str(t["text"])[:1000]) for t in turns[-12:] if t.get("sender") in {"customer", "agent"}]}
                self.refresh()
            case {"type": "action", "name": str(name)}:
                self._act(name)

    def _act(self, name: str) -> None:
        of_panel = name in {"transfer", "end", "take"} and not self.selected and self.state.open_chat
        chat_ids = [self.state.open_chat] if of_panel else [row.id for row in self.rows.ordered if row.id in self.selected]
        if name == "transfer":
            self.actions.transfer(chat_ids)
        elif name == "end":
            self.actions.end(chat_ids)
        elif name == "take":
            self._spawn(self.actions.take(chat_ids))
        elif name == "get":
            self._spawn(self.actions.get_from_queue())

    def _heard_by_table(self, message: parts.Message) -> None:
        if message["type"] == "ready":
            self._send_all(top=True)
        else:
            self._heard(message)

    def _heard_by_board(self, message: parts.Message) -> None:
        if message.get("type") == "open" and message.get("status") in STATUSES:
            filters = {key: str(message[key]) for key in ("department", "language", "country") if key in message}
            self.state.show("global", message["status"], **filters)

    def _select(self, chat_ids: set[int]) -> None:
        self.selected = chat_ids
        self.table.tell(type="selection", ids=sorted(chat_ids))
        self.refresh()

    def _open_taken(self, chat_id: int) -> None:
        self.state.show("my", "active")
        self.state.open_chat = chat_id

    def _columns_chosen(self, keys: list[str]) -> None:
        self.state.choose_columns([key for key in keys if isinstance(key, str) and key in COLUMNS])

    def _chosen(self, *events: Any) -> None:
        """Another list: from its beginning, with nothing selected."""
        if {event.name for event in events} & {"view", "status"}:
            self.selected = set()
            self.table.tell(type="selection", ids=[])
        self._history_at = 0.0
        self.rows.ask(self.state.query())
        if self.state.view != "board":
            self._send_all(top=True)
        self.refresh()
        self._show_address()

    def _keep(self, *_events: Any) -> None:
        self.console.preferences.save(self.seat.person_id, chosen_in(self.state))

    # --- rows to the browser ---

    def _send_all(self, *, top: bool) -> None:
        if self.state.status == "ended":
            self.history = (0, []) if top else self.history
            self._send(self.window.fresh(self.history[1], self.history[0], top=top))
            self._spawn(self._load_history())
            return
        self.rows.ask(self.state.query())
        self.rows.refresh(self.model)
        self._send(self.window.fresh(self.rows.ordered, top=top))

    def _send(self, message: dict[str, Any] | None) -> None:
        if message is not None:
            self.table.tell(**message)

    async def _load_history(self) -> None:
        self._history_at = asyncio.get_running_loop().time()
        query = self.state.query()
        try:
            token = await self.console.seats.token(self.seat)
            found = await ended_rows(
                self.console.client, token, query, (self.window.start, self.window.count), self.model.desk.organisation
            )
        except Refused as error:
            self._say(error.message, True)
            return
        if query == self.state.query():
            self.history = found
            self._send(self.window.update(found[1], found[0]))
            self.toolbar.show(**self._toolbar())

    # --- the rest ---

    def _say(self, text: str, wrong: bool) -> None:
        self.header.tell(type="toast", text=text, kind="wrong" if wrong else "")

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _choose_first_view(self) -> None:
        """R4: agents begin with their own chats, managers and administrators with all."""
        person = self.model.desk.organisation.people.get(self.seat.person_id)
        if not self._view_known and person is not None:
            self._view_known = True
            if set(person.roles) & {Role.MANAGER, Role.ADMINISTRATOR}:
                self.state.show("global", "active")

    def _open_from_address(self) -> bool:
        arguments = {key: values[0].decode("utf-8", "replace") for key, values in pn.state.session_args.items() if values}
        view, status = arguments.get("view", ""), arguments.get("status", "active")
        if view not in VIEWS or status not in STATUSES:
            return False
        filters = {key: arguments[key] for key in ("department", "language", "country") if key in arguments}
        self.state.show(view, status, **filters)
        return True

    def _show_address(self) -> None:
        if pn.state.location is not None:
            state = self.state
            filters = {"department": state.department or None, "language": state.language, "country": state.country}
            chosen = {"view": state.view, "status": state.status, **filters}
            pn.state.location.search = "?" + urlencode({key: value for key, value in chosen.items() if value is not None})
