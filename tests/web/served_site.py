"""A real chat server in a thread, for browser tests, which are plain functions."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from tests.live import LiveServer, live_server

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator
    from pathlib import Path

T = TypeVar("T")


class ServedSite:
    """`server` lives in another thread: `run` what touches it."""

    def __init__(self, server: LiveServer, loop: asyncio.AbstractEventLoop) -> None:
        self.server = server
        self.url = server.url
        self._loop = loop

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Runs work in the server's loop and waits for its result."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)


@contextmanager
def served_site(folder: Path, **settings: Any) -> Iterator[ServedSite]:
    """Starts a server of `tests.live` on the folder, and stops it in order."""
    started: Future[tuple[LiveServer, asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def serve() -> None:
        try:
            async with live_server(folder, **settings) as server:
                stop = asyncio.Event()
                started.set_result((server, asyncio.get_running_loop(), stop))
                await stop.wait()
        except BaseException as error:
            if not started.done():
                started.set_exception(error)
            raise

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    server, loop, stop = started.result(30)
    try:
        yield ServedSite(server, loop)
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(20)
