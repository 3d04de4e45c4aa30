"""A whole chat server: it starts from its log, and ends in order."""

import asyncio
from pathlib import Path

import pytest

from chatserver.domain.commands import GetFromQueue
from chatserver.domain.errors import ChatError
from tests.live import FrameClient, live_server


async def lines_of(client: FrameClient, count: int) -> list[int]:
    """The numbers of the next lines, singly or in a bunch."""
    numbers: list[int] = []
    while len(numbers) < count:
        frame = await client.next()
        if frame["t"] == "line":
            numbers.append(frame["n"])
        elif frame["t"] == "lines":
            numbers += [line["n"] for line in frame["lines"]]
    return numbers


async def test_after_a_restart_a_chat_goes_on_where_it_was(tmp_path: Path) -> None:
    async with live_server(tmp_path) as server:
        await server.console("ben")
        customer = await server.chatting()
        customer.send("say", client_id="message-1", text="Before")
        ack = await customer.next("ack")
        token, epoch = customer.seen[0]["token"], server.site.store.epoch

    async with live_server(tmp_path) as server:
        customer = await server.connect("/ws/visitor")
        customer.send("hello", v=1, token=token, after=0, epoch=epoch)
        welcome = await customer.next("welcome")
        numbers = await lines_of(customer, 4)
        customer.send("say", client_id="message-1", text="Before")
        repeat = await customer.next("ack")

        assert welcome["chat"]["status"] == "active"
        assert numbers == [1, 2, 3, 4]
        assert repeat == ack
        assert server.site.hub.durable_seq >= 4


async def test_stopping_tells_the_sockets_to_come_back_and_answers_what_was_taken(tmp_path: Path) -> None:
    async with live_server(tmp_path) as server:
        customer = await server.chatting()
        for number in range(20):
            customer.send("say", client_id=f"message-{number:02}", text="quick")
        await customer.next("ack")

        stopping = asyncio.create_task(server.running.stop())
        code = await customer.closed()
        await stopping

        bye = customer.seen[-1]
        assert (code, bye["t"], bye["reason"]) == (1001, "bye", "restarting")
        assert bye["retry_ms"] > 0
        with pytest.raises(ChatError):
            await server.site.hub.request(GetFromQueue("ana"))


async def test_all_that_was_acknowledged_is_there_after_a_stop(tmp_path: Path) -> None:
    async with live_server(tmp_path) as server:
        customer = await server.chatting()
        for number in range(50):
            customer.send("say", client_id=f"message-{number:02}", text="quick")
        acknowledged = [(await customer.next("ack"))["client_id"] for _ in range(30)]

    async with live_server(tmp_path) as server:
        pages = list(server.site.store.events_after(0))
        stored = [getattr(item.event, "client_id", "") for page in pages for item in page]
        assert set(acknowledged) <= set(stored)
