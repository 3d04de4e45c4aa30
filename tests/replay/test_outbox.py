"""Messages kept until the server has them."""

import asyncio

import pytest

from chatserver.replay.outbox import ClientOutbox, NotTaken
from chatserver.wire.errors import ErrorFrame


class Line:
    """A connection that can be cut."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    def send(self, frame: bytes) -> bool:
        self.sent.append(frame)
        return True


async def test_what_has_no_answer_goes_again_in_order_after_each_welcome() -> None:
    line = Line()
    outbox = ClientOutbox(line.send)
    first, second = outbox.put("a", b"A"), outbox.put("b", b"B")
    assert line.sent == []

    outbox.welcomed()
    outbox.answered("a", 3)
    outbox.welcomed()

    assert line.sent == [b"A", b"B", b"B"]
    assert (await first).n == 3
    assert not second.done()


async def test_an_answer_that_comes_twice_says_nothing_new() -> None:
    outbox = ClientOutbox(Line().send)
    future = outbox.put("a", b"A")
    outbox.answered("a", 3)
    outbox.answered("a", 4)

    assert (await future).n == 3


async def test_a_message_told_to_wait_goes_again_after_that_time() -> None:
    line = Line()
    outbox = ClientOutbox(line.send)
    outbox.welcomed()
    outbox.put("a", b"A")
    outbox.refused(ErrorFrame("too_fast", "slow down", client_id="a", retry_after_s=0.01))
    assert line.sent == [b"A"]

    await asyncio.sleep(0.05)

    assert line.sent == [b"A", b"A"]


async def test_a_message_that_will_never_be_taken_is_given_up() -> None:
    outbox = ClientOutbox(Line().send)
    future = outbox.put("a", b"A")
    outbox.refused(ErrorFrame("conflict", "it has ended", client_id="a"))

    with pytest.raises(NotTaken, match="it has ended"):
        await future
