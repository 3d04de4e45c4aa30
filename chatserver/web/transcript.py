"""Lines that a page has missed, read from disk and sent before those that happen meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chatserver.store import reading
from chatserver.wire.visitor_frames import Lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from chatserver.domain.events import Recorded
    from chatserver.domain.organisation import Organisation
    from chatserver.hub.delivery import Subscription
    from chatserver.web.outbox import Outbox
    from chatserver.web.site import Site
    from chatserver.wire.lines import Line

PAGE_LINES = 200


def send_lines(
    site: Site,
    outbox: Outbox,
    subscription: Subscription,
    chat_id: int,
    *,
    after: int,
    until: int,
    render: Callable[[Recorded, Organisation], Line],
    name_chat: bool,
) -> None:
    """Sends lines after `after` up to `until`, all durable, then releases the subscription."""

    async def read() -> None:
        sent = after
        while sent < until and not outbox.closed:
            page = await site.store.read(reading.lines_of_chat, chat_id, sent, PAGE_LINES)
            if not page:
                break
            lines = tuple(render(item, site.organisation) for item in page)
            sent = lines[-1].n
            outbox.send_struct(Lines(lines, chat_id if name_chat else 0))
            await outbox.drained()
        subscription.release()

    if after >= until:
        subscription.release()
    else:
        site.spawn(read())
