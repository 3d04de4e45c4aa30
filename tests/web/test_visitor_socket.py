"""Customers' sockets, over a real server."""

from pathlib import Path

import pytest

from tests.live import LiveServer, live_server

ALSO_TESTS = {
    "chatserver.hub.positions": "positions are what a waiting page is told",
    "chatserver.web.sockets": "what all sockets share is seen through this one",
    "chatserver.web.transcript": "missed lines come to a page that resumes",
}


async def test_a_customer_starts_a_chat_and_gets_its_lines_in_order(server: LiveServer) -> None:
    client = await server.chatting("Hello?")

    lines = [await client.next("line") for _ in range(3)]

    assert [(line["n"], line["kind"]) for line in lines] == [(1, "started"), (2, "message"), (3, "queued")]
    assert lines[1]["text"] == "Hello?"


async def test_a_message_is_acknowledged_with_its_line_number(server: LiveServer) -> None:
    client = await server.chatting()

    client.send("say", client_id="message-1", text="Anybody?")
    ack = await client.next("ack")

    assert (ack["client_id"], ack["n"]) == ("message-1", 4)


async def test_a_repeated_message_gets_the_first_answer_and_is_stored_once(server: LiveServer) -> None:
    client = await server.chatting()

    for _ in range(3):
        client.send("say", client_id="message-1", text="Anybody?")
    acks = [await client.next("ack") for _ in range(3)]

    assert {ack["n"] for ack in acks} == {4}
    assert {ack["at"] for ack in acks} == {acks[0]["at"]}


async def test_a_repeat_after_the_chat_ended_still_gets_the_first_answer(server: LiveServer) -> None:
    client = await server.chatting()
    client.send("say", client_id="message-1", text="Anybody?")
    first = await client.next("ack")
    client.send("end")
    while (await client.next("line"))["kind"] != "ended":
        pass

    client.send("say", client_id="message-1", text="Anybody?")

    assert await client.next("ack") == first


async def test_after_a_reload_the_page_gets_what_it_missed_and_nothing_twice(server: LiveServer) -> None:
    client = await server.chatting()
    token, epoch = client.seen[0]["token"], client.seen[0]["epoch"]
    client.close()

    again = await server.connect("/ws/visitor")
    again.send("hello", v=1, token=token, after=1, epoch=epoch)
    welcome = await again.next("welcome")
    lines = await again.next("lines")

    assert welcome["chat"]["n"] == 3
    assert [line["n"] for line in lines["lines"]] == [2, 3]
    assert "reset" not in welcome


async def test_lines_of_another_database_are_reset(server: LiveServer) -> None:
    client = await server.chatting()

    again = await server.connect("/ws/visitor")
    again.send("hello", v=1, token=client.seen[0]["token"], after=3, epoch="another")

    assert (await again.next("welcome"))["reset"] is True
    assert [line["n"] for line in (await again.next("lines"))["lines"]] == [1, 2, 3]


async def test_a_gap_is_healed_by_resume(server: LiveServer) -> None:
    client = await server.chatting()
    [await client.next("line") for _ in range(3)]

    client.send("resume", after=0)

    assert [line["n"] for line in (await client.next("lines"))["lines"]] == [1, 2, 3]


async def test_a_second_tab_gets_the_lines_of_the_first(server: LiveServer) -> None:
    first = await server.chatting()
    second = await server.connect("/ws/visitor")
    second.send("hello", v=1, token=first.seen[0]["token"], after=3)
    await second.next("welcome")

    first.send("say", client_id="message-1", text="From the first tab")
    line = await second.next("line")

    assert (line["n"], line["client_id"], line["text"]) == (4, "message-1", "From the first tab")


async def test_a_tab_that_was_open_before_the_chat_resumes_and_types_in_it(server: LiveServer) -> None:
    agent = await server.console("ben")
    first = await server.visitor()
    second = await server.connect("/ws/visitor")
    second.send("hello", v=1, token=first.seen[0]["token"])
    await second.next("welcome")
    first.send("start", client_id="start-0001", department="billing", name="Zoë", question="?")
    await first.next("started")

    second.send("typing", on=True)
    second.send("resume", after=1)

    assert [line["n"] for line in (await second.next("lines"))["lines"]] == [2, 3]
    assert (await agent.next("typing"))["chat"] == 1


