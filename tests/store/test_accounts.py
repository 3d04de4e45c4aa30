"""Accounts and sign-in sessions."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chatserver.store import accounts
from chatserver.store.store import Store

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path):  # type: ignore[no-untyped-def]
    store = Store.open(tmp_path)
    yield store
    store.close()


def test_a_session_is_found_until_it_expires_or_ends(store: Store) -> None:
    session = store.run(lambda cursor: accounts.open_sign_in(cursor, "ana", NOW)).result()
    late = NOW + accounts.SIGN_IN_LIFETIME

    def found(session: str, at: datetime) -> bool:
        return store.run(lambda cursor: accounts.find_sign_in(cursor, session, at)).result() is not None

    assert found(session, NOW)
    assert not found(session, late)
    assert not found(session + "x", NOW)
    store.run(lambda cursor: accounts.end_sign_in(cursor, session)).result()
    assert not found(session, NOW)


def test_a_new_password_ends_all_sessions(store: Store) -> None:
    session = store.run(lambda cursor: accounts.open_sign_in(cursor, "ana", NOW)).result()

    store.run(lambda cursor: accounts.save_password_hash(cursor, "ana", "hash-2", NOW)).result()

    assert store.run(lambda cursor: accounts.find_sign_in(cursor, session, NOW)).result() is None
    assert store.run(lambda cursor: accounts.find_password_hash(cursor, "ana")).result() == "hash-2"


def test_only_the_hash_of_a_session_is_stored(store: Store) -> None:
    session = store.run(lambda cursor: accounts.open_sign_in(cursor, "ana", NOW)).result()

    stored = store.run(lambda cursor: cursor.execute("SELECT * FROM sign_in").fetchall()).result()

    assert session not in str(stored)


def test_expired_sessions_are_swept_out(store: Store) -> None:
    store.run(lambda cursor: accounts.open_sign_in(cursor, "ana", NOW)).result()

    store.run(lambda cursor: accounts.open_sign_in(cursor, "ana", NOW + timedelta(days=2))).result()

    assert store.run(lambda cursor: cursor.execute("SELECT count(*) FROM sign_in").fetchone()).result() == (1,)
