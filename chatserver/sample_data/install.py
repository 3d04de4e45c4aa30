"""Fills an empty data folder with the sample company: organisation, accounts, and a month of chats."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import structlog
from argon2 import PasswordHasher

from chatserver.domain.events import Recorded
from chatserver.sample_data.company import Company, load_company
from chatserver.sample_data.dialogues import load_dialogues
from chatserver.sample_data.history import generate
from chatserver.settings import Settings
from chatserver.store import accounts
from chatserver.store.reading import events_after
from chatserver.store.store import Cursor, Store

SEED = 20
HISTORY_DAYS = 30
EVENTS_AT_ONCE = 5_000
HASHING_THREADS = 2  # argon2id takes 64 MiB each time

log = structlog.get_logger()


class SampleError(Exception):
    """The sample company cannot be put into this folder; the message says why and what to do."""


def install_sample(settings: Settings) -> None:
    """Fills `settings.data` if it is empty; does nothing if the sample is there already.

    Takes about fifteen seconds. Raises SampleError when the folder holds something else or only a part of the sample,
    StoreError when its database cannot be opened.
    """
    asyncio.run(_install(settings))


async def _install(settings: Settings) -> None:
    company = load_company()
    store = Store.open(Path(settings.data))
    try:
        if not await _is_needed(store, company, settings.data):
            return
        now = datetime.now(UTC)
        log.info("making the sample company's history; this takes a moment", days=HISTORY_DAYS)
        await write_sample(
            store, company, list(generate(company, load_dialogues(), now, SEED, HISTORY_DAYS)), now
        )
    finally:
        store.close()


async def write_sample(store: Store, company: Company, history: Sequence[Recorded], now: datetime) -> None:
    """Accounts, then the log. A mark in the database tells whether this was interrupted."""
    hasher = PasswordHasher()
    await store.run(_mark, "begun")
    with ThreadPoolExecutor(HASHING_THREADS) as threads:
        hashes = list(threads.map(hasher.hash, [person.password for person in company.people]))
    for person, password_hash in zip(company.people, hashes, strict=True):
        await store.run(accounts.save_password_hash, person.id, password_hash, now)
    for begin in range(0, len(history), EVENTS_AT_ONCE):
        await asyncio.wrap_future(store.append(history[begin : begin + EVENTS_AT_ONCE]))
    await store.run(_mark, "done")
    log.info("sample company written", events=len(history))


async def _is_needed(store: Store, company: Company, folder: str) -> bool:
    """False when the sample is there. Raises SampleError when something else is."""
    mark = await store.read(_find_mark)
    if mark == "done":
        return False
    if mark:
        raise SampleError(
            f"{folder} holds a sample that was interrupted while it was written. Delete the folder and start again."
        )
    if await store.read(events_after, 0, 1):
        raise SampleError(
            f"{folder} holds another company's data, to which {company.name} cannot be added. Give another folder with "
            "--data, or leave out --sample-data."
        )
    return True


def _mark(cursor: Cursor, value: str) -> None:
    cursor.execute(
        "INSERT INTO meta VALUES ('sample', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        [value],
    )


def _find_mark(cursor: Cursor) -> str:
    row = cursor.execute("SELECT value FROM meta WHERE name = 'sample'").fetchone()
    return str(row[0]) if row else ""
