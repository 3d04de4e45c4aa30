"""The client of notebooks, against a running reader."""

import ast
import asyncio
import contextlib
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from chatserver import client
from tests.reader.running import LiveReader, live_reader


@contextlib.contextmanager
def reader_in_thread(folder: Path) -> Iterator[LiveReader]:
    """A reader on a loop of its own: the client waits without one."""
    found: list[LiveReader] = []
    ready, done = threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with live_reader(folder) as live:
            found.append(live)
            ready.set()
            await done.wait()

    def run() -> None:
        loop.run_until_complete(serve())
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        assert ready.wait(20)
        yield found[0]
    finally:
        loop.call_soon_threadsafe(done.set)
        thread.join()


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveReader]:
    """One for all tests of this file."""
    with reader_in_thread(tmp_path_factory.mktemp("reader")) as live:
        yield live


@pytest.fixture
def connection(reader: LiveReader) -> Iterator[client.Connection]:
    """As the manager of billing."""
    with client.connect(reader.url, reader.token("mia")) as opened:
        yield opened


def test_sql_gives_an_arrow_table(connection: client.Connection) -> None:
    """R38: as Arrow."""
    table = connection.sql(
        "SELECT chat_id FROM chats WHERE started_at < ? ORDER BY 1", datetime(2026, 3, 2, 9, 5, tzinfo=UTC)
    )

    assert isinstance(table, pa.Table)
    assert table["chat_id"].to_pylist() == [1, 2]


def test_parameters_may_be_dates_and_nothing(connection: client.Connection) -> None:
    assert connection.sql("SELECT ?::DATE AS d, ? IS NULL AS n", date(2026, 3, 2), None).to_pylist() == [
        {"d": date(2026, 3, 2), "n": True}
    ]


def test_df_gives_a_data_frame(connection: client.Connection) -> None:
    frame = connection.df("SELECT language, count(*) AS chats FROM chats GROUP BY 1 ORDER BY 2 DESC")

    assert list(frame.columns) == ["language", "chats"]
    assert frame["chats"].sum() == 4


def test_an_empty_answer_has_its_columns(connection: client.Connection) -> None:
    table = connection.sql("SELECT chat_id, city FROM chats WHERE false")

    assert (table.num_rows, table.column_names) == (0, ["chat_id", "city"])


def test_views_and_status_tell_what_there_is(connection: client.Connection) -> None:
    assert "chats" in [view["name"] for view in connection.views()]
    assert connection.status()["lag_s"] == 0


def test_refusals_carry_the_words_of_the_server(connection: client.Connection) -> None:
    with pytest.raises(client.QueryRefused, match="Only SELECT") as refusal:
        connection.sql("DROP TABLE chats")
    assert (refusal.value.code, refusal.value.status) == ("not_allowed", 403)


def test_a_wrong_token_is_refused(reader: LiveReader) -> None:
    with client.connect(reader.url, "wrong") as opened, pytest.raises(client.QueryRefused, match="not valid"):
        opened.sql("SELECT 1")


def test_a_server_that_is_not_there_is_named() -> None:
    with (
        client.connect("http://localhost:9", "x") as opened,
        pytest.raises(client.NotReachable, match="localhost:9"),
    ):
        opened.sql("SELECT 1")


def test_a_server_of_another_kind_is_named(reader: LiveReader) -> None:
    with client.connect(reader.url + "/else", "x") as opened, pytest.raises(client.ClientError):
        opened.sql("SELECT 1")


def test_it_needs_neither_the_engine_nor_the_server() -> None:
    """Whoever analyses installs little."""
    tree = ast.parse(Path(client.__file__).read_text(encoding="utf-8"))
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }

    assert imported <= {"datetime", "typing", "httpx", "pyarrow", "pandas", "json"}
