"""Several readers of one console wait for the same outbox."""

import asyncio
from typing import Any

from chatserver.web.outbox import Outbox


class SlowStream:
    """Takes what is written when it is told to."""

    def __init__(self) -> None:
        self.written: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def write(self, data: bytes) -> "asyncio.Future[None]":
        return self.written


class SlowSocket:
    """A handler whose client has not taken anything yet."""

    def __init__(self) -> None:
        self.stream = SlowStream()
        self.ws_connection = self


async def test_everybody_who_waits_for_the_outbox_is_told_when_it_is_empty() -> None:
    """A console that comes back opens all its chats at once: one that is not told holds its lines for ever."""
    handler: Any = SlowSocket()
    outbox = Outbox(handler)
    outbox.send(b"lines")
    waiting = [asyncio.create_task(outbox.drained()) for _ in range(3)]
    await asyncio.sleep(0.01)
    assert not any(task.done() for task in waiting)

    handler.stream.written.set_result(None)

    await asyncio.wait_for(asyncio.gather(*waiting), 1)


async def test_one_who_stops_waiting_does_not_take_the_others_along() -> None:
    handler: Any = SlowSocket()
    outbox = Outbox(handler)
    outbox.send(b"lines")
    first, second = (asyncio.create_task(outbox.drained()) for _ in range(2))
    await asyncio.sleep(0.01)
    first.cancel()

    handler.stream.written.set_result(None)

    await asyncio.wait_for(second, 1)
