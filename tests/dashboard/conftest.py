"""A live console in a thread of its own, for tests that drive a browser."""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Generic, TypeVar

import pytest
from playwright._impl._api_structures import SetCookieParam
from playwright.sync_api import Browser, Locator, Page, expect
from playwright.sync_api import TimeoutError as Late

from tests.dashboard.live_console import LiveConsole, live_console

T = TypeVar("T")
L = TypeVar("L")
PATIENCE_S = 30.0
ARTICLES = Path(__file__).parents[2] / "chatserver" / "sample_data" / "articles"


class Threaded(Generic[L]):
    """Servers whose loop is in a thread; `run` has something done there and waits for it."""

    def __init__(self, live: L, loop: asyncio.AbstractEventLoop) -> None:
        self.live = live
        self._loop = loop

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of the work."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE_S)


@contextlib.contextmanager
def in_thread(make: Callable[[], AbstractAsyncContextManager[L]]) -> Iterator[Threaded[L]]:
    """What `make` starts, started in a thread with a loop of its own."""
    ready, done = threading.Event(), asyncio.Event()
    found: list[Threaded[L]] = []

    async def serve() -> None:
        async with make() as live:
            found.append(Threaded(live, asyncio.get_running_loop()))
            ready.set()
            await done.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert ready.wait(PATIENCE_S)
    yield found[0]
    found[0]._loop.call_soon_threadsafe(done.set)
    thread.join(PATIENCE_S)


@pytest.fixture
def threaded(tmp_path: Path) -> Iterator[Threaded[LiveConsole]]:
    """A chat server and a console with the company of live_console.py."""
    with in_thread(lambda: live_console(tmp_path, articles=str(ARTICLES))) as running:
        yield running


def session_cookie(value: str) -> SetCookieParam:
    """The sign-in as a browser keeps it."""
    return {
        "name": "switchboard_session", "value": value, "domain": "localhost", "path": "/",
        "httpOnly": True, "sameSite": "Lax",
    }  # fmt: skip


@pytest.fixture
def open_console(threaded: Threaded[LiveConsole], browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens the console as a person, on a page of their own; what it asks of other hosts fails the test."""
    contexts = []
    outside: list[str] = []

    def open_as(person_id: str, path: str = "/", width: int = 1440, height: int = 900) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height})
        contexts.append(context)
        cookie = threaded.run(threaded.live.cookie(person_id))
        context.add_cookies([session_cookie(cookie)])
        page = context.new_page()
        page.set_default_timeout(PATIENCE_S * 1000)
        page.on(
            "request",
            lambda request: (
                outside.append(request.url)
                if "//localhost" not in request.url and request.url.startswith(("http", "ws"))
                else None
            ),
        )
        page.goto(threaded.live.console_url + path)
        page.locator(".availability.on, .availability.away").wait_for()
        return page

    yield open_as
    for context in contexts:
        context.close()
    assert not outside, f"The console asked other hosts: {outside[:5]}"


def choose(page: Page, field: Locator, option: str) -> None:
    """Chooses from a Material select of the open dialog; again when its list was drawn anew under the click."""
    for _ in range(5):
        field.click()
        try:
            page.get_by_role("menuitem", name=option).click(timeout=5_000)
            expect(page.get_by_role("dialog")).to_contain_text(option, timeout=3_000)
        except Late:  # the list is still that of the last choice
            page.keyboard.press("Escape")
        except AssertionError:
            continue
        else:
            return
    raise AssertionError(f"{option!r} could not be chosen")
