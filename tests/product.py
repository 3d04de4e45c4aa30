"""The whole product as a user starts it: `switchboard serve` in a process of its own."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx

READY_WITHIN_S = 120.0
AGAIN_WITHIN_S = 40.0


class Product:
    """A running `switchboard serve`."""

    def __init__(self, process: asyncio.subprocess.Process, ready: dict[str, Any]) -> None:
        self.process = process
        self.chat: str = ready["chat"]
        self.console: str = ready["console"]
        self.reader: str = ready["reader"]
        self.pids: dict[str, int] = ready["pids"]

    def kill(self, name: str) -> None:
        """Kills (-9) one of the three processes."""
        os.kill(self.pids[name], signal.SIGKILL)

    async def answers(self, url: str) -> httpx.Response:
        """The answer at the address, however long the process takes to be back."""
        deadline = asyncio.get_running_loop().time() + AGAIN_WITHIN_S
        async with httpx.AsyncClient(timeout=AGAIN_WITHIN_S) as client:
            while True:
                try:
                    return await client.get(url)
                except httpx.TransportError:
                    if asyncio.get_running_loop().time() > deadline:
                        raise
                    await asyncio.sleep(0.1)

    async def stop(self) -> int:
        """As Ctrl+C does; gives the exit code."""
        with contextlib.suppress(ProcessLookupError):
            self.process.terminate()
        return await asyncio.wait_for(self.process.wait(), 60)


async def start(folder: Path, *options: str) -> asyncio.subprocess.Process:
    """Starts the command; does not wait until it is ready."""
    arguments = ["-m", "chatserver", "serve", "--data", str(folder), *options]
    if "--port" not in options:
        arguments += ["--port", "0"]
    arguments += ["--dashboard-port", "0"]
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        limit=1024 * 1024,
    )


@contextlib.asynccontextmanager
async def product(folder: Path, *options: str) -> AsyncIterator[Product]:
    """A product that is ready; ended at the end."""
    process = await start(folder, *options)
    assert process.stdout is not None
    assert process.stderr is not None
    log: list[bytes] = []

    async def keep_log() -> None:
        assert process.stderr is not None
        log.extend([line async for line in process.stderr])

    logging = asyncio.create_task(keep_log())
    try:
        line = await asyncio.wait_for(process.stdout.readline(), READY_WITHIN_S)
        assert line, b"".join(log).decode()
        running = Product(process, json.loads(line))
        yield running
    finally:
        if process.returncode is None:
            process.terminate()
            await asyncio.wait_for(process.wait(), 60)
        logging.cancel()
