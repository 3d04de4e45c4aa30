"""A chat server in a process of its own, on a socket that outlives it: it can be killed and started again."""

import asyncio
import os
import signal
import socket
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import msgspec

from chatserver import supervisor
from chatserver.sample_data.company import load_company
from chatserver.sample_data.dialogues import load_dialogues
from chatserver.sample_data.history import generate
from chatserver.sample_data.install import write_sample
from chatserver.settings import Settings
from chatserver.store.store import Store

READY_WITHIN_S = 30.0


class ChatProcess:
    """`async with ChatProcess(folder) as chat:` then `chat.url`; `kill()` is kill -9, `start()` starts it again."""

    def __init__(self, folder: Path) -> None:
        self.listener = supervisor.listen(0)
        port = self.listener.getsockname()[1]
        self.url = f"http://localhost:{port}"
        self.settings = Settings(
            data=str(folder),
            chat_url=self.url,
            console_url="http://localhost:1",
            reader_url="http://localhost:2",
            trusted_proxies=("127.0.0.0/8", "::1/128"),
            relaxed_loopback=True,
            sample=True,
        )
        self.process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.kill()
        await self.gone()
        self.listener.close()

    async def start(self) -> None:
        """Starts it, and waits until it serves."""
        fd = self.listener.fileno()
        os.set_inheritable(fd, True)
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            *(
                "-m",
                "chatserver",
                "chat",
                "--settings",
                msgspec.json.encode(self.settings).decode(),
                "--fd",
                str(fd),
            ),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            pass_fds=(fd,),
        )
        assert self.process.stdout is not None
        line = await asyncio.wait_for(self.process.stdout.readline(), READY_WITHIN_S)
        assert b"ready" in line, "the chat server did not start; its messages are above"

    def kill(self) -> None:
        """Kill -9."""
        if self.process is not None and self.process.returncode is None:
            self.process.send_signal(signal.SIGKILL)

    async def gone(self) -> None:
        """Waits until the process is no more."""
        if self.process is not None:
            await self.process.wait()


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


async def sample_chat_process(folder: Path) -> ChatProcess:
    """Not started yet, with the sample company and a day of its chats in the folder."""
    company, now = load_company(), datetime.now(UTC)
    store = Store.open(folder)
    try:
        await write_sample(
            store, company, list(generate(company, load_dialogues(), now, seed=1, days=1)), now
        )
    finally:
        store.close()
    return ChatProcess(folder)
