"""What the web handlers share: one object, made by app.py and handed to each of them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import structlog

from chatserver.web import throttle
from chatserver.web.throttle import Throttle

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from pathlib import Path

    from chatserver.articles.search import ArticleIndex
    from chatserver.domain.organisation import Organisation
    from chatserver.facts.geography import Geography
    from chatserver.hub.delivery import Deliveries
    from chatserver.hub.hub import Hub
    from chatserver.hub.positions import Positions
    from chatserver.hub.presence import Presence
    from chatserver.settings import Settings
    from chatserver.store.store import Store
    from chatserver.web.outbox import Outbox
    from chatserver.wire.tokens import Tokens

log = structlog.get_logger()


@dataclass
class Site:
    """The parts of a running chat server, as its handlers need them."""

    settings: Settings
    hub: Hub
    store: Store
    deliveries: Deliveries
    presence: Presence
    positions: Positions
    tokens: Tokens
    geography: Geography
    articles: ArticleIndex
    templates: Path
    static: Path
    outboxes: set[Outbox] = field(default_factory=set)  # open sockets, to be told when the server stops
    stopping: bool = False
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    new_sockets: Throttle = field(default_factory=lambda: Throttle(throttle.SOCKETS, "connections"))
    new_chats: Throttle = field(default_factory=lambda: Throttle(throttle.STARTS, "new chats"))
    sign_ins: Throttle = field(default_factory=lambda: Throttle(throttle.SIGN_INS, "attempts to sign in"))
    account_sign_ins: Throttle = field(
        default_factory=lambda: Throttle(throttle.ACCOUNT_SIGN_INS, "attempts to sign in")
    )

    @property
    def organisation(self) -> Organisation:
        """Names for lines that are being sent."""
        return self.hub.organisation

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Runs work that nobody waits for, and keeps it from being collected."""
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self.tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("background work failed", exc_info=error)

    @property
    def hosts(self) -> frozenset[str]:
        """Host headers that we answer to."""
        return self.settings.hosts()

    def __post_init__(self) -> None:
        """Networks whose X-Forwarded-For is believed. Raises SettingsError."""
        self.trusted_proxies = self.settings.proxy_networks()
