"""What each of our processes does alike: logs, the inherited socket, the ready line, an orderly end."""

import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable

import msgspec
import structlog

if sys.platform != "win32":
    import uvloop


def configure_logging(process: str) -> None:
    """JSON lines on standard error, each with the process's name. Bodies and tokens are never logged."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(process=process)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(name)s: %(message)s")
    for handler in logging.getLogger().handlers:
        handler.setLevel(logging.WARNING)  # some libraries set their own loggers lower
    logging.getLogger("tornado.access").setLevel(logging.ERROR)  # addresses of requests may hold search words


def listening_socket(fd: int) -> socket.socket:
    """The socket that the supervisor opened and passed on."""
    found = socket.socket(fileno=fd)
    found.setblocking(False)
    return found


def announce_ready() -> None:
    """Tells the supervisor, by one line on standard output, that requests are served now."""
    sys.stdout.write(msgspec.json.encode({"ready": True}).decode() + "\n")
    sys.stdout.flush()


def stop_requested(*, watch_stdin: bool = True) -> asyncio.Event:
    """An event that is set by SIGTERM, SIGINT, or the end of standard input (the supervisor is gone)."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if watch_stdin and not sys.stdin.isatty():
        fd = sys.stdin.fileno()

        def read() -> None:
            if not os.read(fd, 1024):
                loop.remove_reader(fd)
                stop.set()

        with contextlib.suppress(OSError):  # /dev/null or a file: no supervisor to watch
            loop.add_reader(fd, read)
    return stop


def run(main: Callable[[], Awaitable[int]]) -> int:
    """Runs `main` on uvloop where there is one; returns its exit code."""

    async def body() -> int:
        return await main()

    if sys.platform == "win32":
        return asyncio.run(body())
    return uvloop.run(body())
