"""Agents' consoles, over a real server."""

import asyncio
import time
from datetime import timedelta
from pathlib import Path

import pytest

from chatserver.domain import commands as c
from chatserver.wire.tokens import Kind
from tests.live import LiveServer, live_server


async def test_agent_and_customer_talk(server: LiveServer) -> None:
    agent = await server.console("ben")
    customer = await server.chatting("Hi")
    while (await agent.next("line"))["kind"] != "assigned":
        pass

    agent.send("say", chat=1, client_id="answer-01", text="Hello Zoë")
    ack = await agent.next("ack")
    answer = await customer.next("line")
    while answer["kind"] != "message" or answer["sender"] != "agent":
        answer = await customer.next("line")

    assert (ack["chat"], ack["n"]) == (1, 4)
    assert (answer["n"], answer["name"], answer["text"]) == (4, "Benny", "Hello Zoë")


async def test_two_who_take_the_same_chat_one_gets_it_and_the_other_is_told_who(server: LiveServer) -> None:
    """R22."""
    ana, ben = await server.console("ana"), await server.console("ben")
    for client in (ana, ben):
        client.send("set_available", available=False)
        await client.next("done")
    await server.chatting()

    ana.send("take", chats=[{"chat_id": 1}], id="a")
    ben.send("take", chats=[{"chat_id": 1}], id="b")
    results = [(await client.next("done"))["results"][0] for client in (ana, ben)]

    assert sorted(result["code"] for result in results) == ["assigned", "refused"]
    loser = next(result for result in results if result["code"] == "refused")
    winner = next(result for result in results if result["code"] == "assigned")
    assert loser["person_id"] == winner["person_id"]
    assert "took chat 1 first" in loser["message"]


async def test_get_from_queue_gives_the_oldest(server: LiveServer) -> None:
    """R13."""
    await server.chatting("first")
    await server.chatting("second")
    ana = await server.console("ana")
    ana.send("set_available", available=False)
    await ana.next("done")
    # Both were given to Ana when she came; a transfer by hand puts them back in another order.
    ana.send("transfer", chats=[2, 1], group="b1", id="t")
    await ana.next("done")

    ana.send("get_from_queue", id="g")

    assert (await ana.next("done"))["results"][0]["chat_id"] == 1


async def test_an_agent_cannot_open_a_colleagues_chat_and_is_not_told_that_it_exists(
    server: LiveServer,
) -> None:
    """R3."""
    ana = await server.console("ana")
    await server.chatting()
    while (await ana.next("line"))["kind"] != "assigned":
        pass
    ben = await server.console("ben")

    ben.send("open", chat=1)
    real = await ben.next("error")
    ben.send("open", chat=999)
    missing = await ben.next("error")

    assert real["code"] == missing["code"] == "not_found"
    assert real["message"].replace("1", "N") == missing["message"].replace("999", "N")


async def test_a_watcher_who_may_no_longer_see_a_chat_gets_no_more_of_it(server: LiveServer) -> None:
    """R3: a queued chat of one's own group may be opened; once a colleague has it, it is theirs."""
    ben = await server.console("ben")
    ben.send("set_available", available=False)
    await ben.next("done")
    customer = await server.chatting()
    ben.send("open", chat=1)
    await ben.next("lines")
    ana = await server.console("ana")
    while (await ben.next("line"))["kind"] != "assigned":
        pass
    await ana.next("line")

    customer.send("say", client_id="message-1", text="secret")
    await customer.next("ack")
    ben.send("set_available", available=True, id="mark")
    await ben.next("done")

    assert "secret" not in str(ben.seen)


async def test_who_leaves_the_group_gets_no_further_line_of_its_queue(server: LiveServer) -> None:
    """R3: a change of scope works at once, not from the next assignment on."""
    ben = await server.console("ben")
    ben.send("set_available", available=False)
    await ben.next("done")
    customer = await server.chatting()
    ben.send("open", chat=1)
    await ben.next("lines")

    await server.site.hub.request(c.RemoveMembership("ana", "ben", "b1"))
    customer.send("say", client_id="message-1", text="secret")
    await customer.next("ack")
    ben.send("set_available", available=True, id="mark")
    await ben.next("done")

    assert "secret" not in str(ben.seen)