async def test_waiting_customers_are_told_how_many_are_ahead(server: LiveServer) -> None:
    """R18: 0 for the first, and it changes as the queue moves."""
    first = await server.chatting()
    second = await server.chatting()
    assert (await second.next("queue"))["ahead"] == 1

    first.send("end")

    assert (await second.next("queue"))["ahead"] == 0


async def test_a_customer_sees_the_agents_chat_name_and_nothing_of_the_staff(server: LiveServer) -> None:
    """R5: the chat name stands in place of the account's name."""
    await server.console("ben")
    client = await server.chatting()

    assigned = await client.next("line")
    while assigned["kind"] != "assigned":
        assigned = await client.next("line")

    assert assigned["name"] == "Benny"
    assert not {"person", "group", "chat", "reason", "comment"} & set(assigned)


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ('{"t":"say","client_id":"message-1","text":""}', "invalid"),
        ('{"t":"say","client_id":"x","text":"hi"}', "invalid"),
        ('{"t":"say","client_id":"message-1","text":"hi","chat":1}', "invalid"),
        ('{"t":"nonsense"}', "invalid"),
        ("[1,2", "invalid"),
        ('{"t":"say","client_id":"message-1","text":"' + "x" * 5000 + '"}', "too_large"),
        ('{"t":"say","client_id":"message-1","text":"' + "x" * 20_000 + '"}', "too_large"),
        ('{"t":"say","client_id":"message-2","text":"hi"}', "not_found"),
        ('{"t":"start","client_id":"start-001","department":"none","name":"Z","question":"?"}', "not_found"),
        ('{"t":"start","client_id":"start-001","department":"billing","name":" ","question":"?"}', "invalid"),
        ('{"t":"hello","v":1}', "invalid"),
    ],
)
async def test_bad_frames_are_refused_with_a_code_and_words(
    server: LiveServer, frame: str, code: str
) -> None:
    client = await server.visitor()

    client.raw(frame)
    error = await client.next("error")

    assert error["code"] == code
    assert error["message"]


async def test_a_forged_token_makes_a_new_visitor_who_sees_nothing(server: LiveServer) -> None:
    victim = await server.chatting()
    forged = victim.seen[0]["token"][:-2] + "xx"

    stranger = await server.connect("/ws/visitor")
    stranger.send("hello", v=1, token=forged)

    assert "chat" not in await stranger.next("welcome")


async def test_a_staff_token_opens_no_customers_door(server: LiveServer) -> None:
    client = await server.connect("/ws/visitor")

    client.send("hello", v=1, token=server.token("ana"))

    assert "chat" not in await client.next("welcome")


async def test_who_sends_nonsense_for_ever_is_closed(server: LiveServer) -> None:
    client = await server.visitor()

    for _ in range(25):
        client.raw("nonsense")

    assert await client.closed() == 1008


async def test_the_first_frame_must_be_hello(server: LiveServer) -> None:
    client = await server.connect("/ws/visitor")

    client.send("say", client_id="message-1", text="hi")

    assert await client.closed() == 1008


async def test_facts_come_from_the_connection(server: LiveServer) -> None:
    """R23: language as the browser states it; unknown places stay blank."""
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
    client = await server.visitor(**{"Accept-Language": "fr;q=0.5, de-CH, en;q=0.9", "User-Agent": agent})
    client.send("start", client_id="start-0001", department="billing", name="Z", question="?")
    await client.next("started")

    follower = await server.follower(after=0)
    events = (await follower.next("events"))["events"]
    customer = next(e["event"]["customer"] for e in events if e["event"]["type"] == "chat_started")

    assert (customer["language"], customer["browser"], customer["os"]) == ("de", "Firefox", "Linux")
    assert (customer["city"], customer["country"]) == ("", "")


async def test_a_stranger_who_floods_is_slowed_down(tmp_path: Path) -> None:
    async with live_server(tmp_path, relaxed_loopback=False) as strict:
        client = await strict.chatting()

        for number in range(40):
            client.send("say", client_id=f"message-{number}", text="spam")
        error = await client.next("error")

        assert error["code"] == "too_fast"
        assert error["retry_after_s"] > 0
