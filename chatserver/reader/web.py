"""The reader's HTTP API: see docs/reader.md."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec
import structlog
from tornado.iostream import StreamClosedError
from tornado.routing import URLSpec
from tornado.web import HTTPError, RequestHandler

from chatserver.domain.errors import ChatError, Invalid, NotAllowed, NotFound, Unauthenticated
from chatserver.domain.organisation import Permission
from chatserver.reader import answers, history, views
from chatserver.reader.limits import Limits
from chatserver.wire.errors import HTTP_STATUS, error_frame
from chatserver.wire.tokens import Claim, Kind, Tokens

if TYPE_CHECKING:
    from pathlib import Path

    from chatserver.reader.follower import Follower
    from chatserver.reader.guard import Asking, Guard
    from chatserver.settings import Settings

CHUNK_BYTES = 256 * 1024
CHUNK_WITHIN_S = 30.0
ARROW_STREAM = "application/vnd.apache.arrow.stream"
CONTENT_TYPES = {"parquet": "application/vnd.apache.parquet", "csv": "text/csv; charset=utf-8"}
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
MAX_PARAMETERS = 1_000

log = structlog.get_logger()


@dataclass(frozen=True)
class Desk:
    """What the handlers share. `people` runs people's SQL and exports, `tables` our own short questions."""

    settings: Settings
    tokens: Tokens
    follower: Follower
    people: Guard
    tables: Guard
    folder: Path
    limits: Limits
    export_limits: Limits


class SqlRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One statement; `parameters` fill its ? or $1 in order."""

    sql: str
    parameters: list[str | int | float | bool | None] = []


class Handler(RequestHandler):
    """A request. A ChatError raised anywhere becomes the answer that wire/errors.py gives it."""

    desk: Desk

    def initialize(self, desk: Desk) -> None:
        """Gets what the process shares."""
        self.desk = desk
        self.gone = asyncio.Event()

    def set_default_headers(self) -> None:
        """Answers are for their asker alone and are never pages."""
        self.set_header("Cache-Control", "no-store")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox")

    def prepare(self) -> None:
        """Refuses unknown hosts: a rebound DNS name would make a stranger's page same-origin."""
        host = self.request.host.lower()
        try:
            name = urlsplit(f"//{host}").hostname
        except ValueError:
            name = None
        if host not in self.desk.settings.hosts() and name not in LOOPBACK:
            raise HTTPError(421, "unknown host")

    def claim(self, *kinds: Kind) -> Claim:
        """Whose token it is. Raises Unauthenticated."""
        scheme, _, token = self.request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated("Send a token: “Authorization: Bearer …”.")
        return self.desk.tokens.parse(token.strip(), datetime.now(UTC), *kinds)

    def person(self) -> str:
        """Who is asking. Raises Unauthenticated."""
        return self.claim(Kind.CONSOLE, Kind.API).subject

    def on_connection_close(self) -> None:
        """Nobody waits for the answer any more."""
        self.gone.set()

    def send_json(self, value: Any) -> None:
        """Answers with JSON."""
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.finish(msgspec.json.encode(value))

    async def send_file(self, file: IO[bytes], content_type: str) -> None:
        """Sends the whole file, at the speed of the asker, and closes it."""
        with file:
            self.set_header("Content-Type", content_type)
            self.set_header("Content-Length", str(file.seek(0, 2)))
            file.seek(0)
            while chunk := file.read(CHUNK_BYTES):
                self.write(chunk)
                try:
                    async with asyncio.timeout(CHUNK_WITHIN_S):
                        await self.flush()
                except StreamClosedError:
                    return
                except TimeoutError:  # the file must not stay for one who does not read it
                    if self.request.connection is not None:
                        self.request.connection.stream.close()  # type: ignore[attr-defined]
                    return
        await self.finish()

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answers a failure as JSON."""
        error = kwargs.get("exc_info", (None, None))[1]
        if isinstance(error, ChatError):
            self.set_status(HTTP_STATUS[type(error)])
            if error.retry_after_s is not None:
                self.set_header("Retry-After", str(max(1, round(error.retry_after_s))))
        else:
            error = _of_status(status_code)
        self.send_json(error_frame(error))

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """Refusals are normal; the rest is logged with its trace but without the statement."""
        if isinstance(value, ChatError | HTTPError):
            return
        log.error(
            "request failed", method=self.request.method, path=self.request.path, exc_info=(typ, value, tb)
        )


class Sql(Handler):
    """POST /api/v1/sql."""

    async def post(self) -> None:
        """Runs one SELECT; the answer is an Arrow IPC stream."""
        person = self.person()
        try:
            asked = msgspec.json.decode(self.request.body, type=SqlRequest)
        except msgspec.MsgspecError as error:
            raise Invalid(f"The body is not understood: {error}.") from None
        if len(asked.parameters) > MAX_PARAMETERS:
            raise Invalid(f"There can be at most {MAX_PARAMETERS} parameters.")
        file = await self.desk.people.ask(
            person,
            lambda asking: answers.answer_sql(asking, self.desk.folder, asked.sql, asked.parameters),
            self.desk.limits,
            self.gone,
        )
        await self.send_file(file, ARROW_STREAM)


class Export(Handler):
    """GET /api/v1/export/{view}.{parquet|csv}."""

    async def get(self, view: str, format_: str) -> None:
        """All rows of a view that the person may see, as a file."""
        file = await self.desk.people.ask(
            self.person(),
            lambda asking: answers.answer_export(asking, self.desk.folder, view, format_),
            self.desk.export_limits,
            self.gone,
        )
        self.set_header("Content-Disposition", f'attachment; filename="{view}.{format_}"')
        await self.send_file(file, CONTENT_TYPES[format_])


class Chats(Handler):
    """GET /api/v1/chats."""

    async def get(self) -> None:
        """A page of ended chats."""
        person = self.person()
        arguments = {name: self.get_query_argument(name) for name in self.request.query_arguments}
        request = history.parse_history_request(arguments)
        page = await self.desk.tables.ask(
            person, lambda asking: history.answer_history(asking, request), self.desk.limits, self.gone
        )
        self.send_json(page)


class Transcript(Handler):
    """GET /api/v1/chats/{number}/messages."""

    async def get(self, number: str) -> None:
        """One chat, open or ended, and what was said in it."""
        page = await self.desk.tables.ask(
            self.person(),
            lambda asking: history.answer_transcript(asking, int(number)),
            self.desk.limits,
            self.gone,
        )
        self.send_json(page)


class ServiceLevel(Handler):
    """GET /api/v1/service-level."""

    async def get(self) -> None:
        """The last hour, by department."""

        def question(asking: Asking) -> list[dict[str, Any]]:
            asking.scope.check_has(Permission.SEE_BOARDS)
            return history.answer_service_level(asking)

        self.send_json(await self.desk.tables.ask(self.person(), question, self.desk.limits, self.gone))


class Views(Handler):
    """GET /api/v1/views."""

    async def get(self) -> None:
        """The published views and what they mean."""

        def question(asking: Asking) -> list[dict[str, Any]]:
            asking.scope.check_has(Permission.RUN_SQL)
            return [{"name": view.name, "description": view.description} for view in views.published()]

        self.send_json(await self.desk.tables.ask(self.person(), question, self.desk.limits, self.gone))


class Status(Handler):
    """GET /api/v1/status."""

    def get(self) -> None:
        """How far the copy is behind."""
        self.claim(Kind.CONSOLE, Kind.API, Kind.SERVICE)
        self.send_json(self.desk.follower.status())


class Health(Handler):
    """GET /healthz."""

    def get(self) -> None:
        """200 while it serves."""
        self.send_json({"ok": True, "connected": self.desk.follower.status().connected})


class Nothing(Handler):
    """Everything that has no handler."""

    def prepare(self) -> None:
        """Answers 404 whatever the method."""
        super().prepare()
        raise NotFound("There is nothing at this address.")


def routes(desk: Desk) -> list[URLSpec]:
    """All addresses."""
    shared = {"desk": desk}
    return [
        URLSpec(r"/api/v1/sql", Sql, shared),
        URLSpec(r"/api/v1/chats", Chats, shared),
        URLSpec(r"/api/v1/chats/([0-9]{1,15})/messages", Transcript, shared),
        URLSpec(r"/api/v1/export/([a-z_]{1,40})\.(parquet|csv)", Export, shared),
        URLSpec(r"/api/v1/service-level", ServiceLevel, shared),
        URLSpec(r"/api/v1/views", Views, shared),
        URLSpec(r"/api/v1/status", Status, shared),
        URLSpec(r"/healthz", Health, shared),
    ]


def _of_status(status: int) -> ChatError:
    if status == 421:
        return Invalid("This server does not answer to that host name. Use the address it was started with.")
    if status == 405:
        return NotAllowed("This address does not take that method.")
    if status < 500:
        return Invalid("This request is not understood.")
    return ChatError("Something went wrong on our side. It has been logged; please try again.")
