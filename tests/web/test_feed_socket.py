"""The change feed, over a real server."""

import asyncio
from collections.abc import Iterable
from typing import TypeVar

import pytest

from chatserver.domain.chat import Chat, Status
from chatserver.domain.desk import Desk
from chatserver.wire.feed_frames import FeedEvents, FeedWelcome, parse_feed_frame
from chatserver.wire.tokens import Kind
from tests.live import PATIENCE_S, FrameClient, LiveServer

F = TypeVar("F")


async def read(client: FrameClient, kind: type[F]) -> F:
    """The next frame, parsed as a follower would."""
    message = await asyncio.wait_for(client.connection.read_message(), PATIENCE_S)
    assert message is not None
    frame = parse_feed_frame(message)
    assert isinstance(frame, kind), frame
    return frame


async def test_a_follower_from_zero_gets_every_event_in_order(server: LiveServer) -> None:
    follower = await server.follower(after=0)
    await read(follower, FeedWelcome)
    past = await read(follower, FeedEvents)
    await server.chatting()
    live = await read(follower, FeedEvents)

    seqs = [item.seq for item in (*past.events, *live.events)]

    assert seqs == list(range(1, len(seqs) + 1))


async def test_a_snapshot_and_what_follows_give_the_live_desk(server: LiveServer) -> None:
    """Two paths, one state: snapshot plus events equals a later snapshot."""
    await server.chatting("one")
    follower = await server.follower()
    snapshot = await read(follower, FeedWelcome)
    assert snapshot.state is not None
    desk = Desk.from_state(snapshot.state)
    await server.console("ben")
    await server.chatting("two")
    later = await read(await server.follower(), FeedWelcome)

    assert later.state is not None
    while desk.last_seq < later.seq:
        for item in (await read(follower, FeedEvents)).events:
            if item.seq <= later.seq:
                desk.apply(item)

    def known(chats: Iterable[Chat]) -> dict[int, tuple[str, int, Status]]:
        return {chat.id: (chat.person_id, chat.last_n, chat.status) for chat in chats}

    assert known(desk.chats.values()) == known(later.state.chats)


async def test_a_follower_that_comes_back_gets_what_it_missed_and_nothing_twice(server: LiveServer) -> None:
    """R43: the change feed can be resumed."""
    first = await server.follower(after=0)
    epoch = (await read(first, FeedWelcome)).epoch
    last_seq = (await read(first, FeedEvents)).events[-1].seq
    first.close()
    await server.chatting("meanwhile")

    again = await server.follower(after=last_seq, epoch=epoch)

    welcome = await read(again, FeedWelcome)
    missed = [item.seq for item in (await read(again, FeedEvents)).events]
    assert not welcome.reset
    assert missed == list(range(last_seq + 1, welcome.seq + 1))


@pytest.mark.parametrize(("after", "epoch"), [(1_000_000, ""), (1, "another")])
async def test_a_follower_of_another_database_is_reset_and_begins_anew(
    server: LiveServer, after: int, epoch: str
) -> None:
    follower = await server.follower(after=after, epoch=epoch)
    assert (await read(follower, FeedWelcome)).reset

    follower.send("hello", v=1, token=server.token("test", Kind.SERVICE), after=0)
    assert not (await read(follower, FeedWelcome)).reset

    assert (await read(follower, FeedEvents)).events[0].seq == 1


@pytest.mark.parametrize("kind", [Kind.CONSOLE, Kind.API, Kind.VISITOR])
async def test_only_our_own_processes_may_follow(server: LiveServer, kind: Kind) -> None:
    client = await server.connect("/ws/feed")

    client.send("hello", v=1, token=server.token("ana", kind), after=0)

    assert await client.closed() == 1008


@pytest.mark.parametrize("after", [-1, -(10**30)])
async def test_a_place_before_the_beginning_is_refused(server: LiveServer, after: int) -> None:
    follower = await server.follower(after=after)

    assert await follower.closed() == 1008
    assert follower.seen[0]["code"] == "invalid"
