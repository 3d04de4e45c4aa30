"""The notebook runs against a real chat server and a real reader, from its first cell to its last."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import nbclient
import nbformat
import pytest

from chatserver import supervisor
from chatserver.reader import app
from chatserver.store.store import Store
from chatserver.wire.tokens import Kind
from tests.live import LiveServer, live_server
from tests.reader.company import written_story

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
PATIENCE_S = 30.0
PLOTS = 4  # a week; by department; by language; by country


@contextlib.asynccontextmanager
async def chat_server_and_reader(folder: Path) -> AsyncIterator[tuple[LiveServer, str]]:
    """A chat server with a story of this morning, and the reader that follows it."""
    store = Store.open(folder)
    log = written_story(datetime.now(UTC) - timedelta(hours=1)).log
    store.append(log).result()
    store.close()
    async with live_server(folder) as server:
        listener = supervisor.listen(0)
        listener.setblocking(False)
        url = f"http://localhost:{listener.getsockname()[1]}"
        reader = await app.start(server.site.settings, listener)
        try:
            async with asyncio.timeout(PATIENCE_S):
                while reader.store.place.seq < len(log):  # noqa: ASYNC110 -- nothing tells
                    await asyncio.sleep(0.02)
            yield server, url
        finally:
            await reader.stop()


@contextlib.contextmanager
def running(folder: Path) -> Iterator[tuple[LiveServer, str]]:
    """Both on a loop in a thread of its own: the notebook's runner wants this one."""
    found: list[tuple[LiveServer, str]] = []
    ready, loop, done = threading.Event(), asyncio.new_event_loop(), asyncio.Event()

    async def serve() -> None:
        async with chat_server_and_reader(folder) as both:
            found.append(both)
            ready.set()
            await done.wait()

    thread = threading.Thread(target=lambda: (loop.run_until_complete(serve()), loop.close()))
    thread.start()
    try:
        assert ready.wait(PATIENCE_S)
        yield found[0]
    finally:
        loop.call_soon_threadsafe(done.set)
        thread.join()


@pytest.mark.slow
@pytest.mark.parametrize("person", ["ana", "mia"])
def test_the_notebook_runs_against_a_real_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, person: str
) -> None:
    """R38: live SQL from a notebook, as Arrow, for an administrator and for a manager."""
    with running(tmp_path) as (server, url):
        monkeypatch.setenv("SWITCHBOARD_READER_URL", url)
        monkeypatch.setenv("SWITCHBOARD_TOKEN", server.token(person, Kind.API))
        notebook = nbformat.read(NOTEBOOKS / "01_chat_load.ipynb", as_version=4)  # type: ignore[no-untyped-call]

        nbclient.NotebookClient(notebook, timeout=90, kernel_name="python3").execute()

    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    text = "".join(output.text for output in outputs if output.output_type == "stream")
    plots = [output for output in outputs if "application/vnd.bokehjs_exec.v0+json" in output.get("data", {})]
    assert "warning" not in text.lower()
    assert f"{7 if person == 'ana' else 4} chats" in text
    assert len(plots) == PLOTS


def test_notebooks_are_kept_without_outputs() -> None:
    """What somebody saw is nobody else's business, and differs at each run."""
    for path in NOTEBOOKS.glob("*.ipynb"):
        for cell in nbformat.read(path, as_version=4).cells:  # type: ignore[no-untyped-call]
            assert not cell.get("outputs"), path
            assert cell.get("execution_count") is None, path
