"""An agent's console without the page, against a real server."""

import asyncio
import random
from pathlib import Path

from chatserver.replay.agent import Agent
from chatserver.store import accounts
from chatserver.web.base import utc_now
from chatserver.web.sign_in import hash_password
from chatserver.wire.lines import Line
from tests.live import live_server

PASSWORD = "correct horse battery"


class ForgetfulListener:
    """Closes a chat's window at its end, while a question for its lines is still under way."""

    def __init__(self) -> None:
        self.got: list[int] = []
        self.has_one = asyncio.Event()
        self.ended = asyncio.Event()

    def agent_shows(self, agent: Agent, chat: int, line: Line) -> None:
        """The end closes the window."""
        if line.kind == "ended":
            agent.forget(chat)
            agent.command_resume(chat)
            self.ended.set()

    def agent_has(self, agent: Agent, chat: int) -> None:
        """Counts."""
        self.got.append(chat)
        self.has_one.set()

    def agent_lost(self, agent: Agent, chat: int) -> None:
        """Says nothing."""


async def test_lines_that_come_after_a_window_was_closed_do_not_open_it_again(tmp_path: Path) -> None:
    """Else a console would open and close an ended chat for ever, as fast as the server answers."""
    async with live_server(tmp_path) as server:
        hashed = await hash_password(PASSWORD)
        await server.site.store.run(accounts.save_password_hash, "ben", hashed, utc_now())
        listener = ForgetfulListener()
        agent = Agent(server.url, "ben", PASSWORD, listener, random.Random(1))
        agent.open()
        await asyncio.wait_for(agent.welcomed.wait(), 30)
        customer = await server.chatting()
        await asyncio.wait_for(listener.has_one.wait(), 30)

        customer.send("end")
        await asyncio.wait_for(listener.ended.wait(), 30)
        listener.ended.clear()
        await asyncio.sleep(0.5)  # whatever still comes, comes now

        assert not listener.ended.is_set()
        assert listener.got == [1]
        await agent.close()
