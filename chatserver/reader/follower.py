"""Follows the chat server's change feed into the reader's store: for ever, from wherever the store stands."""

import asyncio
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime

import duckdb
import msgspec
import structlog
from tornado.httpclient import HTTPError, HTTPRequest
from tornado.websocket import WebSocketClientConnection, WebSocketError, websocket_connect

from chatserver.reader.store import ReaderStore
from chatserver.wire.feed_frames import FeedEvents, FeedHello, FeedWelcome, parse_feed_frame
from chatserver.wire.limits import MAX_FEED_FRAME_BYTES, PROTOCOL_VERSION
from chatserver.wire.tokens import SERVICE_LIFETIME, Kind, Tokens

FIRST_PAUSE_S = 0.25
MAX_PAUSE_S = 5.0
CONNECT_WITHIN_S = 10.0
PING_INTERVAL_S = 10  # a chat server that vanished without a word is noticed

log = structlog.get_logger()


class FeedStatus(msgspec.Struct, frozen=True):
    """How far the copy is: last event held, newest known to exist, seconds for which it has not been level."""

    seq: int
    head: int
    lag_s: float
    connected: bool


class Follower:
    """One connection at a time to the feed. `run` ends only by being cancelled, or by an error of the store."""

    def __init__(
        self, chat_url: str, tokens: Tokens, store: ReaderStore, clock_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._url = chat_url.replace("http", "ws", 1) + "/ws/feed"
        self._tokens = tokens
        self._store = store
        self._clock_s = clock_s
        self._head = store.place.seq
        self._connected = False
        self._behind_since_s: float | None = clock_s()

    def status(self) -> FeedStatus:
        """How far the copy is now. While the chat server is away, the lag grows: nobody can tell what it missed."""
        seq = self._store.place.seq
        since_s = self._behind_since_s
        lag_s = 0.0 if since_s is None else round(self._clock_s() - since_s, 3)
        return FeedStatus(seq, max(self._head, seq), lag_s, self._connected)

    async def run(self) -> None:
        """Follows, and comes back after each loss. Raises duckdb.Error when the copy cannot be written."""
        pause_s = FIRST_PAUSE_S
        while True:
            before = self._store.place
            try:
                await self._follow()
            except duckdb.Error:
                raise
            except (
                OSError,
                HTTPError,
                WebSocketError,
                TimeoutError,
                ValueError,
                msgspec.DecodeError,
            ) as error:
                log.warning("the feed broke off", error=f"{type(error).__name__}: {error}"[:300])
            finally:
                self._connected = False
                self._note_level()
            pause_s = FIRST_PAUSE_S if self._store.place != before else min(MAX_PAUSE_S, pause_s * 2)
            await asyncio.sleep(pause_s * random.uniform(0.5, 1.0))  # noqa: S311 -- spreads readers, keeps no secret

    async def _follow(self) -> None:
        request = HTTPRequest(self._url, connect_timeout=CONNECT_WITHIN_S)
        connection = await websocket_connect(
            request, max_message_size=MAX_FEED_FRAME_BYTES, ping_interval=PING_INTERVAL_S
        )
        try:
            await self._say_hello(connection)
            while (raw := await connection.read_message()) is not None:
                frame = parse_feed_frame(raw)
                if isinstance(frame, FeedEvents):
                    self._head = max(self._head, frame.head)
                    self._note_level()
                    await self._store.apply(frame.events)
                elif frame.reset:
                    log.warning("the feed is of another database; beginning anew")
                    await self._store.reset(frame.epoch)
                    self._head = frame.seq
                    await self._say_hello(connection)
                else:
                    await self._welcomed(frame)
                self._note_level()
        finally:
            connection.close()

    async def _welcomed(self, welcome: FeedWelcome) -> None:
        if self._store.place.epoch != welcome.epoch:  # a new copy learns whose it is
            await self._store.reset(welcome.epoch)
        self._head = welcome.seq
        self._connected = True

    async def _say_hello(self, connection: WebSocketClientConnection) -> None:
        token = self._tokens.mint(Kind.SERVICE, "reader", datetime.now(UTC), SERVICE_LIFETIME)
        place = self._store.place
        hello = FeedHello(PROTOCOL_VERSION, token, place.seq, place.epoch)
        await connection.write_message(msgspec.json.encode(hello))

    def _note_level(self) -> None:
        """Keeps since when the copy is not level, if it is not."""
        if self._connected and self._store.place.seq >= self._head:
            self._behind_since_s = None
        elif self._behind_since_s is None:
            self._behind_since_s = self._clock_s()
