"""The log on disk: appended in order, read back as it was, failing loudly."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from chatserver.domain import commands as c
from chatserver.domain.chat import Customer
from chatserver.domain.desk import Desk
from chatserver.domain.events import Recorded
from chatserver.domain.organisation import Department, Group, Person, Role
from chatserver.hub.replay import desk_from
from chatserver.store import database, reading
from chatserver.store.database import StoreError
from chatserver.store.store import Store

ALSO_TESTS = {
    "chatserver.store.database": "opening is part of each test here",
    "chatserver.store.reading": "what is read is what was written",
    "chatserver.store.writing": "what is written is read back",
    "chatserver.hub.replay": "a reopened log gives the same desk",
}

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def lived_desk(chats: int = 3) -> tuple[Desk, list[Recorded]]:
    """A desk with one agent, some chats with messages, the first of them ended; and its log."""
    desk, log = Desk(), []

    def do(command: c.Command, minute: float) -> None:
        log.extend(desk.handle(command, NOW + timedelta(minutes=minute)).recorded)

    ana = Person("ana", "Ana", "Ana", (Role.ADMINISTRATOR, Role.AGENT))
    do(c.SetUpSite(ana, Department("d", "D", "g"), Group("g", "G", "d"), max_active_chats=2), 0)
    do(c.SetPresence("ana", online=True), 1)
    for number in range(chats):
        customer = Customer(name=f"Customer {number}", language="de", country="DE")
        do(c.StartChat(f"v{number}", f"start-{number}", "d", customer, "Hallo?"), 2 + number)
    do(c.AgentSay("ana", 1, "answer-1", "Guten Tag"), 10)
    do(c.EndChats("ana", (1,)), 11)
    do(c.SetAvailability("ana", available=False), 12)
    do(c.TransferChats("ana", (2,), "g", comment="please"), 13)
    return desk, log


def same(one: Desk, other: Desk) -> bool:
    """Do two desks hold the same state?"""
    import msgspec

    states = [msgspec.to_builtins(desk.state(), order="sorted") for desk in (one, other)]
    return bool(states[0] == states[1])


def test_what_was_appended_is_read_back_as_it_was(tmp_path: Path) -> None:
    _, log = lived_desk()
    store = Store.open(tmp_path)
    store.append(log).result()

    read = [item for page in store.events_after(0) for item in page]

    assert read == log
    store.close()


def test_a_reopened_log_gives_the_same_desk(tmp_path: Path) -> None:
    """A restart loses nothing."""
    desk, log = lived_desk()
    store = Store.open(tmp_path)
    store.append(log).result()
    store.close()

    again = Store.open(tmp_path)

    assert same(desk_from(again.replay()), desk)
    again.close()


def test_chats_that_ended_long_ago_do_not_slow_the_start_but_count_in_the_numbers(tmp_path: Path) -> None:
    desk, log = lived_desk(chats=1)
    log.extend(desk.handle(c.SetAvailability("ana", available=True), NOW + timedelta(hours=30)).recorded)
    store = Store.open(tmp_path)
    store.append(log).result()

    replay = store.replay()
    again = desk_from(replay)

    assert not [item for item in replay.events if getattr(item.event, "chat_id", 0) == 1]
    assert (again.last_seq, again.last_chat_id) == (desk.last_seq, desk.last_chat_id)
    assert again.duties["ana"].last_assigned_at == desk.duties["ana"].last_assigned_at
    store.close()


async def test_lines_of_one_chat_are_found_after_any_number(tmp_path: Path) -> None:
    _, log = lived_desk()
    store = Store.open(tmp_path)
    store.append(log).result()
    mine = [item for item in log if getattr(item.event, "chat_id", 0) == 2]

    assert await store.read(reading.lines_of_chat, 2, 0) == mine
    assert await store.read(reading.lines_of_chat, 2, 2) == mine[2:]
    assert await store.read(reading.lines_of_chat, 2, 99) == []
    store.close()


async def test_a_failed_commit_fails_all_that_follow(tmp_path: Path) -> None:
    """What comes after a hole must not be stored: memory and disk would part."""
    _, log = lived_desk()
    store = Store.open(tmp_path)

    def fail(cursor: duckdb.DuckDBPyConnection) -> None:
        cursor.execute("SELECT * FROM nowhere")

    with pytest.raises(duckdb.Error, match="nowhere"):
        await store.run(fail)

    assert store.append(log).exception() is not None
    assert store.failed is not None
    store.close()
    again = Store.open(tmp_path)
    assert list(again.events_after(0)) == []
    again.close()


def test_a_second_process_is_told_that_the_folder_is_in_use(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    program = (
        "import pathlib, sys\nfrom chatserver.store.store import Store\n"
        "from chatserver.store.database import StoreError\n"
        "try: Store.open(pathlib.Path(sys.argv[1]))\n"
        "except StoreError as error: print(error)"
    )

    told = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True
    )

    assert "open in another process" in told.stdout
    assert "--data" in told.stdout
    store.close()


def test_a_newer_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    Store.open(tmp_path).close()
    path = tmp_path / database.FILE_NAME
    with duckdb.connect(path) as connection:
        connection.execute("UPDATE meta SET value = '999' WHERE name = 'version'")

    with pytest.raises(StoreError, match="newer Switchboard"):
        Store.open(tmp_path)


def test_a_file_that_is_no_database_is_refused_with_words(tmp_path: Path) -> None:
    (tmp_path / database.FILE_NAME).write_bytes(b"this is not a database" * 1000)

    with pytest.raises(StoreError, match=r"cannot be (read|opened)"):
        Store.open(tmp_path)


def test_the_epoch_stays_and_differs_between_databases(tmp_path: Path) -> None:
    first = Store.open(tmp_path / ".")
    epoch = first.epoch
    first.close()
    again = Store.open(tmp_path)
    (tmp_path / "other").mkdir()
    other = Store.open(tmp_path / "other")

    assert again.epoch == epoch != other.epoch
    again.close()
    other.close()
