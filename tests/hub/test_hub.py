"""Durable first, visible second: the order of deciding, writing and telling."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from chatserver.domain import commands as c
from chatserver.domain.chat import Customer, EndReason
from chatserver.domain.desk import ABSENT_IN_QUEUE, Desk
from chatserver.domain.errors import Busy, ChatError, Conflict
from chatserver.domain.events import ChatEnded
from chatserver.domain.organisation import Department, Group, Person, Role
from chatserver.hub import hub as hub_module
from chatserver.hub.hub import Delivery, Hub, Log
from tests.hub.fakes import FailingStore, ManualClock, MemoryStore, SlowStore

ANA = Person("ana", "Ana", "Ana", (Role.ADMINISTRATOR, Role.AGENT))
SET_UP = c.SetUpSite(ANA, Department("d", "D", "g"), Group("g", "G", "d"))


def start_chat(visitor: str = "v1") -> c.StartChat:
    return c.StartChat(visitor, "start-0001", "d", Customer(name="Zoë"), "Hello?")


@contextlib.asynccontextmanager
async def running(store: Log, clock: ManualClock | None = None) -> AsyncIterator[Hub]:
    hub = Hub(Desk(), store, clock or ManualClock())
    task = asyncio.create_task(hub.run())
    try:
        yield hub
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, BaseExceptionGroup):
            await task


async def settle() -> None:
    """Lets everything that can run without the store do so."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_nothing_is_told_or_delivered_before_it_is_on_disk() -> None:
    store = SlowStore()
    async with running(store) as hub:
        told: list[object] = []
        delivered: list[Delivery] = []
        hub.on_event.append(delivered.append)

        hub.submit(SET_UP, told.append)
        await settle()
        before = (list(told), list(delivered))
        store.finish()
        await settle()

        assert before == ([], [])
        assert len(told) == 1
        assert delivered


async def test_the_next_batch_is_decided_while_the_last_is_written() -> None:
    store = SlowStore()
    async with running(store) as hub:
        hub.submit(SET_UP, lambda _: None)
        await settle()
        hub.submit(start_chat(), lambda _: None)
        await settle()

        assert len(store.batches) == 2


async def test_a_snapshot_shows_nothing_that_is_not_on_disk() -> None:
    store = SlowStore()
    async with running(store) as hub:
        seen: list[int] = []
        hub.submit(SET_UP, lambda _: None)
        hub.ask(lambda desk: desk.last_seq, seen.append)
        await settle()
        assert seen == []

        store.finish()
        await settle()

        assert seen == [3 + 1]
        assert hub.durable_seq == 4


async def test_a_refusal_waits_too_since_it_tells_of_what_came_before() -> None:
    store = SlowStore()
    async with running(store) as hub:
        answers: list[object] = []
        hub.submit(SET_UP, lambda _: None)
        hub.submit(start_chat(), lambda _: None)
        hub.submit(c.StartChat("v1", "start-0002", "d", Customer(name="Z"), "?"), answers.append)
        await settle()
        assert answers == []

        store.finish()
        await settle()

        assert isinstance(answers[0], Conflict)


async def test_replies_come_in_the_order_of_the_commands() -> None:
    async with running(MemoryStore()) as hub:
        order: list[int] = []
        hub.submit(SET_UP, lambda _: None)
        for number in range(50):
            hub.submit(start_chat(f"v{number}"), lambda _, number=number: order.append(number))  # type: ignore[misc]
        await hub.request(start_chat("last"))

        assert order == list(range(50))


async def test_a_failed_write_ends_the_hub_and_tells_nobody() -> None:
    hub = Hub(Desk(), FailingStore(), ManualClock())
    told: list[object] = []
    hub.submit(SET_UP, told.append)

    with pytest.raises(BaseExceptionGroup) as failure:
        await asyncio.wait_for(hub.run(), 5)

    assert failure.group_contains(OSError, match="No space left")
    assert told == []


async def test_an_overfull_inbox_refuses_instead_of_growing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "MAX_INBOX", 10)
    hub = Hub(Desk(), MemoryStore(), ManualClock())
    answers: list[object] = []

    for _ in range(11):
        hub.submit(SET_UP, answers.append)

    assert [type(answer) for answer in answers] == [Busy]


async def test_a_clock_that_jumps_back_does_not_turn_the_log_around() -> None:
    clock, store = ManualClock(), MemoryStore()
    async with running(store, clock) as hub:
        await hub.request(SET_UP)
        clock.advance(hours=-5)
        await hub.request(start_chat())

    times = [item.at for item in store.events]
    assert times == sorted(times)


async def test_a_deadline_is_kept_without_anybody_asking() -> None:
    """R7: a customer who left the queue for good has abandoned; the hub sleeps until just then."""
    clock, store = ManualClock(), MemoryStore()
    async with running(store, clock) as hub:
        await hub.request(SET_UP)
        await hub.request(start_chat())
        await hub.request(c.SetCustomerPresence("v1", present=False))
        clock.advance(seconds=(ABSENT_IN_QUEUE - timedelta(milliseconds=50)).total_seconds())
        await hub.request(c.SetAvailability("ana", available=False))  # anything: the timer is set anew
        clock.advance(seconds=1)
        await asyncio.sleep(0.2)

    ended = [item.event for item in store.events if isinstance(item.event, ChatEnded)]
    assert [event.summary.reason for event in ended] == [EndReason.ABANDONED]


async def test_after_drain_new_commands_are_refused_and_old_ones_were_told() -> None:
    async with running(MemoryStore()) as hub:
        answers: list[object] = []
        hub.submit(SET_UP, answers.append)
        await hub.drain()
        assert len(answers) == 1

        with pytest.raises(ChatError):
            await hub.request(start_chat())
