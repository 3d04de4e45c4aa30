"""A reader, put together: store, follower, guarded door, HTTP. Tests call `start` too, with a folder and port 0."""

import asyncio
import os
import socket
import sys
from dataclasses import dataclass

import structlog
from tornado.httpserver import HTTPServer
from tornado.web import Application

from chatserver import process
from chatserver.reader.answers import answers_folder
from chatserver.reader.follower import Follower
from chatserver.reader.guard import GaveUp, Guard
from chatserver.reader.limits import EXPORTS, Limits, limit_process_memory
from chatserver.reader.store import ReaderStore, ReaderStoreError
from chatserver.reader.web import Desk, Nothing, routes
from chatserver.settings import Settings, SettingsError, check_data_folder, load_secret
from chatserver.wire.tokens import Tokens

EXIT_CANNOT_START = 3  # the supervisor's code for: starting it again would not help
EXIT_COPY_FAILED = 4  # the copy could not be written; a restart tries again
EXIT_QUERY_WOULD_NOT_STOP = 5  # a restart is the cure

PEOPLE_WORKERS = 3
TABLES_WORKERS = 2
MAX_BODY_BYTES = 1024 * 1024
TELL_WITHIN_S = 0.5  # for answers to those who are asking, before the process ends

log = structlog.get_logger()


@dataclass
class Running:
    """A reader that serves. When `gave_up` is set or `following` ends, the process must end."""

    desk: Desk
    store: ReaderStore
    server: HTTPServer
    following: asyncio.Task[None]
    gave_up: GaveUp

    async def stop(self) -> None:
        """Refuses new work and closes the copy. Not for when a query would not stop: then only `os._exit` helps."""
        self.server.stop()
        self.following.cancel()
        await asyncio.gather(self.following, return_exceptions=True)
        self.desk.people.end()
        self.desk.tables.end()
        await self.server.close_all_connections()
        self.store.close()


async def start(
    settings: Settings,
    listener: socket.socket,
    limits: Limits | None = None,
    export_limits: Limits | None = None,
) -> Running:
    """Opens or makes the copy, follows the chat server, serves on the socket.

    Raises ReaderStoreError or SettingsError.
    """
    data = check_data_folder(settings.data)
    tokens = Tokens(load_secret(settings.data))
    store = ReaderStore.open(data)
    gave_up = GaveUp()
    follower = Follower(settings.chat_from_inside, tokens, store)
    desk = Desk(
        settings=settings,
        tokens=tokens,
        follower=follower,
        people=Guard(store, gave_up, workers=PEOPLE_WORKERS, one_each=True),
        tables=Guard(store, gave_up, workers=TABLES_WORKERS, one_each=False),
        folder=answers_folder(data),
        limits=limits or Limits(),
        export_limits=export_limits or EXPORTS,
    )
    application = Application(
        list(routes(desk)),
        default_handler_class=Nothing,
        default_handler_args={"desk": desk},
        cross_origin_protection=False,  # no cookie is read; a token must be sent with each request
        compress_response=False,
    )
    server = HTTPServer(
        application, max_body_size=MAX_BODY_BYTES, body_timeout=30, idle_connection_timeout=120
    )
    server.add_sockets([listener])
    following = asyncio.create_task(follower.run(), name="follower")
    log.info("serving", last_seq=store.place.seq)
    return Running(desk, store, server, following, gave_up)


async def serve(settings: Settings, listener: socket.socket) -> int:
    """Serves until told to stop; gives the exit code."""
    stop = process.stop_requested()
    try:
        running = await start(settings, listener)
    except (ReaderStoreError, SettingsError) as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_CANNOT_START
    limit_process_memory()
    process.announce_ready()
    waits = [asyncio.create_task(event.wait()) for event in (stop, running.gave_up.event)]
    await asyncio.wait({*waits, running.following}, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
    if running.gave_up.event.is_set():
        log.error("the reader ends, to be started again", reason=running.gave_up.reason)
        await asyncio.sleep(TELL_WITHIN_S)
        sys.stderr.flush()
        os._exit(
            EXIT_QUERY_WOULD_NOT_STOP
        )  # its thread cannot be ended otherwise; the copy survives, as from a kill
    failed = running.following.done()
    if failed:
        log.error("the reader's copy cannot be written", error=str(running.following.exception())[:300])
    await running.stop()
    return EXIT_COPY_FAILED if failed else 0
