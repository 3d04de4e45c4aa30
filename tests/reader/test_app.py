"""A reader as a process: it serves, it ends in order, and it ends when a query would not stop."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import msgspec
import pytest

from chatserver import supervisor
from chatserver.reader import app
from chatserver.settings import Settings, SettingsError, load_secret
from chatserver.wire.tokens import Kind, Tokens
from tests.reader.company import written_story
from tests.reader.fake_feed import FakeFeed

# Folded into a constant while the query is planned, where no interrupt is looked at: some 30 s of work.
WOULD_NOT_STOP = "SELECT " + " + ".join(
    f"length(repeat(repeat('{chr(97 + number % 26)}', 1000000), {400 + number}))" for number in range(40)
)
# A table of 40 GB inside one function, which the engine's own limit does not see.
WOULD_NOT_FIT = "SELECT damerau_levenshtein(repeat('a', 100000), repeat('b', 100000))"


class ReaderProcess:
    """A reader started as the supervisor starts it."""

    def __init__(self, process: asyncio.subprocess.Process, url: str, token: str) -> None:
        self.process = process
        self.url = url
        self.token = token

    async def sql(self, text: str, timeout_s: float = 60) -> httpx.Response:
        """Asks as the administrator."""
        async with httpx.AsyncClient(timeout=timeout_s) as http:
            headers = {"Authorization": f"Bearer {self.token}"}
            return await http.post(f"{self.url}/api/v1/sql", json={"sql": text}, headers=headers)


@contextlib.asynccontextmanager
async def reader_process(folder: Path) -> AsyncIterator[ReaderProcess]:
    """A reader behind a fake feed, ready to be asked."""
    feed = FakeFeed(written_story().log)
    feed.start()
    listener = supervisor.listen(0)
    url = f"http://localhost:{listener.getsockname()[1]}"
    settings = msgspec.json.encode(Settings(str(folder), feed.url, "http://localhost:1", url)).decode()
    token = Tokens(load_secret(str(folder))).mint(Kind.API, "ana", datetime.now(UTC), timedelta(hours=1))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "chatserver", "reader", "--settings", settings, "--fd", str(listener.fileno())),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        pass_fds=(listener.fileno(),),
    )
    listener.close()
    assert process.stdout is not None
    try:
        assert b'"ready":true' in await asyncio.wait_for(process.stdout.readline(), 60)
        reader = ReaderProcess(process, url, token)
        async with asyncio.timeout(20):
            while (await reader.sql("FROM chats")).status_code != 200:  # noqa: ASYNC110 -- the copy must be filled first
                await asyncio.sleep(0.05)
        yield reader
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()
        await feed.stop()


def test_its_exit_codes_are_those_that_the_supervisor_knows() -> None:
    assert app.EXIT_CANNOT_START == supervisor.EXIT_CANNOT_START
    assert app.EXIT_QUERY_WOULD_NOT_STOP != supervisor.EXIT_CANNOT_START


@pytest.mark.slow
@pytest.mark.parametrize("how", ["SIGTERM", "end of standard input"])
async def test_it_ends_in_order(tmp_path: Path, how: str) -> None:
    async with reader_process(tmp_path) as reader:
        if how == "SIGTERM":
            os.kill(reader.process.pid, signal.SIGTERM)
        else:
            assert reader.process.stdin is not None
            reader.process.stdin.close()

        assert await asyncio.wait_for(reader.process.wait(), 20) == 0


@pytest.mark.slow
async def test_a_killed_reader_goes_on_where_it_stood(tmp_path: Path) -> None:
    """Nothing is asked for twice, and nothing is missing."""
    async with reader_process(tmp_path) as reader:
        reader.process.kill()
        await reader.process.wait()
    async with reader_process(tmp_path) as reader:
        assert (await reader.sql("SELECT count(*) FROM chats")).status_code == 200


@pytest.mark.slow
async def test_a_query_that_would_not_stop_ends_the_reader_with_a_clear_answer(tmp_path: Path) -> None:
    """R38: limits on time, also for what ignores its interrupt."""
    async with reader_process(tmp_path) as reader:
        answer = await reader.sql(WOULD_NOT_STOP)

        assert (answer.status_code, answer.json()["code"]) == (503, "busy")
        assert "restarts" in answer.json()["message"]
        assert await asyncio.wait_for(reader.process.wait(), 20) == app.EXIT_QUERY_WOULD_NOT_STOP


@pytest.mark.slow
async def test_a_query_that_would_take_all_memory_is_refused_and_the_reader_goes_on(tmp_path: Path) -> None:
    """R38: limits on memory, also for what escapes the engine's own."""
    async with reader_process(tmp_path) as reader:
        answer = await reader.sql(WOULD_NOT_FIT)

        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
        assert (await reader.sql("SELECT 1")).status_code == 200


async def test_a_data_folder_that_cannot_be_used_is_a_reason_not_to_start(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    settings = Settings(
        str(tmp_path / "file"), "http://localhost:1", "http://localhost:2", "http://localhost:3"
    )
    with contextlib.closing(supervisor.listen(0)) as listener, pytest.raises(SettingsError, match="--data"):
        await app.start(settings, listener)
