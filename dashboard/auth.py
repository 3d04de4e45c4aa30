"""Who a browser is: the chat server's sign-in cookie decides, and the page gets an id of its own instead of it.

Bokeh puts what it knows of a request into the page's source, readable by any script. So it gets no cookie and no
header, only a seat: a random id that means something to this process alone, and only until it runs out.
"""

import secrets
import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote, urlsplit

from bokeh.server.auth_provider import AuthProvider
from msgspec import Struct
from tornado.web import RequestHandler

from dashboard.client import Client, Refused, Session

COOKIE = "switchboard_session"
TRUST_S = 5.0  # one page asks for itself, its socket and more within a moment
SEAT_LIFETIME_S = 24 * 3600.0  # a shift and its overtime
RENEW_BEFORE_S = 90.0  # a token is renewed when it holds no longer than this
MAX_SEATS = 20_000


class Seat(Struct):
    """One opened page: whose it is, and by which sign-in."""

    person_id: str
    cookie: str
    until_s: float
    token: str = ""
    token_until_s: float = 0.0


class Seats:
    """The pages that were opened, by their ids, and the sign-ins that were checked a moment ago."""

    def __init__(self, client: Client, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._clock = clock
        self._seats: dict[str, Seat] = {}
        self._checked: dict[str, tuple[float, Session | None]] = {}

    async def find_person(self, cookie: str) -> str | None:
        """Whose sign-in it is; None when it is nobody's. Raises Refused when the chat server does not answer."""
        session = await self._session(cookie)
        return session.person_id if session else None

    def find_checked(self, cookie: str) -> str | None:
        """The same for a sign-in that was checked a moment ago, at once."""
        known = self._checked.get(cookie)
        return known[1].person_id if known is not None and known[1] is not None else None

    def open(self, person_id: str, cookie: str) -> str:
        """A new page's id."""
        now = self._clock()
        if len(self._seats) >= MAX_SEATS:
            self._seats = {key: seat for key, seat in self._seats.items() if seat.until_s > now}
        seat_id = secrets.token_urlsafe(24)
        self._seats[seat_id] = Seat(person_id, cookie, now + SEAT_LIFETIME_S)
        return seat_id

    def find(self, seat_id: str) -> Seat | None:
        """The page, unless it is unknown (this process is newer than the page) or too old."""
        seat = self._seats.get(seat_id)
        return seat if seat is not None and seat.until_s > self._clock() else None

    def leave(self, seat_id: str) -> None:
        """The page is gone."""
        self._seats.pop(seat_id, None)

    async def token(self, seat: Seat) -> str:
        """A console token of the page's person. Raises Refused, with code 'unauthenticated' after a sign-out."""
        if seat.token_until_s - self._clock() < RENEW_BEFORE_S:
            self._checked.pop(seat.cookie, None)
            session = await self._session(seat.cookie)
            if session is None or session.person_id != seat.person_id:
                raise Refused("unauthenticated", "You are signed out. Please sign in again.")
            seat.token, seat.token_until_s = session.token, self._clock() + session.expires_in_s
        return seat.token

    async def _session(self, cookie: str) -> Session | None:
        if not cookie:
            return None
        now = self._clock()
        known = self._checked.get(cookie)
        if known is not None and known[0] > now:
            return known[1]
        self._checked = {key: value for key, value in self._checked.items() if value[0] > now}
        session = await self._client.find_session(cookie)
        self._checked[cookie] = (now + TRUST_S, session)
        return session


class ConsoleAuth(AuthProvider):
    """Bokeh asks here before it serves a page or opens a socket."""

    def __init__(self, seats: Seats) -> None:
        self._seats = seats
        super().__init__()

    @property
    def get_user_async(self) -> Callable[[Any], Awaitable[str | None]]:  # type: ignore[override]  # we always have it
        """Finds the person by the cookie."""

        async def find(handler: Any) -> str | None:
            cookie = handler.get_cookie(COOKIE) or ""
            try:
                return await self._seats.find_person(cookie)
            except Refused:
                return None

        return find

    @property
    def get_user(self) -> None:
        """Only the asynchronous way is there."""
        return

    @property
    def get_login_url(self) -> Callable[[Any], str]:
        """Our own redirect; Panel puts a dot before it."""
        return lambda _handler: "/sign-in"

    @property
    def login_url(self) -> None:
        """Given by get_login_url."""
        return

    @property
    def login_handler(self) -> None:
        """The form is the chat server's."""
        return

    @property
    def logout_url(self) -> None:
        """Signing out is the chat server's, too."""
        return

    @property
    def logout_handler(self) -> None:
        """As above."""
        return


class ToSignIn(RequestHandler):
    """GET /sign-in?next=…: to the chat server's form, which comes back to `next`."""

    def initialize(self, chat_url: str, console_url: str) -> None:
        """Gets both public addresses."""
        self.chat_url = chat_url
        self.console_url = console_url

    def get(self) -> None:
        """Sends the browser there."""
        back = self.console_url + local_path(self.get_query_argument("next", "/"))
        self.redirect(f"{self.chat_url}/login?next={quote(back, safe='')}")


def local_path(wanted: str) -> str:
    """The path if it leads to a page of ours, else '/'."""
    parts = urlsplit(wanted)
    inside = (
        wanted.startswith("/")
        and not wanted.startswith(("//", "/\\"))
        and not parts.scheme
        and not parts.netloc
    )
    return wanted if inside and "\\" not in wanted else "/"
