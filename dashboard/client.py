"""All that this process asks of others: feed, commands and sessions of the chat server, history of the reader."""

import asyncio
import contextlib
import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import httpx
import msgspec
import structlog
from msgspec import Struct
from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from chatserver.domain.desk import Desk
from chatserver.domain.errors import ChatError
from chatserver.wire.feed_frames import FeedEvents, FeedHello, FeedWelcome, parse_feed_frame
from chatserver.wire.limits import MAX_FEED_FRAME_BYTES, PROTOCOL_VERSION
from chatserver.wire.tokens import SERVICE_LIFETIME, Kind, Tokens
from dashboard.model import Connection, Model

MIN_PAUSE_S = 0.25
MAX_PAUSE_S = 5.0
SILENCE_S = 20.0  # longer than the socket's own pings take to find a dead peer
TIMEOUT_S = 10.0

log = structlog.get_logger()


class Session(Struct, frozen=True):
    """Who a sign-in cookie belongs to, with a console token of theirs."""

    person_id: str
    token: str
    expires_in_s: int


class Refused(Exception):
    """The other side said no, or could not be reached; `message` is for the person who asked."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Client:
    """The connections of one dashboard process."""

    def __init__(self, chat_url: str, reader_url: str, tokens: Tokens, model: Model) -> None:
        self._chat_url = chat_url
        self._reader_url = reader_url
        self._tokens = tokens
        self._model = model
        self._http = httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False)

    # --- the feed ---

    async def follow(self) -> None:
        """Follows the change feed for ever; comes back by itself, from where it was."""
        pause_s = MIN_PAUSE_S
        while True:
            try:
                if await self._follow_once():
                    pause_s = MIN_PAUSE_S
            except (OSError, httpx.HTTPError, msgspec.DecodeError, ConnectionError) as error:
                log.info("feed lost", reason=type(error).__name__)
            except Exception:  # following must never end: whatever it was, begin anew from a snapshot
                log.exception("feed failed; starting over")
                self._model.epoch = ""
            if self._model.connection is Connection.LIVE:
                self._model.set_connection(Connection.LOST)
            await asyncio.sleep(pause_s * (0.5 + random.random()))  # noqa: S311 -- jitter
            pause_s = min(MAX_PAUSE_S, pause_s * 2)

    async def _follow_once(self) -> bool:
        url = self._chat_url.replace("http", "ws", 1) + "/ws/feed"
        request = HTTPRequest(url, connect_timeout=TIMEOUT_S)
        socket = await websocket_connect(
            request,
            max_message_size=MAX_FEED_FRAME_BYTES,
            ping_interval=SILENCE_S / 2,
            ping_timeout=SILENCE_S / 2,
        )
        was_live = False
        try:
            after = self._model.desk.last_seq if self._model.epoch else None
            await self._hello(socket, after, self._model.epoch)
            while (raw := await socket.read_message()) is not None:
                if b'"t":"bye"' in (raw if isinstance(raw, bytes) else raw.encode())[:64]:
                    break
                frame = parse_feed_frame(raw)
                if isinstance(frame, FeedEvents):
                    self._model.apply(frame.events)
                elif not await self._welcome(socket, frame):
                    continue
                was_live = True
                self._model.set_connection(Connection.LIVE)
        finally:
            await _closed(socket)
        return was_live

    async def _welcome(self, socket: WebSocketClientConnection, frame: FeedWelcome) -> bool:
        """Takes the answer to hello; False when hello had to be said again."""
        if frame.reset:
            self._model.epoch = ""
            await self._hello(socket, None, "")
            return False
        if frame.state is not None:
            self._model.replace(Desk.from_state(frame.state), frame.epoch)
        return True

    async def _hello(self, socket: WebSocketClientConnection, after: int | None, epoch: str) -> None:
        hello = FeedHello(PROTOCOL_VERSION, self._service_token(), after, epoch)
        await socket.write_message(msgspec.json.encode(hello).decode())

    def _service_token(self) -> str:
        return self._tokens.mint(Kind.SERVICE, "dashboard", datetime.now(UTC), SERVICE_LIFETIME)

    # --- the chat server ---

    async def find_session(self, cookie: str) -> Session | None:
        """The session that belongs to a sign-in cookie; None when there is none. Raises Refused when nobody answers."""
        answer = await self._ask(
            lambda: self._http.post(
                f"{self._chat_url}/api/v1/session",
                content=msgspec.json.encode({"session": cookie}),
                headers=_bearer(self._service_token()),
            )
        )
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            return None
        return msgspec.json.decode(_checked(answer), type=Session)

    async def command(self, token: str, frame: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Gives a command as the token's person; the result for each chat. Raises Refused."""
        answer = await self._ask(
            lambda: self._http.post(
                f"{self._chat_url}/api/v1/command", content=msgspec.json.encode(frame), headers=_bearer(token)
            )
        )
        done = msgspec.json.decode(_checked(answer), type=dict[str, Any])
        results: list[dict[str, Any]] = done.get("results", [])
        return results

    # --- the reader ---

    async def ended_chats(self, token: str, **choice: str | int) -> tuple[int, list[dict[str, Any]]]:
        """(how many there are, one page of them) of ended chats that the person may see. Raises Refused."""
        answer = await self._ask(
            lambda: self._http.get(f"{self._reader_url}/api/v1/chats", params=choice, headers=_bearer(token))
        )
        found = msgspec.json.decode(_checked(answer), type=dict[str, Any])
        return int(found["total"]), list(found["rows"])

    async def transcript(self, token: str, chat_id: int) -> dict[str, Any]:
        """`chat` and `lines` of a chat, however long ago. Raises Refused."""
        answer = await self._ask(
            lambda: self._http.get(
                f"{self._reader_url}/api/v1/chats/{chat_id}/messages", headers=_bearer(token)
            )
        )
        return msgspec.json.decode(_checked(answer), type=dict[str, Any])

    async def _ask(self, send: Callable[[], Any]) -> httpx.Response:
        try:
            answer: httpx.Response = await send()
        except httpx.HTTPError:
            raise Refused("busy", "The server does not answer just now. Try again in a moment.") from None
        return answer

    async def close(self) -> None:
        """Ends the HTTP connections."""
        await self._http.aclose()


async def _closed(socket: WebSocketClientConnection) -> None:
    """Closes it in order, but does not wait long for one that does not answer."""
    socket.close()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(1):
            while await socket.read_message() is not None:
                pass


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _checked(answer: httpx.Response) -> bytes:
    if answer.is_success:
        return answer.content
    try:
        error = msgspec.json.decode(answer.content, type=dict[str, Any])
    except msgspec.DecodeError:
        error = {}
    code = str(error.get("code", ChatError.code))
    raise Refused(
        code, str(error.get("message", f"The server could not do that (status {answer.status_code})."))
    )
