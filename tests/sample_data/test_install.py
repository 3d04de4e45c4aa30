"""Filling an empty folder with the sample company."""

import asyncio
import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chatserver.domain import events as e
from chatserver.domain.organisation import Method
from chatserver.hub.replay import desk_from
from chatserver.sample_data.company import load_company
from chatserver.sample_data.dialogues import load_dialogues
from chatserver.sample_data.history import generate
from chatserver.sample_data.install import SampleError, install_sample, write_sample
from chatserver.settings import Settings
from chatserver.store import accounts
from chatserver.store.store import Store
from chatserver.web.sign_in import verify


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[Store]:
    store = Store.open(folder)
    try:
        yield store
    finally:
        store.close()


def settings(folder: Path) -> Settings:
    return Settings(data=str(folder), chat_url="", console_url="", reader_url="")


async def write_two_days(folder: Path) -> list[e.Recorded]:
    now = datetime(2026, 3, 20, 15, 0, tzinfo=UTC)
    history = list(generate(load_company(), load_dialogues(), now, 3, 2))
    with opened(folder) as store:
        await write_sample(store, load_company(), history, now)
    return history


async def test_a_server_that_starts_on_it_has_the_same_desk_and_everybody_can_sign_in(tmp_path: Path) -> None:
    history = await write_two_days(tmp_path)

    with opened(tmp_path) as store:
        desk = desk_from(store.replay())
        hashes = [
            await store.read(accounts.find_password_hash, person.id) for person in load_company().people
        ]
        written = [item for page in store.events_after(0) for item in page]

    assert written == history
    assert desk.last_seq == history[-1].seq
    assert not desk.chats
    assert all(
        h and verify(h, person.password) for h, person in zip(hashes, load_company().people, strict=True)
    )


async def test_a_folder_that_has_the_sample_is_left_as_it_is(tmp_path: Path) -> None:
    history = await write_two_days(tmp_path)

    await asyncio.to_thread(install_sample, settings(tmp_path))

    with opened(tmp_path) as store:
        assert store.replay().last_seq == history[-1].seq


async def test_a_folder_of_another_company_is_refused(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        event = e.MethodSet(Method.CHERRY_PICKING)
        await asyncio.wrap_future(store.append([e.Recorded(1, datetime(2026, 3, 1, tzinfo=UTC), event)]))

    with pytest.raises(SampleError, match="another company's data"):
        await asyncio.to_thread(install_sample, settings(tmp_path))


async def test_a_sample_that_was_interrupted_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        await store.run(lambda cursor: cursor.execute("INSERT INTO meta VALUES ('sample', 'begun')"))

    with pytest.raises(SampleError, match="Delete the folder"):
        await asyncio.to_thread(install_sample, settings(tmp_path))
