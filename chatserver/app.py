"""A chat server, put together: the one place where its parts meet. Tests call `start` too, with a folder and port 0."""

import asyncio
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog
from tornado.httpserver import HTTPServer
from tornado.web import Application

from chatserver import web
from chatserver.articles.library import load_articles
from chatserver.articles.search import ArticleIndex
from chatserver.facts.geography import Geography
from chatserver.hub.delivery import Deliveries
from chatserver.hub.hub import Hub
from chatserver.hub.positions import Positions
from chatserver.hub.presence import Presence
from chatserver.hub.replay import desk_from
from chatserver.settings import Settings, check_data_folder, load_secret
from chatserver.store.store import Store
from chatserver.web.base import NoSuchPage, utc_now
from chatserver.web.routes import routes
from chatserver.web.site import Site
from chatserver.web.static_files import PublicFile
from chatserver.wire.limits import MAX_FRAME_BYTES
from chatserver.wire.tokens import Tokens

PING_INTERVAL_S = 5  # with the console's grace a silent console is gone within 15 s (R20: 20 s)
DRAIN_WITHIN_S = 5.0

log = structlog.get_logger()


@dataclass
class Running:
    """A chat server that serves. `failure` is done when its store has failed: the process must then end."""

    site: Site
    server: HTTPServer
    hub_task: asyncio.Task[None]

    @property
    def failure(self) -> asyncio.Task[None]:
        """Ends only by the store's error, or by `stop`."""
        return self.hub_task

    async def stop(self) -> None:
        """Refuses new work, sends the sockets away, writes what was taken, closes the store."""
        self.site.stopping = True
        self.server.stop()
        for outbox in list(self.site.outboxes):
            outbox.close(1001, "restarting", retry_ms=1000)
        self.site.presence.close()
        self.site.positions.close()
        if not self.hub_task.done():
            try:
                await asyncio.wait_for(self.site.hub.drain(), DRAIN_WITHIN_S)
            except TimeoutError:
                log.error("stopped before everything was told", within_s=DRAIN_WITHIN_S)
            self.hub_task.cancel()
        for task in (*self.site.tasks, self.hub_task):
            task.cancel()
        await asyncio.gather(*self.site.tasks, self.hub_task, return_exceptions=True)
        await self.server.close_all_connections()
        self.site.store.close()


async def start(
    settings: Settings, listener: socket.socket, clock: Callable[[], datetime] = utc_now
) -> Running:
    """Opens the data folder, replays the log and serves on the socket.

    Raises StoreError, SettingsError, ArticleError.
    """
    folder = check_data_folder(settings.data)
    store = Store.open(folder)
    try:
        desk = desk_from(store.replay())
        hub = Hub(desk, store, clock)
        deliveries = Deliveries(lambda: hub.organisation)
        presence = Presence(hub.tell)
        positions = Positions(hub, deliveries)
        hub.on_event += [deliveries.deliver, positions.note]
        hub.on_batch.append(deliveries.flush)
        site = Site(
            settings=settings,
            hub=hub,
            store=store,
            deliveries=deliveries,
            presence=presence,
            positions=positions,
            tokens=Tokens(load_secret(settings.data)),
            geography=Geography(Path(settings.geography)),
            articles=ArticleIndex(load_articles(Path(settings.articles)) if settings.articles else []),
            templates=Path(web.__file__).parent / "templates",
            static=Path(web.__file__).parent / "static",
        )
        server = HTTPServer(
            application(site), max_body_size=1024 * 1024, body_timeout=30, idle_connection_timeout=120
        )
    except BaseException:
        store.close()
        raise
    presence.expect_back(desk)
    hub_task = asyncio.create_task(hub.run(), name="hub")
    server.add_sockets([listener])
    log.info("serving", open_chats=len(desk.chats), last_seq=desk.last_seq)
    return Running(site, server, hub_task)


def application(site: Site) -> Application:
    """All routes and their limits."""
    return Application(
        routes(site),
        default_handler_class=NoSuchPage,
        default_handler_args={"site": site},
        template_path=str(site.templates),
        static_path=str(site.static),
        static_handler_class=PublicFile,
        websocket_ping_interval=PING_INTERVAL_S,
        websocket_max_message_size=4 * MAX_FRAME_BYTES,  # larger ones are refused by the parser, with words
        cross_origin_protection=False,  # forms check it themselves; the API reads no cookie but at one CORS address
        compress_response=True,
    )
