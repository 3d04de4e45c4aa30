"""Replays against a real chat server in a process of its own."""

import asyncio
import functools
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from chatserver.domain.events import ChatStarted
from chatserver.replay.conversation import ReplayError
from chatserver.replay.ledger import Totals
from chatserver.replay.playing import ReplaySettings, parse_agent, parse_url, replay, sample_agents
from chatserver.store.store import Store
from tests.replay.chat_process import ChatProcess, free_port, sample_chat_process
from tests.replay.conversations import conversation

ALSO_TESTS = {
    "chatserver.replay.customer": "a page without a server shows nothing",
    "chatserver.replay.showing": "three lines of layout around the report",
    "chatserver.replay.stage": "it is where customers and agents of a real server meet",
}


@pytest.fixture
async def chat(tmp_path: Path) -> AsyncIterator[ChatProcess]:
    async with await sample_chat_process(tmp_path) as running:
        yield running


def ignore(_totals: Totals) -> None:
    pass


async def test_conversations_are_played_to_their_end_without_loss(chat: ChatProcess, tmp_path: Path) -> None:
    conversations = [conversation(n, ended_by="agent" if n % 2 else "customer") for n in range(20)]
    seen: list[int] = []

    totals = await replay(
        conversations,
        ReplaySettings(chat.url, speed=0, at_once=10, patience_s=30),
        lambda totals: seen.append(totals.chats),
    )

    assert totals.problems == []
    assert totals.is_good
    report = totals.report()
    assert (report.chats, report.sent, report.acknowledged, report.delivered) == (20, 160, 160, 160)
    assert report.delivery_p99_ms is not None
    assert seen == list(range(1, 21))
    chat.kill()
    await chat.gone()
    assert len(_customers(tmp_path)) > 5


def _customers(folder: Path) -> set[tuple[str, str]]:
    """Languages and browsers of the chats that were replayed."""
    store = Store.open(folder)
    try:
        events = [item.event for page in store.events_after(0) for item in page]
    finally:
        store.close()
    found = [
        e.customer
        for e in events
        if isinstance(e, ChatStarted) and e.customer.name.startswith("Customer chat-")
    ]
    assert len(found) == 20
    return {(customer.language, customer.browser) for customer in found}


@pytest.mark.slow
async def test_killing_the_server_in_the_middle_loses_and_doubles_nothing(chat: ChatProcess) -> None:
    conversations = [conversation(n, turns=24, ended_by="agent" if n % 2 else "customer") for n in range(24)]
    settings = ReplaySettings(chat.url, speed=4, at_once=24, patience_s=60)
    some_chats = asyncio.Event()
    playing = asyncio.create_task(replay(conversations, settings, lambda _totals: some_chats.set()))

    await asyncio.sleep(4)  # six seconds' worth of turns, so all chats are in their middle
    chat.kill()
    await chat.gone()
    assert not some_chats.is_set()
    await chat.start()
    totals = await playing

    assert totals.problems == []
    assert totals.losses >= 24
    assert totals.is_good


@pytest.mark.slow
async def test_a_chat_that_nobody_of_the_replay_can_take_is_reported_and_not_counted(
    chat: ChatProcess,
) -> None:
    lotte = next(agent for agent in sample_agents() if agent[0] == "lotte")
    settings = ReplaySettings(chat.url, speed=0, patience_s=3, department="billing", agents=(lotte,))

    totals = await replay([conversation(1)], settings, ignore)

    assert totals.chats == 0
    assert not totals.is_good
    assert "no agent of this replay has it" in totals.problems[0]


async def test_what_keeps_a_replay_from_beginning_is_said(chat: ChatProcess) -> None:
    play = functools.partial(replay, [conversation(1)], progress=ignore)

    with pytest.raises(ReplayError, match="name or password is wrong"):
        await play(ReplaySettings(chat.url, agents=(("lotte", "wrong-password"),)))
    with pytest.raises(ReplayError, match="No server answers"):
        await play(ReplaySettings(f"http://localhost:{free_port()}"))


def test_arguments_are_checked() -> None:
    assert parse_agent("ana:a:b") == ("ana", "a:b")
    assert parse_url("http://localhost:8450/") == "http://localhost:8450"
    for bad in ("ana", ":x", "ana:"):
        with pytest.raises(ReplayError, match="NAME:PASSWORD"):
            parse_agent(bad)
    for bad in ("localhost:8450", "ftp://x", ""):
        with pytest.raises(ReplayError, match="--url"):
            parse_url(bad)


def test_the_report_is_one_json_line_with_the_documented_fields() -> None:
    assert list(msgspec.json.decode(msgspec.json.encode(Totals(1).report()))) == [
        "chats",
        "sent",
        "acknowledged",
        "delivered",
        "lost",
        "doubled",
        "out_of_order",
        "ack_p50_ms",
        "ack_p99_ms",
        "delivery_p50_ms",
        "delivery_p99_ms",
    ]
