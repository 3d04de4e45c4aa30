"""Puts the console together: model, client, sign-in, pages, and the server that shows them."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from socket import socket
from typing import Any

import panel as pn
from bokeh.server.server import BaseServer
from bokeh.server.tornado import BokehTornado
from panel.io.application import Application, build_applications
from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPHeaders, HTTPServerRequest
from tornado.ioloop import IOLoop
from tornado.routing import AnyMatches, Matcher, Rule, RuleRouter
from tornado.web import Application as TornadoApplication
from tornado.web import OutputTransform, RequestHandler

from chatserver.articles.library import ArticleError, load_articles
from chatserver.articles.search import ArticleIndex
from chatserver.settings import Settings, load_secret
from chatserver.wire.tokens import Tokens
from dashboard.auth import COOKIE, ConsoleAuth, Seats, ToSignIn
from dashboard.client import Client
from dashboard.model import Model
from dashboard.preferences import PreferenceFiles
from dashboard.world_map import WorldMap

TOKEN_LIFETIME_S = 24 * 3600  # of the page's token: while it holds, a lost connection can come back
UNUSED_LIFETIME_MS = 90_000  # longer than a browser tries to come back (63 s)
MAX_WEBSOCKET_BYTES = 1024 * 1024  # of one frame from a browser: choices and clicks are small
MAX_BODY_BYTES = 64 * 1024

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    # Bokeh runs code that it gets as text, so the policy cannot forbid that; it does keep strangers out.
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob: {chat}; "
        "style-src 'self' 'unsafe-inline' {chat}; img-src 'self' data: blob: {chat}; font-src 'self' data:; "
        "connect-src 'self' blob: ws: wss: {chat}; object-src 'none'; base-uri 'none'; form-action 'self' {chat}; "
        "frame-ancestors 'none'"
    ),
}


@dataclass
class Console:
    """What the pages of this process share."""

    settings: Settings
    model: Model
    client: Client
    seats: Seats
    preferences: PreferenceFiles
    articles: ArticleIndex
    world: WorldMap = field(default_factory=WorldMap)


class KnownHost(Matcher):
    """Lets requests pass that name us: a rebound DNS name would make a stranger's page same-origin."""

    def __init__(self, hosts: frozenset[str]) -> None:
        self._hosts = hosts

    def match(self, request: HTTPServerRequest) -> dict[str, Any] | None:
        """Empty arguments for a known host, None otherwise."""
        return {} if request.host.lower() in self._hosts else None


class UnknownHost(RequestHandler):
    """Answers everything that was asked under a name that is not ours."""

    def prepare(self) -> None:
        """421, whatever the method."""
        self.set_status(421)
        self.finish("This server does not answer to that host name. Use the address it was started with.\n")


class Health(RequestHandler):
    """GET /healthz: does the console serve, and how does it stand to the chat server?"""

    def initialize(self, model: Model) -> None:
        """Gets the model."""
        self.model = model

    def get(self) -> None:
        """Always 200 while it serves: without the chat server it still shows what it knows."""
        self.finish({"ok": True, "feed": self.model.connection.value, "seq": self.model.desk.last_seq})


class Shapes(RequestHandler):
    """GET /world.svg: the countries for the live board; the same for everybody."""

    def initialize(self, world: WorldMap) -> None:
        """Gets the map."""
        self.world = world

    def get(self) -> None:
        """The drawing."""
        self.set_header("Content-Type", "image/svg+xml")
        self.set_header("Cache-Control", "private, max-age=86400")
        self.finish(self.world.svg)


def make_console(settings: Settings) -> Console:
    """The shared parts. Raises SettingsError; without readable articles there are no suggestions."""
    model = Model()
    tokens = Tokens(load_secret(settings.data))
    client = Client(settings.chat_from_inside, settings.reader_from_inside, tokens, model)
    articles: list[Any] = []
    if settings.articles:
        with contextlib.suppress(ArticleError, OSError):  # the chat server says what is wrong with them
            articles = load_articles(Path(settings.articles))
    preferences = PreferenceFiles(Path(settings.data) / "preferences")
    return Console(settings, model, client, Seats(client), preferences, ArticleIndex(articles))


