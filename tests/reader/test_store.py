"""The copy: the same rows as the chat server's own, each event once, whatever happens to the file."""

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from chatserver.reader.store import FILE_NAME, ReaderStore, ReaderStoreError
from chatserver.store.store import Store
from tests.reader.asking import filled_store
from tests.reader.company import written_story

PUBLISHED_TABLES = (
    *("chat", "message", "event", "chat_summary", "agent_interval"),
    *("department", "chat_group", "person", "membership"),
)


def everything(cursor: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all published tables."""
    return {
        table: cursor.execute(f"SELECT * FROM main.{table} ORDER BY ALL").fetchall()
        for table in PUBLISHED_TABLES
    }


async def test_the_copy_holds_the_same_rows_as_the_chat_server(tmp_path: Path) -> None:
    """Two paths agree: rows written by the chat server's store, and rows made from its feed."""
    log = written_story().log
    original = Store.open(tmp_path)
    original.append(log).result()
    copy = await filled_store(tmp_path)

    assert everything(copy.cursor()) == await original.read(everything)
    copy.close()
    original.close()


async def test_events_that_come_twice_are_held_once(tmp_path: Path) -> None:
    log = written_story().log
    copy = await filled_store(tmp_path)
    before = everything(copy.cursor())

    await copy.apply(log[-30:])
    await copy.apply(log[:3])

    assert everything(copy.cursor()) == before
    copy.close()


async def test_a_gap_in_the_feed_is_not_taken(tmp_path: Path) -> None:
    log = written_story().log
    copy = await filled_store(tmp_path, log[:10])

    with pytest.raises(ValueError, match="jumps"):
        await copy.apply(log[11:])
    copy.close()


async def test_the_copy_goes_on_where_it_stood_after_it_was_opened_again(tmp_path: Path) -> None:
    log = written_story().log
    (await filled_store(tmp_path, log[:30])).close()

    copy = ReaderStore.open(tmp_path)

    assert copy.place == ("epoch-1", log[29].seq)
    await copy.apply(log[20:])
    assert copy.place.seq == log[-1].seq
    copy.close()


async def test_reset_forgets_everything(tmp_path: Path) -> None:
    copy = await filled_store(tmp_path)

    await copy.reset("epoch-2")

    assert copy.place == ("epoch-2", 0)
    assert not any(everything(copy.cursor()).values())
    copy.close()
    again = ReaderStore.open(tmp_path)
    assert again.place == ("epoch-2", 0)
    again.close()


@pytest.mark.parametrize("kind", ["garbage", "foreign", "other version", "cut off"])
async def test_a_file_that_cannot_be_used_is_made_anew(tmp_path: Path, kind: str) -> None:
    """The copy is expendable: the feed holds everything."""
    path = tmp_path / FILE_NAME
    if kind == "garbage":
        path.write_bytes(b"not a database" * 1000)
    elif kind == "foreign":
        with duckdb.connect(path) as other:
            other.execute("CREATE TABLE main.chat (x INTEGER)")
    else:
        (await filled_store(tmp_path)).close()
        if kind == "cut off":
            path.write_bytes(path.read_bytes()[:9000])
        else:
            with duckdb.connect(path) as other:
                other.execute("UPDATE main.follower SET version = 'older'")

    copy = ReaderStore.open(tmp_path)

    assert copy.place == ("", 0)
    assert not any(everything(copy.cursor()).values())
    copy.close()


def test_a_copy_that_another_process_has_open_is_left_alone(tmp_path: Path) -> None:
    ReaderStore.open(tmp_path).close()
    path = tmp_path / FILE_NAME
    script = (
        "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        try:
            with pytest.raises(ReaderStoreError, match="another process"):
                ReaderStore.open(tmp_path)
        finally:
            other.communicate()
    assert path.exists()