async def test_a_chat_that_came_back_into_sight_can_be_opened_again(server: LiveServer) -> None:
    ben = await server.console("ben")
    ben.send("set_available", available=False)
    await ben.next("done")
    customer = await server.chatting()
    ben.send("open", chat=1)
    await ben.next("lines")
    ana = await server.console("ana")
    while (await ben.next("line"))["kind"] != "assigned":
        pass
    ana.send("set_available", available=False, id="away")
    await ana.next("done")
    ana.send("transfer", chats=[1], group="b1", id="back")
    await ana.next("done")

    ben.send("open", chat=1, after=4)
    await ben.next("lines")
    customer.send("say", client_id="message-1", text="Still here")
    await customer.next("ack")

    assert (await ben.next("line"))["text"] == "Still here"


async def test_a_second_hello_before_the_welcome_is_refused_and_presence_ends_with_the_socket(
    server: LiveServer,
) -> None:
    """R20: two hellos counted twice would keep an agent signed in for ever."""
    writing = asyncio.ensure_future(server.site.store.run(lambda _cursor: time.sleep(0.3)))
    server.site.hub.tell(
        c.SetAvailability("ana", available=False)
    )  # what is asked after it waits for the disk
    ben = await server.connect("/ws/agent")

    for _ in range(2):
        ben.send("hello", v=1, token=server.token("ben"))

    assert await ben.closed() == 1008
    await writing
    assert not server.site.deliveries.persons


async def test_the_staff_see_that_the_customer_types(server: LiveServer) -> None:
    agent = await server.console("ben")
    customer = await server.chatting()

    customer.send("typing", on=True)

    assert await agent.next("typing") == {"t": "typing", "on": True, "chat": 1}


async def test_the_customer_sees_that_the_agent_types(server: LiveServer) -> None:
    agent = await server.console("ben")
    customer = await server.chatting()

    agent.send("typing", chat=1, on=True)

    assert await customer.next("typing") == {"t": "typing", "on": True, "name": "Benny"}


async def test_a_transfer_comment_reaches_the_staff_and_not_the_customer(server: LiveServer) -> None:
    """R21."""
    ana = await server.console("ana")
    customer = await server.chatting()
    ben = await server.console("ben")

    ana.send("transfer", chats=[1], group="b1", person="ben", comment="a hard one", id="t")
    done = await ana.next("done")
    transferred = await ana.next("line")
    while transferred["kind"] != "transferred":
        transferred = await ana.next("line")
    seen_by_customer = await customer.next("line")
    while seen_by_customer["kind"] != "transferred":
        seen_by_customer = await customer.next("line")
    await ben.next("line")

    assert done["results"][0]["code"] == "assigned"
    assert transferred["comment"] == "a hard one"
    assert "comment" not in seen_by_customer


@pytest.mark.parametrize("case", ["expired", "garbage", "visitor"])
async def test_a_bad_token_is_refused_and_the_socket_closed(server: LiveServer, case: str) -> None:
    tokens = {
        "expired": server.token("ana", lifetime=timedelta(seconds=-1)),
        "garbage": "x.y",
        "visitor": server.token("v", Kind.VISITOR),
    }
    client = await server.connect("/ws/agent")

    client.send("hello", v=1, token=tokens[case])
    code = await client.closed()

    assert code == 1008
    assert [frame["t"] for frame in client.seen] == ["error", "bye"]
    assert client.seen[0]["code"] == "unauthenticated"


async def test_a_frame_for_another_persons_chat_is_refused(server: LiveServer) -> None:
    await server.console("ana")
    await server.chatting()
    ben = await server.console("ben")

    ben.send("say", chat=1, client_id="answer-01", text="I am not Ana")

    assert (await ben.next("error"))["code"] == "not_found"


async def test_a_strange_page_cannot_open_a_console_socket(server: LiveServer) -> None:
    with pytest.raises(Exception, match="403"):
        await server.connect("/ws/agent", Origin="https://evil.example")


async def test_a_console_that_runs_wild_is_slowed_down(tmp_path: Path) -> None:
    async with live_server(tmp_path, relaxed_loopback=False) as strict:
        console = await strict.console("ana")

        for number in range(600):
            console.send("close", chat=number)
        error = await console.next("error")

        assert error["code"] == "too_fast"
