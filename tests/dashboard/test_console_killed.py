"""The console's process is expendable: customers and chats notice nothing, and pages come back by themselves."""

import contextlib
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from socket import socket

import msgspec
import pytest
from playwright.sync_api import Browser, expect

from chatserver import app, supervisor
from chatserver.domain import commands as c
from chatserver.domain.chat import Customer
from chatserver.settings import Settings
from chatserver.store import accounts
from chatserver.web.base import utc_now
from chatserver.web.site import Site
from tests.dashboard.conftest import in_thread, session_cookie
from tests.dashboard.live_console import found_company, settings_for


@dataclass
class ChatServer:
    """A chat server, and the socket that a console may inherit."""

    site: Site
    settings: Settings
    listener: socket

    async def cookie(self) -> str:
        """A sign-in of Bob."""
        return await self.site.store.run(lambda cursor: accounts.open_sign_in(cursor, "bob", utc_now()))

    async def start_chat(self, visitor: str) -> None:
        """A customer comes to Bob's department."""
        command = c.StartChat(
            visitor, "start-0001", "sales", Customer(name=visitor), "Hello, my bell is broken."
        )
        await self.site.hub.request(command)

    def start_console(self) -> subprocess.Popen[bytes]:
        """The console's process, ready to serve."""
        arguments = [
            "--settings",
            msgspec.json.encode(self.settings).decode(),
            "--fd",
            str(self.listener.fileno()),
        ]
        process = subprocess.Popen(
            [sys.executable, "-m", "dashboard", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=(self.listener.fileno(),),
        )
        assert process.stdout
        assert b"ready" in process.stdout.readline()
        return process


@contextlib.asynccontextmanager
async def chat_server(folder: Path) -> AsyncIterator[ChatServer]:
    """The chat server alone."""
    chat, own = supervisor.listen(0), supervisor.listen(0)
    chat.setblocking(False)
    chat_url, console_url = (f"http://localhost:{listener.getsockname()[1]}" for listener in (chat, own))
    settings = settings_for(folder, chat_url, console_url)
    running = await app.start(settings, chat)
    try:
        await found_company(running.site)
        yield ChatServer(running.site, settings, own)
    finally:
        await running.stop()
        own.close()


def end(process: subprocess.Popen[bytes]) -> None:
    """Kills it at once and waits until it is gone."""
    process.kill()
    process.communicate()


@pytest.mark.browser
@pytest.mark.timeout(180)
def test_pages_come_back_by_themselves_and_no_chat_is_handed_off(tmp_path: Path, browser: Browser) -> None:
    """R20: presence is the page's own socket to the chat server, so the agent stays signed in meanwhile."""
    with in_thread(lambda: chat_server(tmp_path)) as server:
        console = server.live.start_console()
        context = browser.new_context(viewport={"width": 1200, "height": 800})
        context.add_cookies([session_cookie(server.run(server.live.cookie()))])
        page = context.new_page()
        page.goto(server.live.settings.console_url)
        page.locator(".availability.on").wait_for()
        server.run(server.live.start_chat("vera"))
        expect(page.locator(".table")).to_have_attribute("aria-rowcount", "2", timeout=10_000)
        page.evaluate("window.before = true")

        end(console)
        expect(page.locator(".banner")).to_be_visible(timeout=10_000)
        desk = server.live.site.hub._desk
        assert desk.duties["bob"].online
        assert [chat.person_id for chat in desk.chats.values()] == ["bob"]
        console = server.live.start_console()

        page.wait_for_function("window.before === undefined", timeout=60_000)
        expect(page.locator(".table")).to_have_attribute("aria-rowcount", "2", timeout=30_000)
        server.run(server.live.start_chat("sue"))
        expect(page.locator(".table")).to_have_attribute("aria-rowcount", "3", timeout=10_000)
        context.close()
        end(console)
