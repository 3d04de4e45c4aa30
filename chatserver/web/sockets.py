"""What the three WebSockets share: the hello, limits, one error shape, an orderly end."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import structlog
from tornado.websocket import WebSocketHandler

from chatserver.domain.errors import ChatError, Invalid, TooFast, Unauthenticated
from chatserver.web.base import Edge, monotonic_s
from chatserver.web.outbox import GOING_AWAY, Outbox
from chatserver.wire.errors import error_frame
from chatserver.wire.limits import PROTOCOL_VERSION

if TYPE_CHECKING:
    from chatserver.web.site import Site

log = structlog.get_logger()

HELLO_WITHIN_S = 10.0  # of a stranger who connects and says nothing
RETRY_SPREAD_MS = 3_000  # clients of a server that stops come back over this time, not at once
POLICY_VIOLATION = 1008
MAX_BAD_FRAMES = 20  # malformed ones in a socket's life; a correct client sends none


class Socket(Edge, WebSocketHandler):
    """A WebSocket whose first frame is a hello. Subclasses give `hello` and `frame`."""

    def initialize(self, site: Site) -> None:
        """Gets what the process shares."""
        self.site = site
        self.ready = False
        self.greeted = False  # hello was said; while the welcome is on its way there is no second one
        self._bad_frames = 0
        self._hello_timer: asyncio.TimerHandle | None = None

    def prepare(self) -> None:
        """Refuses unknown hosts and floods of connections before the handshake."""
        self.check_host()
        if not self.is_relaxed:
            try:
                self.site.new_sockets.take(self.throttled_as(), monotonic_s())
            except TooFast:
                self.set_status(429)
                self.finish()

    def check_origin(self, origin: str) -> bool:
        """Asked for cross-origin requests only: the console's pages, and where a subclass says so more."""
        return urlsplit(origin).netloc.lower() in self.site.hosts

    def open(self, *_args: str, **_kwargs: str) -> None:
        """The handshake is done; the hello must follow."""
        self.outbox = Outbox(self, **self.outbox_limits())
        self.site.outboxes.add(self.outbox)
        self.set_nodelay(True)
        self._hello_timer = asyncio.get_running_loop().call_later(
            HELLO_WITHIN_S, self.outbox.close, POLICY_VIOLATION, "no hello"
        )
        if self.site.stopping:
            self.say_bye()

    def outbox_limits(self) -> dict[str, int]:
        """Other bounds than the usual ones."""
        return {}

    def on_message(self, message: str | bytes) -> None:
        """One frame; a refusal is answered, and repeated nonsense ends the socket."""
        try:
            self.take_token()
            if self.ready:
                self.frame(message)
            else:
                self.hello(message)
        except Unauthenticated as error:
            self.outbox.send_struct(error_frame(error))
            self.outbox.close(POLICY_VIOLATION, "unauthenticated", retry_ms=1_000)
        except ChatError as error:
            self.refuse(error)

    def refuse(self, error: ChatError, *, client_id: str = "", request_id: str = "") -> None:
        """Answers a refusal."""
        self.outbox.send_struct(error_frame(error, client_id=client_id, request_id=request_id))
        if isinstance(error, Invalid) and not client_id and not request_id:
            self._bad_frames += 1
            if self._bad_frames >= MAX_BAD_FRAMES or not self.ready:
                self.outbox.close(POLICY_VIOLATION, "invalid frames")

    def check_not_greeted(self) -> None:
        """Raises Invalid for a frame that comes before the welcome."""
        if self.greeted:
            raise Invalid("Wait for the welcome before you send more.")

    def welcomed(self) -> None:
        """The hello was good; other frames may follow."""
        self.ready = True
        if self._hello_timer is not None:
            self._hello_timer.cancel()
            self._hello_timer = None

    def say_bye(self) -> None:
        """The server stops: come back in a moment, not all at once."""
        self.outbox.close(GOING_AWAY, "restarting", retry_ms=500 + random.randrange(RETRY_SPREAD_MS))  # noqa: S311 -- spreading load

    def on_close(self) -> None:
        """Forgets the socket."""
        if self._hello_timer is not None:
            self._hello_timer.cancel()
        if hasattr(self, "outbox"):
            self.outbox.lost()
            self.site.outboxes.discard(self.outbox)
            self.gone()

    def take_token(self) -> None:
        """Raises TooFast when the socket sends too much."""

    def hello(self, message: str | bytes) -> None:
        """The first frame."""
        raise NotImplementedError

    def frame(self, message: str | bytes) -> None:
        """Any other frame."""
        raise NotImplementedError

    def gone(self) -> None:
        """The socket is closed."""

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """Logs a failure of ours, without the frame."""
        log.error("socket failed", path=self.request.path, exc_info=(typ, value, tb))


def check_version(version: int) -> None:
    """Raises Invalid for a page of another version."""
    if version != PROTOCOL_VERSION:
        raise Invalid(f"This server speaks version {PROTOCOL_VERSION}, not {version}. Reload the page.")
