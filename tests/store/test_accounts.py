"""Accounts and sign-in sessions."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chatserver.store import accounts
from chatserver.store.store import Store

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = Store.open(tmp_path)
    yield store
    store.close()


async def test_a_session_is_found_until_it_expires_or_ends(store: Store) -> None:
    session = await store.run(accounts.open_sign_in, "ana", NOW)
    late = NOW + accounts.SIGN_IN_LIFETIME

    async def found(session: str, at: datetime) -> bool:
        return await store.run(accounts.find_sign_in, session, at) is not None

    assert await found(session, NOW)
    assert not await found(session, late)
    assert not await found(session + "x", NOW)
    await store.run(accounts.end_sign_in, session)
    assert not await found(session, NOW)


async def test_a_new_password_ends_all_sessions(store: Store) -> None:
    session = await store.run(accounts.open_sign_in, "ana", NOW)

    await store.run(accounts.save_password_hash, "ana", "hash-2", NOW)

    assert await store.run(accounts.find_sign_in, session, NOW) is None
    assert await store.run(accounts.find_password_hash, "ana") == "hash-2"


async def test_only_the_hash_of_a_session_is_stored(store: Store) -> None:
    session = await store.run(accounts.open_sign_in, "ana", NOW)

    stored = await store.run(lambda cursor: cursor.execute("SELECT * FROM sign_in").fetchall())

    assert session not in str(stored)


async def test_expired_sessions_are_swept_out(store: Store) -> None:
    await store.run(accounts.open_sign_in, "ana", NOW)

    await store.run(accounts.open_sign_in, "ana", NOW + timedelta(days=2))

    assert await store.run(lambda cursor: cursor.execute("SELECT count(*) FROM sign_in").fetchone()) == (1,)
