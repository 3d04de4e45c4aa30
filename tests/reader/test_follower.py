"""Following: from the beginning, from where it stood, after losses, and after the other side became another."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from chatserver.reader.follower import Follower
from chatserver.reader.store import ReaderStore
from chatserver.wire.tokens import Tokens
from tests.reader.company import written_story
from tests.reader.fake_feed import FakeFeed

TOKENS = Tokens(b"s" * 32)
PATIENCE_S = 10.0
EVENTS_HELD = """
SELECT (SELECT count(*) FROM main.event) + (SELECT count(*) FROM main.message WHERE sender <> 'transfer_comment')
"""


class ManualClock:
    """Stands still unless it is moved."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@contextlib.asynccontextmanager
async def following(feed: FakeFeed, store: ReaderStore) -> AsyncIterator[Follower]:
    """A follower at work."""
    follower = Follower(feed.url, TOKENS, store)
    task = asyncio.create_task(follower.run())
    try:
        yield follower
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(condition: Callable[[], bool]) -> None:
    """Waits for it; fails when it does not come."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110 -- what is waited for sets no event
            await asyncio.sleep(0.01)


@pytest.fixture
async def feed() -> AsyncIterator[FakeFeed]:
    """The feed of company.py's story."""
    fake = FakeFeed(written_story().log)
    fake.start()
    yield fake
    await fake.stop()


@pytest.fixture
def store(tmp_path: Path) -> "ReaderStore":
    """An empty copy."""
    return ReaderStore.open(tmp_path)


async def test_a_new_copy_takes_everything_then_follows(feed: FakeFeed, store: ReaderStore) -> None:
    rest, feed.log = feed.log[50:], feed.log[:50]
    async with following(feed, store) as follower:
        await until(lambda: follower.status().connected and follower.status().seq == feed.log[-1].seq)
        await feed.add(rest)
        await until(lambda: follower.status().seq == rest[-1].seq)

        assert follower.status().lag_s == 0
        assert follower.status().head == rest[-1].seq
    assert store.place == (feed.epoch, rest[-1].seq)
    assert not follower.status().connected
    store.close()


async def test_lost_connections_cost_a_reconnect_and_nothing_else(feed: FakeFeed, store: ReaderStore) -> None:
    feed.cut_after = 2
    async with following(feed, store) as follower:
        await until(lambda: follower.status().seq == feed.log[-1].seq)

    counted = store.cursor().execute(EVENTS_HELD).fetchone()
    assert counted == (len(feed.log),)
    assert [hello.after for hello in feed.hellos[:3]] == [0, 20, 40]
    store.close()


async def test_another_database_makes_it_begin_anew(feed: FakeFeed, store: ReaderStore) -> None:
    await store.reset("an older epoch")
    await store.apply(feed.log[:30])
    async with following(feed, store) as follower:
        await until(lambda: follower.status().seq == feed.log[-1].seq)

    assert store.place.epoch == feed.epoch
    assert store.cursor().execute("SELECT count(*) FROM main.chat").fetchone() == (7,)
    store.close()


async def test_a_copy_ahead_of_the_feed_begins_anew(feed: FakeFeed, store: ReaderStore) -> None:
    """The chat server was put back to an older backup."""
    await store.reset(feed.epoch)
    await store.apply(feed.log)
    feed.log = feed.log[:40]
    async with following(feed, store) as follower:
        await until(
            lambda: len(feed.hellos) > 1 and follower.status().connected and follower.status().seq == 40
        )
    store.close()


async def test_frames_that_are_no_frames_are_survived(feed: FakeFeed, store: ReaderStore) -> None:
    async with following(feed, store) as follower:
        await until(lambda: follower.status().seq == feed.log[-1].seq)
        await feed.send_raw(b"{]")
        await until(lambda: len(feed.hellos) > 1)

        assert follower.status().seq == feed.log[-1].seq
    store.close()


async def test_lag_is_the_time_since_the_copy_was_last_level(feed: FakeFeed, store: ReaderStore) -> None:
    """A quiet hour is no lag; while the chat server is away it grows, for nobody can tell what was missed."""
    clock = ManualClock()
    follower = Follower(feed.url, TOKENS, store, clock)
    task = asyncio.create_task(follower.run())
    await until(lambda: follower.status().seq == feed.log[-1].seq)
    clock.now_s += 3600
    assert follower.status().lag_s == 0

    await feed.stop()
    await until(lambda: not follower.status().connected)
    clock.now_s += 7

    assert follower.status().lag_s == 7
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    store.close()
