"""A customer's page."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import msgspec

from chatserver.domain.chat import Chat, Customer, Status
from chatserver.domain.commands import CustomerEnd
from chatserver.domain.errors import ChatError, Conflict, Invalid, NotFound, Unauthenticated
from chatserver.domain.replies import Accepted
from chatserver.facts.browser import browser_and_os
from chatserver.facts.language import primary_language
from chatserver.store import reading
from chatserver.web import throttle
from chatserver.web.base import monotonic_s, utc_now
from chatserver.web.sockets import Socket, check_version
from chatserver.web.throttle import Bucket
from chatserver.web.transcript import send_lines
from chatserver.wire import visitor_frames as f
from chatserver.wire.lines import line_for_customer
from chatserver.wire.tokens import VISITOR_LIFETIME, Kind

if TYPE_CHECKING:
    from chatserver.domain.desk import Desk
    from chatserver.domain.replies import Reply
    from chatserver.hub.delivery import Subscription

VISITOR_ID_BYTES = 16


class VisitorSocket(Socket):
    """Speaks docs/protocol.md, “Customers”."""

    visitor_id = ""
    _bucket: Bucket | None = None
    _subscription: Subscription | None = None

    def check_origin(self, origin: str) -> bool:  # noqa: ARG002 -- any site may carry the widget; no cookie is read
        """Any site may carry the widget: the token, not a cookie, says who this is."""
        return True

    def take_token(self) -> None:
        """Raises TooFast when the page sends more than anybody types."""
        if not self.is_relaxed:
            self._bucket = self._bucket or Bucket(throttle.VISITOR_FRAMES, monotonic_s())
            self._bucket.take(monotonic_s(), "messages")

    # --- hello ---

    def hello(self, message: str | bytes) -> None:
        """Who is it, and what has the page missed?"""
        self.check_not_greeted()
        hello = f.parse_visitor_frame(message)
        if not isinstance(hello, f.Hello):
            raise Invalid("The first frame must be hello.")
        check_version(hello.v)
        now = utc_now()
        token = hello.token
        try:
            self.visitor_id = self.site.tokens.parse(token, now, Kind.VISITOR).subject
        except Unauthenticated:  # a new visitor, or one whose token is too old: they begin anew
            self.visitor_id = secrets.token_urlsafe(VISITOR_ID_BYTES)
        token = self.site.tokens.mint(Kind.VISITOR, self.visitor_id, now, VISITOR_LIFETIME)
        reset = bool(hello.epoch) and hello.epoch != self.site.store.epoch
        after = 0 if reset else max(0, hello.after)

        def look(desk: Desk) -> tuple[f.Welcome, Chat | None, int]:
            chat = desk.find_chat_of(self.visitor_id)
            view = view_of(desk, chat) if chat else None
            choices = choices_of(desk)
            gone = view is None or after > view.n  # lines of a chat that is no longer live, or of another one
            welcome = f.Welcome(self.site.store.epoch, token, choices, view, reset or (gone and after > 0))
            return welcome, chat, view.n if view else 0

        self.greeted = True
        self.site.hub.ask(look, lambda answer: self._welcome(answer, after))

    def _welcome(self, seen: tuple[f.Welcome, Chat | None, int], after: int) -> None:
        welcome, chat, n = seen
        if self.outbox.closed:
            return
        self.welcomed()
        self.outbox.send_struct(welcome)
        self._subscription = self.site.deliveries.open_visitor(self.outbox, self.visitor_id)
        self.site.positions.forget(self.visitor_id)
        self.site.presence.page_opened(self.visitor_id)
        if chat is None:
            self._subscription.release()
            return
        self._send_missed(chat.id, 0 if welcome.reset else after, n)

    def _send_missed(self, chat_id: int, after: int, until: int) -> None:
        subscription = self._subscription
        assert subscription is not None  # noqa: S101 -- made by _welcome
        send_lines(
            self.site,
            self.outbox,
            subscription,
            chat_id,
            after=after,
            until=until,
            render=line_for_customer,
            name_chat=False,
        )

    # --- frames ---

    def frame(self, message: str | bytes) -> None:
        """One frame of a known visitor."""
        frame = f.parse_visitor_frame(message)
        match frame:
            case f.Say():
                self._say(frame)
            case f.Typing(on=on):
                self._typing(on=on)
            case f.Start():
                self._start(frame)
            case f.End():
                self.site.hub.submit(CustomerEnd(self.visitor_id), self._refuse_only)
            case f.Resume(after=after):
                self._resume(max(0, after))
            case f.Hello():
                raise Invalid("hello was said already.")

    def _start(self, frame: f.Start) -> None:
        try:
            if not self.is_relaxed:
                self.site.new_chats.take(self.throttled_as(), monotonic_s())
            command = f.start_command(frame, self.visitor_id, self._facts())
        except ChatError as error:
            self.refuse(error, client_id=frame.client_id)
            return

        subscription = self._subscription
        assert subscription is not None  # noqa: S101 -- made by _welcome
        subscription.hold()  # the lines follow `started`

        def told(answer: Reply | ChatError) -> None:
            if isinstance(answer, ChatError):
                self.refuse(answer, client_id=frame.client_id)
                subscription.release()
            else:
                self.site.hub.ask(look, lambda found: self._started(frame, *found))

        def look(desk: Desk) -> tuple[Chat | None, f.ChatView | None]:
            chat = desk.find_chat_of(self.visitor_id)
            return chat, view_of(desk, chat) if chat else None

        self.site.hub.submit(command, told)

    def _started(self, frame: f.Start, chat: Chat | None, view: f.ChatView | None) -> None:
        assert self._subscription is not None  # noqa: S101 -- made by _welcome
        if chat is not None and view is not None:  # None only if it ended and was forgotten at once
            self.outbox.send_struct(f.Started(frame.client_id, chat.started_at, view))
        self._subscription.release()

    def _facts(self) -> Customer:
        headers = self.request.headers
        place = self.site.geography.find(self.address())
        browser, system = browser_and_os(headers.get("User-Agent", ""))
        return Customer(
            city=place.city,
            region=place.region,
            country=place.country,
            language=primary_language(headers.get("Accept-Language", "")),
            browser=browser,
            os=system,
        )

    def _say(self, frame: f.Say) -> None:
        try:
            command = f.say_command(frame, self.visitor_id)
        except ChatError as error:
            self.refuse(error, client_id=frame.client_id)
            return

        def told(answer: Reply | ChatError) -> None:
            if isinstance(answer, Conflict | NotFound):
                self._answer_late_repeat(frame, answer)
            elif isinstance(answer, ChatError):
                self.refuse(answer, client_id=frame.client_id)
            elif isinstance(answer, Accepted):
                self.outbox.send_struct(f.Ack(frame.client_id, answer.n, answer.at))

        self.site.hub.submit(command, told, self.outbox)

    def _answer_late_repeat(self, frame: f.Say, refusal: ChatError) -> None:
        """A repeat of what was stored before the chat ended gets its first answer again, however late it comes."""

        async def look() -> None:
            row = await self.site.store.read(reading.find_said, self.visitor_id, frame.client_id)
            if row is None:
                self.refuse(refusal, client_id=frame.client_id)
            else:
                self.outbox.send_struct(f.Ack(frame.client_id, row.n, row.said_at))

        self.site.spawn(look())

    def _typing(self, *, on: bool) -> None:
        def look(desk: Desk) -> tuple[int, str] | None:
            chat = desk.find_chat_of(self.visitor_id)
            return (chat.id, chat.person_id) if chat else None

        def tell(found: tuple[int, str] | None) -> None:
            if found is not None:
                frame = msgspec.json.encode(f.TypingShown(on, chat=found[0]))
                self.site.deliveries.send_typing(*found, frame)

        self.site.hub.ask(look, tell)

    def _resume(self, after: int) -> None:
        def look(desk: Desk) -> tuple[int, int] | None:
            chat = desk.find_chat_of(self.visitor_id)  # another tab may have begun it
            return (chat.id, chat.last_n) if chat else None

        def missed(found: tuple[int, int] | None) -> None:
            if found is not None and found[1] > after and self._subscription is not None:
                self._subscription.hold()
                self._send_missed(found[0], after, found[1])

        self.site.hub.ask(look, missed)

    def _refuse_only(self, answer: Reply | ChatError) -> None:
        if isinstance(answer, ChatError):
            self.refuse(answer)

    def gone(self) -> None:
        """The page is gone."""
        if self.ready:
            self.site.deliveries.remove(self.outbox, visitor_id=self.visitor_id)
            self.site.presence.page_closed(self.visitor_id)
            self.ready = False


def choices_of(desk: Desk) -> tuple[f.Choice, ...]:
    """Departments that the customer may pick, by name (R1, R17)."""
    departments = sorted(desk.organisation.departments.values(), key=lambda d: d.name.casefold())
    return tuple(f.Choice(d.id, d.name, desk.is_open_for_chats(d.id)) for d in departments)


def view_of(desk: Desk, chat: Chat) -> f.ChatView:
    """The chat as its customer may see it."""
    organisation = desk.organisation
    agent = organisation.people.get(chat.person_id)
    return f.ChatView(
        status=chat.status.value,
        n=chat.last_n,
        name=chat.customer.name,
        department=organisation.departments[chat.department_id].name,
        agent=agent.chat_name if agent else "",
        avatar=agent.avatar if agent else "",
        ahead=desk.ahead_of(chat) if chat.status is Status.QUEUED else -1,
    )
