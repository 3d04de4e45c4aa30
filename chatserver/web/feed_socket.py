"""The change feed for our own processes: a snapshot or a place to resume from, then everything in order."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from chatserver.domain.errors import Invalid
from chatserver.store import reading
from chatserver.web.base import utc_now
from chatserver.web.sockets import Socket, check_version
from chatserver.wire.feed_frames import FeedEvents, FeedWelcome, parse_feed_hello
from chatserver.wire.tokens import Kind

if TYPE_CHECKING:
    from chatserver.domain.desk import Desk

MAX_OUTBOX_BYTES = 256 * 1024 * 1024  # a snapshot of all open chats goes out in one frame
CLOSE_ENOUGH_EVENTS = 2_000  # the rest of the way is read while new events are held


class FeedSocket(Socket):
    """Speaks docs/protocol.md, “Followers”."""

    def outbox_limits(self) -> dict[str, int]:
        """Followers are our own and few; a snapshot is large."""
        return {"max_bytes": MAX_OUTBOX_BYTES}

    def hello(self, message: str | bytes) -> None:
        """From where does it follow?"""
        if self.ready:
            raise Invalid("hello was said already.")
        hello = parse_feed_hello(message)
        check_version(hello.v)
        self.site.tokens.parse(hello.token, utc_now(), Kind.SERVICE)
        self.ready = True
        if hello.after is None:
            self.site.hub.ask(lambda desk: (desk.last_seq, msgspec.json.encode(desk.state())), self._snapshot)
            return
        after, epoch = hello.after, self.site.store.epoch
        if (hello.epoch and hello.epoch != epoch) or after > self.site.hub.durable_seq:
            self.welcomed()
            self.outbox.send_struct(FeedWelcome(epoch, self.site.hub.durable_seq, reset=True))
            self.ready = False  # it says hello again, from the beginning
            return
        self.welcomed()
        self.outbox.send_struct(FeedWelcome(epoch, self.site.hub.durable_seq))
        self.site.spawn(self._catch_up(after))

    def frame(self, message: str | bytes) -> None:
        """A follower says nothing but hello."""
        self.hello(message)

    def _snapshot(self, found: tuple[int, bytes]) -> None:
        if self.outbox.closed:
            return
        self.welcomed()
        seq, state = found
        head = msgspec.json.encode(FeedWelcome(self.site.store.epoch, seq))
        subscription = self.site.deliveries.follow(self.outbox)
        self.outbox.send(head[:-1] + b',"state":' + state + b"}")
        subscription.release()

    async def _catch_up(self, after: int) -> None:
        """Reads the log up to close behind its head, then follows; what happens in between is held back."""
        sent = await self._send_pages(after, lambda: self.site.hub.durable_seq - CLOSE_ENOUGH_EVENTS)
        if self.outbox.closed:
            return

        def follow(seq: int) -> None:
            if self.outbox.closed:
                return
            subscription = self.site.deliveries.follow(self.outbox)

            async def finish() -> None:
                await self._send_pages(sent, lambda: seq)
                subscription.release()

            self.site.spawn(finish())

        def look(desk: Desk) -> int:
            return desk.last_seq

        self.site.hub.ask(look, follow)

    async def _send_pages(self, sent: int, until: Callable[[], int]) -> int:
        while sent < until() and not self.outbox.closed:
            limit = min(reading.PAGE_EVENTS, until() - sent)
            page = await self.site.store.read(reading.events_after, sent, limit)
            if not page:
                break
            sent = page[-1].seq
            self.outbox.send_struct(FeedEvents(page, self.site.hub.durable_seq))
            await self.outbox.drained()
        return sent

    def gone(self) -> None:
        """The follower is gone."""
        self.site.deliveries.remove(self.outbox)
