"""One person's console: puts the parts on a page and keeps them showing what the model and their choices say."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import urlencode

import panel as pn
from bokeh.document import Document

from chatserver.articles.search import Turn
from chatserver.domain.organisation import Role
from dashboard import parts
from dashboard.actions import Actions
from dashboard.auth import Seat
from dashboard.board_view import board_shown
from dashboard.chat_facts import customer_facts, customer_of, suggested_articles
from dashboard.chat_list import ChatList
from dashboard.client import Refused
from dashboard.counts import covered_departments, sees_boards, view_counts
from dashboard.dialogs import Dialogs
from dashboard.history import ended_row, transcript_lines
from dashboard.model import MAX_TURN_CHARS, MAX_TURNS
from dashboard.page_layout import lay_out
from dashboard.preferences import apply_to, chosen_in
from dashboard.pulse import Pulse
from dashboard.rows import row_of
from dashboard.server import Console
from dashboard.shown import header_shown
from dashboard.state import STATUSES, VIEWS, ConsoleState
from dashboard.table_window import now_ms

KEPT = ("columns", "sort", "descending", "density", "dark")
CHOSEN = (
    *("view", "status", "department", "language", "country", "search"),
    *("sort", "descending", "ended_sort", "ended_descending"),
)
FILTERS = ("department", "language", "country")


def build_page(console: Console) -> Any:
    """The page of whoever has the seat that the request was given."""
    document = pn.state.curdoc
    context: Any = document.session_context if document is not None else None
    seat_id = str(context.token_payload.get("seat", "")) if context is not None else ""
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
        self._console, self._seat, self._document = console, seat, document
        self._model = console.model
        self.state = ConsoleState(person_id=seat.person_id)
        apply_to(self.state, console.preferences.load(seat.person_id))
        self._view_known = self._open_from_address()
        self._ended: dict[str, Any] | None = None
        self._ended_asked = 0
        self._told_turns: dict[int, list[Turn]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._stop_waking: Callable[[], None] = lambda: None
        chat_url = console.settings.chat_url
        self.header = parts.Header(shown=header_shown(console.settings, self._model, self.state))
        self.navigation = parts.Navigation(
            self._heard, shown=self._navigation(), sizing_mode="stretch_width", margin=0
        )
        whole: dict[str, Any] = {"sizing_mode": "stretch_both", "margin": 0}
        self.panel = parts.ChatPanel(self._heard, shown={"server": chat_url, "chat": 0}, **whole)
        self.board = parts.BoardPart(self._heard_by_board, shown=self._board(), **whole)
        self.dialogs = Dialogs(seat.person_id, self.state.choose_columns)
        self.actions = Actions(seat, console.seats, console.client, self._model, self.dialogs, self._say)
        self.actions.opened = self._open_taken
        self.list = ChatList(console, seat, self.state, self.actions, self._spawn, self._heard)
        self.layout, self.places = lay_out(self, f"{chat_url}/static/mark.svg")
        self.layout.param.watch(lambda event: self.state.param.update(dark=event.new), "dark_theme")
        self.state.param.watch(self._chosen, list(CHOSEN))
        self.state.param.watch(lambda _event: self.refresh(), ["columns", "density", "open_chat", "dark"])
        self.state.param.watch(self._keep, list(KEPT))
        self._pulse = Pulse(self._beat)

    # --- life ---

    def begin(self) -> None:
        """The page is loaded: from now on it is woken by changes."""
        self._document.config.notify_connection_status = False  # the header says it in its own words
        self._stop_waking = self._model.register(self._pulse.wake)
        self.refresh()

    def leave(self) -> None:
        """The page is gone; nothing of it may stay alive."""
        self._stop_waking()
        self._pulse.stop()
        for task in self._tasks:
            task.cancel()

    def _beat(self) -> None:
        self._document.add_next_tick_callback(self.refresh)

    def refresh(self) -> None:
        """Shows what the model and the choices say now, sending only what differs."""
        self._choose_first_view()
        with pn.io.hold():
            self.header.present(**header_shown(self._console.settings, self._model, self.state))
            self.navigation.present(**self._navigation())
            on_board = self.state.view == "board" and sees_boards(self._model.desk, self._seat.person_id)
            self.places.show(board=on_board, chat=bool(self.state.open_chat) and not on_board)
            if on_board:
                self.board.present(**self._board())
            else:
                self.list.refresh()
                self._refresh_chat()

    def _refresh_chat(self) -> None:
        chat_id = self.state.open_chat
        chat = self._model.desk.find_chat(chat_id)
        if chat is None:
            self._show_ended(chat_id)
            return
        row = row_of(chat, self._model.desk.organisation)
        turns = self._model.turns(chat_id)
        if len(turns) < min(chat.messages, MAX_TURNS):
            turns = self._told_turns.get(chat_id, turns)  # what was said before this process started
        self.panel.present(
            chat=chat_id,
            dark=self.state.dark,
            row={**row.cells(), "can_take": row.person_id != self._seat.person_id},
            lines=None,
            facts=customer_facts(chat_id, chat.customer),
            suggestions=suggested_articles(self._console.articles, turns, self._console.settings.chat_url),
            now=self.panel.current.get("now") or now_ms(),
        )

    def _show_ended(self, chat_id: int) -> None:
        """A chat that is no longer live: what the reader tells of it."""
        if self._ended is not None and int(self._ended["chat"]["chat_id"]) == chat_id:
            found = self._ended
            row = ended_row(found["chat"], self._model.desk.organisation)
            facts = customer_facts(chat_id, customer_of(found["chat"]))
            self.panel.present(
                chat=chat_id,
                dark=self.state.dark,
                row=row.cells(),
                lines=transcript_lines(found),
                facts=facts,
                suggestions=[],
            )
            return
        self.panel.present(chat=0)
        if chat_id and chat_id != self._ended_asked:
            self._ended_asked = chat_id
            self._spawn(self._load_ended(chat_id))

    async def _load_ended(self, chat_id: int) -> None:
        try:
            token = await self._console.seats.token(self._seat)
            self._ended = await self._console.client.transcript(token, chat_id)
        except Refused as error:
            self._ended_asked = 0
            self.state.open_chat = 0
            self._say(error.message, True)
            return
        self.refresh()

    def _navigation(self) -> dict[str, Any]:
        desk, me = self._model.desk, self._seat.person_id
        return {
            "view": self.state.view,
            "status": self.state.status,
            "counts": view_counts(desk, me),
            "may_see_board": sees_boards(desk, me),
        }

    def _board(self) -> dict[str, Any]:
        board = self._model.board(tuple(covered_departments(self._model.desk, self._seat.person_id)))
        return board_shown(board, self._model.desk.organisation)

    # --- what was clicked ---

    def _heard(self, message: parts.Message) -> None:
        match message:
            case {"type": "go", "view": str(view), "status": str(status)} if (
                view in VIEWS and status in STATUSES
            ):
                self.state.show(view, status)
            case {"type": "close"}:
                self.state.open_chat = 0
            case {"type": "fields"}:
                self.dialogs.ask_columns(self.state.columns)
            case {"type": "turns", "chat": int(chat_id), "turns": list(turns)}:
                self._told_turns = {chat_id: _parse_turns(turns)}
                self.refresh()
            case {"type": "action", "name": str(name), "chat": int(chat_id)}:
                self._act(name, [chat_id])
            case {"type": "action", "name": str(name)}:
                self._act(name, self.list.chosen_ids())

    def _act(self, name: str, chat_ids: list[int]) -> None:
        if name == "transfer":
            self.actions.transfer(chat_ids)
        elif name == "end":
            self.actions.end(chat_ids)
        elif name == "take":
            self._spawn(self.actions.take(chat_ids))
        elif name == "get":
            self._spawn(self.actions.get_from_queue())

    def _heard_by_board(self, message: parts.Message) -> None:
        if message["type"] == "open" and message.get("status") in STATUSES:
            filters = {key: str(message[key]) for key in FILTERS if key in message}
            self.state.show("global", message["status"], **filters)

    def _open_taken(self, chat_id: int) -> None:
        self.state.show("my", "active")
        self.state.open_chat = chat_id

    def _chosen(self, *events: Any) -> None:
        """Another list: from its beginning; of another view, with nothing selected."""
        other_view = not {event.name for event in events}.isdisjoint({"view", "status"})
        if self.state.view != "board":
            self.list.begin_anew(forget_selection=other_view)
        self.refresh()
        self._show_address()

    def _keep(self, *_events: Any) -> None:
        self._console.preferences.save(self._seat.person_id, chosen_in(self.state))

    # --- the rest ---

    def _say(self, text: str, wrong: bool) -> None:
        self.header.tell(type="toast", text=text, kind="wrong" if wrong else "")

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _choose_first_view(self) -> None:
        """R4: agents begin with their own chats, managers and administrators with all."""
        person = self._model.desk.organisation.people.get(self._seat.person_id)
        if not self._view_known and person is not None:
            self._view_known = True
            if not {Role.MANAGER, Role.ADMINISTRATOR}.isdisjoint(person.roles):
                self.state.show("global", "active")

    def _open_from_address(self) -> bool:
        given = {
            key: values[0].decode("utf-8", "replace")
            for key, values in pn.state.session_args.items()
            if values
        }
        view, status = given.get("view", ""), given.get("status", "active")
        if view not in VIEWS or status not in STATUSES:
            return False
        self.state.show(view, status, **{key: given[key] for key in FILTERS if key in given})
        return True

    def _show_address(self) -> None:
        if pn.state.location is not None:
            state = self.state
            filters = {
                "department": state.department or None,
                "language": state.language,
                "country": state.country,
            }
            chosen = {"view": state.view, "status": state.status, **filters}
            known = {key: value for key, value in chosen.items() if value is not None}
            pn.state.location.search = "?" + urlencode(known)


def _parse_turns(turns: list[Any]) -> list[Turn]:
    """What a browser says that was said; it only leads to suggestions for its own person."""
    return [
        Turn(turn["sender"], str(turn.get("text", ""))[:MAX_TURN_CHARS])
        for turn in turns[-MAX_TURNS:]
        if isinstance(turn, dict) and turn.get("sender") in {"customer", "agent"}
    ]
