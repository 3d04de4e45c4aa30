"""An agent's console: presence, the lines of chats, and commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chatserver.domain.errors import ChatError, Invalid, NotFound
from chatserver.domain.permissions import may_see
from chatserver.hub.delivery import encode
from chatserver.web import throttle
from chatserver.web.base import monotonic_s, utc_now
from chatserver.web.sockets import Socket, check_version
from chatserver.web.throttle import Bucket
from chatserver.web.transcript import send_lines
from chatserver.wire import staff_frames as f
from chatserver.wire.lines import line_for_staff
from chatserver.wire.tokens import Kind
from chatserver.wire.visitor_frames import TypingShown

if TYPE_CHECKING:
    from chatserver.domain.chat import Chat
    from chatserver.domain.desk import Desk
    from chatserver.domain.replies import Reply

MAX_OPEN_CHATS = 200  # of one console; nobody looks at more at once
MAX_OUTBOX_BYTES = 8 * 1024 * 1024


class StaffSocket(Socket):
    """Speaks docs/protocol.md, “Staff”."""

    person_id = ""
    _bucket: Bucket | None = None

    def take_token(self) -> None:
        """Raises TooFast when the console sends more than anybody could mean."""
        if not self.is_relaxed:
            self._bucket = self._bucket or Bucket(throttle.STAFF_FRAMES, monotonic_s())
            self._bucket.take(monotonic_s(), "requests")

    def outbox_limits(self) -> dict[str, int]:
        """A console may open many long chats at once."""
        return {"max_bytes": MAX_OUTBOX_BYTES}

    # --- hello ---

    def hello(self, message: str | bytes) -> None:
        """Who is it, and which chats are theirs?"""
        self.check_not_greeted()
        hello = f.parse_staff_frame(message)
        if not isinstance(hello, f.Hello):
            raise Invalid("The first frame must be hello.")
        check_version(hello.v)
        claim = self.site.tokens.parse(hello.token, utc_now(), Kind.CONSOLE, Kind.API)
        self.person_id = claim.subject
        self._opened: set[int] = set()
        reset = bool(hello.epoch) and hello.epoch != self.site.store.epoch

        def look(desk: Desk) -> f.StaffWelcome | None:
            person = desk.organisation.people.get(self.person_id)
            if person is None:
                return None
            duty = desk.duties.get(person.id)
            mine = [desk.chats[chat_id] for chat_id in sorted(desk.chats_of.get(person.id, ()))]
            return f.StaffWelcome(
                self.site.store.epoch,
                person.id,
                person.chat_name,
                tuple(f.MyChat(chat.id, chat.last_n, chat.customer.name) for chat in mine),
                available=duty is None or duty.available,
                reset=reset,
            )

        self.greeted = True
        self.site.hub.ask(look, lambda welcome: self._welcome(welcome, claim.session))

    def _welcome(self, welcome: f.StaffWelcome | None, session: str) -> None:
        if self.outbox.closed:
            return
        if welcome is None:
            self.refuse(NotFound("This account no longer exists."))
            return
        self.welcomed()
        self.outbox.send_struct(welcome)
        self.site.deliveries.open_console(self.outbox, self.person_id, session)
        self.site.presence.console_opened(self.person_id)

    # --- frames ---

    def frame(self, message: str | bytes) -> None:
        """One frame of a known person."""
        frame = f.parse_staff_frame(message)
        match frame:
            case f.Hello():
                raise Invalid("hello was said already.")
            case f.Open(chat=chat, after=after) | f.Resume(chat=chat, after=after):
                self._open_chat(chat, max(0, after))
            case f.Close(chat=chat):
                self._opened.discard(chat)
                self.site.deliveries.close_chat(self.outbox, chat)
            case f.Typing(chat=chat, on=on):
                self._typing(chat, on=on)
            case _:
                self._command(frame)

    def _command(self, frame: f.CommandFrame) -> None:
        client_id = frame.client_id if isinstance(frame, f.Say) else ""
        request_id = "" if isinstance(frame, f.Say) else frame.id

        def told(answer: Reply | ChatError) -> None:
            if isinstance(answer, ChatError):
                self.refuse(answer, client_id=client_id, request_id=request_id)
            else:
                self.outbox.send_struct(f.reply_frame(answer, request_id))

        try:
            command = f.staff_command(frame, self.person_id)
        except ChatError as error:
            self.refuse(error, client_id=client_id, request_id=request_id)
            return
        self.site.hub.submit(command, told, self.outbox)

    def _open_chat(self, chat_id: int, after: int) -> None:
        def look(desk: Desk) -> tuple[Chat, int] | None:
            chat = desk.find_chat(chat_id)
            if chat is None or not may_see(desk.organisation, self.person_id, chat):
                return None
            return chat, chat.last_n

        def opened(found: tuple[Chat, int] | None) -> None:
            deliveries = self.site.deliveries
            if self.outbox.closed:
                return
            if found is None:
                self.refuse(NotFound(f"There is no open chat {chat_id}."), request_id=str(chat_id))
                return
            self._opened = {one for one in self._opened if deliveries.has_open(self.outbox, one)}
            if chat_id not in self._opened and len(self._opened) >= MAX_OPEN_CHATS:
                refusal = Invalid(f"At most {MAX_OPEN_CHATS} chats can be open at once.")
                self.refuse(refusal, request_id=str(chat_id))
                return
            self._opened.add(chat_id)
            chat, n = found
            send_lines(
                self.site,
                self.outbox,
                deliveries.open_chat(self.outbox, self.person_id, chat),
                chat_id,
                after=after,
                until=n,
                render=line_for_staff,
                name_chat=True,
            )

        self.site.hub.ask(look, opened)

    def _typing(self, chat_id: int, *, on: bool) -> None:
        def look(desk: Desk) -> tuple[str, str]:
            chat = desk.chats.get(chat_id)
            if chat is None or chat.person_id != self.person_id:
                return "", ""
            return chat.visitor_id, desk.organisation.people[self.person_id].chat_name

        def tell(found: tuple[str, str]) -> None:
            visitor_id, name = found
            frame = encode(TypingShown(on, name))
            for outlet in list(self.site.deliveries.visitors.get(visitor_id, ())):
                outlet.send(frame)

        self.site.hub.ask(look, tell)

    def gone(self) -> None:
        """The console is gone."""
        if self.ready:
            self.site.deliveries.remove(self.outbox, person_id=self.person_id, chats=list(self._opened))
            self.site.presence.console_closed(self.person_id)
            self.ready = False