class Seated(Application):
    """The console's page; each opened page gets a seat."""

    def __init__(self, *handlers: Any, seats: Seats) -> None:
        super().__init__(*handlers)
        self._seats = seats

    def process_request(self, request: HTTPServerRequest) -> dict[str, Any]:
        """What the page's token carries beyond Bokeh's own."""
        payload = dict(super().process_request(request))
        if request.headers.get("Upgrade"):
            # A page of an earlier process comes back by its socket. Panel would build its document anew, without the
            # page's loading and with addresses of other hosts; without a seat it is told to load itself again.
            return payload
        morsel = request.cookies.get(COOKIE)
        person_id = self._seats.find_checked(morsel.value) if morsel else None
        if morsel and person_id:
            payload["seat"] = self._seats.open(person_id, morsel.value)
        return payload


def _transform(headers: Mapping[str, str]) -> type[OutputTransform]:
    class SecurityHeaders(OutputTransform):
        """Adds the headers to every answer."""

        def transform_first_chunk(
            self, status_code: int, headers_of_answer: HTTPHeaders, chunk: bytes, finishing: bool
        ) -> tuple[int, HTTPHeaders, bytes]:
            del finishing
            for name, value in headers.items():
                headers_of_answer[name] = value
            return status_code, headers_of_answer, chunk

    return SecurityHeaders


def make_server(console: Console, page: Callable[[], Any], listener: socket) -> BaseServer:
    """The server on the listening socket; `start()` it."""
    settings = console.settings
    pn.extension(reconnect=True)
    pn.config.loading_indicator = False
    built = build_applications({"/": page}, title="Switchboard")["/"]
    application = Seated(*built.handlers, seats=console.seats)
    urls = {"chat_url": settings.chat_url, "console_url": settings.console_url}
    bokeh = BokehTornado(
        {"/": application},
        extra_websocket_origins=[settings.console_url.split("://", 1)[1]],
        extra_patterns=[
            (r"/sign-in", ToSignIn, urls),
            (r"/healthz", Health, {"model": console.model}),
            (r"/world\.svg", Shapes, {"world": console.world}),
        ],
        auth_provider=ConsoleAuth(console.seats),
        include_headers=[],
        include_cookies=[],
        session_token_expiration=TOKEN_LIFETIME_S,
        unused_session_lifetime_milliseconds=UNUSED_LIFETIME_MS,
        websocket_max_message_size_bytes=MAX_WEBSOCKET_BYTES,
        use_index=False,
        redirect_root=False,
        index=None,
    )
    headers = {name: value.format(chat=settings.chat_url) for name, value in SECURITY_HEADERS.items()}
    bokeh.add_transform(_transform(headers))
    stranger = TornadoApplication([(r".*", UnknownHost)])
    router = RuleRouter([Rule(KnownHost(settings.hosts()), bokeh), Rule(AnyMatches(), stranger)])
    server = HTTPServer(router, max_body_size=MAX_BODY_BYTES, idle_connection_timeout=120, body_timeout=30)
    server.add_sockets([listener])
    return BaseServer(IOLoop.current(), bokeh, server)


@dataclass
class Running:
    """A console that serves."""

    console: Console
    server: BaseServer
    following: "asyncio.Task[None]"

    async def stop(self) -> None:
        """Ends it in order."""
        self.server.stop(wait=False)
        self.following.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.following
        await self.console.client.close()


async def start(settings: Settings, listener: socket, build_page: Callable[[Console], Any]) -> Running:
    """Everything, on the running loop; it follows the feed and serves pages when this returns. Raises SettingsError."""
    console = make_console(settings)

    def page() -> Any:  # Panel tells pages from other things by their type, and a partial is none
        return build_page(console)

    server = make_server(console, page, listener)
    server.start()
    following = asyncio.create_task(console.client.follow(), name="feed")
    return Running(console, server, following)
