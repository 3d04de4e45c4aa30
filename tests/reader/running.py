"""A running reader behind a fake feed, and a browser-less client for it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from chatserver import supervisor
from chatserver.domain.events import Recorded
from chatserver.reader import app
from chatserver.reader.limits import Limits
from chatserver.settings import Settings, load_secret
from chatserver.wire.tokens import Kind, Tokens
from tests.reader.company import written_story
from tests.reader.fake_feed import FakeFeed

PATIENCE_S = 20.0


class LiveReader:
    """A reader that has followed everything. `url` is its base address."""

    def __init__(self, running: app.Running, url: str, feed: FakeFeed, http: httpx.AsyncClient) -> None:
        self.running = running
        self.url = url
        self.feed = feed
        self._http = http

    def token(self, person: str, kind: Kind = Kind.API, lifetime: timedelta = timedelta(minutes=5)) -> str:
        """A token of the site."""
        return self.running.desk.tokens.mint(kind, person, datetime.now(UTC), lifetime)

    async def ask(
        self, method: str, path: str, person: str = "", token: str = "", **more: Any
    ) -> httpx.Response:
        """A request as somebody; without person and token, as nobody."""
        given = token or (self.token(person) if person else "")
        headers = {**more.pop("headers", {}), **({"Authorization": f"Bearer {given}"} if given else {})}
        return await self._http.request(method, self.url + path, headers=headers, **more)


@contextlib.asynccontextmanager
async def live_reader(
    folder: Path, log: Sequence[Recorded] | None = None, limits: Limits | None = None
) -> AsyncIterator[LiveReader]:
    """Starts a reader on the folder and stops it in order."""
    feed = FakeFeed(written_story().log if log is None else log)
    feed.start()
    listener = supervisor.listen(0)
    listener.setblocking(False)
    url = f"http://localhost:{listener.getsockname()[1]}"
    Tokens(load_secret(str(folder)))
    settings = Settings(str(folder), feed.url, "http://localhost:1", url)
    running = await app.start(settings, listener, limits, limits)
    async with httpx.AsyncClient(timeout=PATIENCE_S) as http:
        reader = LiveReader(running, url, feed, http)
        try:
            async with asyncio.timeout(PATIENCE_S):
                while running.store.place.seq < len(feed.log):  # noqa: ASYNC110 -- nothing tells
                    await asyncio.sleep(0.01)
            yield reader
        finally:
            await running.stop()
            await feed.stop()
