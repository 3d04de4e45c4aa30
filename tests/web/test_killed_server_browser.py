"""The chat server is killed in the middle of a chat: the page comes back by itself and nothing is lost (R30)."""

from __future__ import annotations

import subprocess
import sys
from typing import IO, TYPE_CHECKING

import msgspec
import pytest
from playwright.sync_api import expect

from chatserver import supervisor
from tests.live import settings_for
from tests.web.customer_page import CustomerPage, new_context
from tests.web.served_site import served_site

if TYPE_CHECKING:
    import socket
    from pathlib import Path

    from playwright.sync_api import Browser

    from chatserver.settings import Settings

pytestmark = pytest.mark.browser


class ChatProcess:
    """`python -m chatserver chat` on a socket that outlives it, as the supervisor starts it."""

    def __init__(self, settings: Settings, listener: socket.socket, log: IO[bytes]) -> None:
        raw = msgspec.json.encode(settings).decode()
        number = listener.fileno()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "chatserver", "chat", "--settings", raw, "--fd", str(number)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            pass_fds=[number],
        )
        assert self.process.stdout is not None
        assert b"ready" in self.process.stdout.readline()

    def kill(self) -> None:
        """As `kill -9` does; the test's end uses it, too."""
        self.process.kill()
        self.process.wait(10)
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()


def test_a_killed_server_loses_and_doubles_nothing(tmp_path: Path, browser: Browser) -> None:
    with served_site(tmp_path / "data"):
        pass  # founds the company
    listener = supervisor.listen(0)
    settings = settings_for(tmp_path / "data", listener.getsockname()[1])
    context = new_context(browser)
    with (tmp_path / "log").open("wb") as log:
        first = ChatProcess(settings, listener, log)
        customer = CustomerPage(context, settings.chat_url)
        customer.start("Question")
        customer.say("Before")
        customer.nothing_waits()
        first.kill()
        expect(customer.panel).to_contain_text("Reconnecting…")
        customer.say("While it was dead")
        customer.say("So was this")
        second = ChatProcess(settings, listener, log)
        customer.nothing_waits()
        customer.sees("Question", "Before", "While it was dead", "So was this")
        customer.page.reload()

        customer.sees("Question", "Before", "While it was dead", "So was this")
        customer.nothing_waits()
        context.close()
        second.kill()
    listener.close()
