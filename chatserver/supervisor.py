"""Starts the three processes, restarts what dies, and takes them along when it ends.

The listening sockets are opened here, once, and inherited: ports are kept over restarts, and a client that connects
while a process restarts waits in the backlog instead of being refused.
"""

import asyncio
import contextlib
import json
import os
import socket
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec
import structlog

from chatserver.settings import Settings

READY_WITHIN_S = 60.0
STOP_WITHIN_S = 15.0
MAX_PAUSE_S = 15.0
STEADY_S = 30.0  # who ran that long was not in a crash loop
BACKLOG = 1024

# Exit codes by which a process says that starting it again would not help.
EXIT_CANNOT_START = 3

log = structlog.get_logger()


class SupervisorError(Exception):
    """The product cannot be started; the message says why and what to do."""


@dataclass
class Child:
    """One process: how to start it, and how it fares."""

    name: str
    arguments: Sequence[str]
    listener: socket.socket | None = None
    process: asyncio.subprocess.Process | None = None
    output: asyncio.Task[None] | None = None  # reads its standard output; kept, or it might be collected
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    started_s: float = 0.0
    pause_s: float = 0.5

    @property
    def pid(self) -> int:
        """The process's id, 0 while there is none."""
        return self.process.pid if self.process else 0


def listen(port: int, host: str = "127.0.0.1") -> socket.socket:
    """A listening socket on the port (0: any free). Raises SupervisorError when it is taken."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OverflowError:
        listener.close()
        raise SupervisorError(f"{port} is no port: a port is a number from 0 to 65535.") from None
    except OSError as error:
        listener.close()
        raise SupervisorError(
            f"Port {port} on {host} cannot be used ({error.strerror}). Is Switchboard running already? Choose another "
            "one with --port or --dashboard-port (0 takes any free one)."
        ) from None
    listener.set_inheritable(True)
    return listener


class Supervisor:
    """Runs the children until `stop` is set."""

    def __init__(self, children: Sequence[Child], stop: asyncio.Event) -> None:
        self.children = list(children)
        self._stop = stop
        self._given_up: str = ""

    async def run(self, announce: "asyncio.Future[None] | None" = None) -> int:
        """Starts all, in order, each when the one before is ready; then watches. Returns the exit code."""
        watchers: list[asyncio.Task[None]] = []
        try:
            for child in self.children:
                watchers.append(asyncio.create_task(self._watch(child), name=child.name))
                if not await self._first_ready(child):
                    return EXIT_CANNOT_START if self._given_up else 0
            if announce is not None and not announce.done():
                announce.set_result(None)
            await self._stop.wait()
            return EXIT_CANNOT_START if self._given_up else 0
        finally:
            self._stop.set()
            await self._end_all()
            for watcher in watchers:
                watcher.cancel()
            await asyncio.gather(*watchers, return_exceptions=True)

    async def _first_ready(self, child: Child) -> bool:
        ready = asyncio.create_task(child.ready.wait())
        stopped = asyncio.create_task(self._stop.wait())
        await asyncio.wait({ready, stopped}, timeout=READY_WITHIN_S, return_when=asyncio.FIRST_COMPLETED)
        for task in (ready, stopped):
            task.cancel()
        if not child.ready.is_set() and not self._stop.is_set():
            self._given_up = (
                f"{child.name} did not become ready within {READY_WITHIN_S:.0f} s; its messages are above."
            )
            log.error("giving up", child=child.name, reason=self._given_up)
        return child.ready.is_set()

    async def _watch(self, child: Child) -> None:
        while not self._stop.is_set():
            await self._start(child)
            assert child.process is not None  # noqa: S101 -- made by _start
            code = await child.process.wait()
            child.ready.clear()
            if self._stop.is_set():
                return
            if code == EXIT_CANNOT_START:
                self._given_up = child.name
                self._stop.set()
                return
            ran_s = time.monotonic() - child.started_s
            child.pause_s = 0.2 if ran_s > STEADY_S else min(MAX_PAUSE_S, child.pause_s * 2)
            log.warning(
                "process ended; starting it again", child=child.name, code=code, pause_s=child.pause_s
            )
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), child.pause_s)

    async def _start(self, child: Child) -> None:
        arguments = list(child.arguments)
        fds: tuple[int, ...] = ()
        if child.listener is not None:
            arguments += ["--fd", str(child.listener.fileno())]
            fds = (child.listener.fileno(),)
        child.started_s = time.monotonic()
        child.process = await asyncio.create_subprocess_exec(
            sys.executable,
            *arguments,
            stdin=asyncio.subprocess.PIPE,  # its end tells the child that we are gone, however we went
            stdout=asyncio.subprocess.PIPE,
            pass_fds=fds,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        child.output = asyncio.create_task(self._read_ready(child, child.process))

    async def _read_ready(self, child: Child, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None  # noqa: S101 -- asked for above
        async for line in process.stdout:
            with contextlib.suppress(ValueError):
                if json.loads(line).get("ready"):
                    child.ready.set()

    async def _end_all(self) -> None:
        """Last started ends first; the chat server last, so that the others do not see it go."""
        for child in reversed(self.children):
            process = child.process
            if process is None or process.returncode is not None:
                continue
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            try:
                await asyncio.wait_for(process.wait(), STOP_WITHIN_S)
            except TimeoutError:
                log.error("process did not stop; killing it", child=child.name)
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()


def three_processes(
    settings: Settings, chat: socket.socket, reader: socket.socket, console: socket.socket
) -> list[Child]:
    """Chat server, reader and dashboard, in the order in which they need each other."""
    raw = msgspec.json.encode(settings).decode()
    return [
        Child("chat", ["-m", "chatserver", "chat", "--settings", raw], chat),
        Child("reader", ["-m", "chatserver", "reader", "--settings", raw], reader),
        Child("console", ["-m", "dashboard", "--settings", raw], console),
    ]
