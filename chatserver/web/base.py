"""What all handlers share: who we are to outsiders, who is asking, and one way to refuse."""

from __future__ import annotations

import functools
import ipaddress
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec
import structlog
from tornado.web import HTTPError, RequestHandler

from chatserver.domain.errors import ChatError, Invalid, NotFound, Unauthenticated
from chatserver.facts.address import client_address, owner_of
from chatserver.wire.errors import HTTP_STATUS, error_frame
from chatserver.wire.tokens import Claim, Kind

if TYPE_CHECKING:
    from chatserver.web.site import Site

log = structlog.get_logger()

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": (
        "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
        "object-src 'none'; base-uri 'none'; form-action 'self' {console}; frame-ancestors 'none'"
    ),
}


class Edge:
    """For handlers of pages, API and sockets alike: the Host we answer to, the peer, the token."""

    site: Site
    request: Any

    def check_host(self) -> None:
        """Refuses a name that is not ours: a rebound DNS name would make a stranger's page same-origin."""
        if self.request.host.lower() not in self.site.hosts:
            raise HTTPError(421, "unknown host")

    def address(self) -> str:
        """Where the client is, through trusted proxies only."""
        forwarded = self.request.headers.get_list("X-Forwarded-For")
        return client_address(self.request.remote_ip, forwarded, self.site.trusted_proxies)

    def throttled_as(self) -> str:
        """Whom the throttles count this client as."""
        return owner_of(self.address())

    @functools.cached_property
    def is_relaxed(self) -> bool:
        """Is this a client on our own machine for which throttles are off?"""
        if not self.site.settings.relaxed_loopback:
            return False
        try:
            return ipaddress.ip_address(self.request.remote_ip).is_loopback
        except ValueError:
            return False

    def claim(self, *kinds: Kind) -> Claim:
        """The claim of the bearer token. Raises Unauthenticated."""
        scheme, _, token = self.request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated("Send a token: “Authorization: Bearer …”.")
        return self.site.tokens.parse(token.strip(), utc_now(), *kinds)


class Handler(Edge, RequestHandler):
    """A request. A ChatError raised anywhere becomes the answer that wire/errors.py gives it."""

    def initialize(self, site: Site) -> None:
        """Gets what the process shares."""
        self.site = site

    def prepare(self) -> None:
        """Refuses unknown hosts."""
        self.check_host()

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answers a failure: JSON for programs, a page for people."""
        error = kwargs.get("exc_info", (None, None))[1]
        if not isinstance(error, ChatError):
            error = _of_status(status_code, self.site.settings.chat_url)
        else:
            self.set_status(HTTP_STATUS[type(error)])
            if error.retry_after_s is not None:
                self.set_header("Retry-After", str(max(1, round(error.retry_after_s))))
        self.refuse(error)

    def refuse(self, error: ChatError) -> None:
        """Writes the refusal."""
        self.send_json(error_frame(error))

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """Refusals are normal; the rest is logged with its trace but without the request's body."""
        if isinstance(value, ChatError | HTTPError):
            return
        log.error(
            "request failed", method=self.request.method, path=self.request.path, exc_info=(typ, value, tb)
        )

    def send_json(self, value: Any) -> None:
        """Answers with JSON."""
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.finish(msgspec.json.encode(value))


class PageHandler(Handler):
    """A page for people, with security headers; refusals are pages, too."""

    def set_default_headers(self) -> None:
        """Headers that keep a page from being framed, sniffed or fed from elsewhere."""
        if hasattr(self, "site"):
            for name, value in SECURITY_HEADERS.items():
                self.set_header(name, value.format(console=self.site.settings.console_url))

    def initialize(self, site: Site) -> None:
        """Gets what the process shares."""
        super().initialize(site)
        self.set_default_headers()

    def refuse(self, error: ChatError) -> None:
        """Writes the refusal as a page."""
        self.render(
            "error.html", status=self.get_status(), title=_title(self.get_status()), message=error.message
        )

    def get_template_path(self) -> str:
        """Where the templates lie."""
        return str(self.site.templates)


class NoSuchPage(PageHandler):
    """Everything that has no handler."""

    def prepare(self) -> None:
        """Answers 404 whatever the method."""
        super().prepare()
        self.set_status(404)
        self.refuse(NotFound("There is no such page. The address may be mistyped, or the page has moved."))


def utc_now() -> datetime:
    """The wall clock; only web and app read it, and hand it on."""
    return datetime.now(UTC)


def monotonic_s() -> float:
    """Seconds that never go back, for throttles."""
    return time.monotonic()


def _title(status: int) -> str:
    return {404: "Page not found", 403: "Not allowed", 429: "Too many requests"}.get(
        status, "Something went wrong"
    )


def _of_status(status: int, address: str) -> ChatError:
    if status == 404:
        return NotFound("There is nothing at this address.")
    if status == 421:
        return Invalid(f"This server does not answer to that host name. Its address is {address}.")
    if status < 500:
        return Invalid("This request is not understood.")
    return ChatError("Something went wrong on our side. It has been logged; please try again.")
