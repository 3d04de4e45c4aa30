"""The console's edge: who may ask, under which name, and what the answers forbid browsers to do."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from httpx import AsyncClient

from chatserver import supervisor
from chatserver.settings import Settings
from tests.dashboard.live_console import LiveConsole, live_console

ALSO_TESTS = {"dashboard.__main__": "the process is this server, started by its command line"}


@pytest.fixture
async def live(tmp_path: Path) -> AsyncIterator[LiveConsole]:
    """A console and its chat server."""
    async with live_console(tmp_path) as running:
        yield running


async def get(live: LiveConsole, path: str = "/", **headers: str) -> tuple[int, str, dict[str, str]]:
    async with AsyncClient(trust_env=False) as client:
        answer = await client.get(live.console_url + path, headers=headers)
    return answer.status_code, answer.text, dict(answer.headers)


async def test_without_a_sign_in_it_leads_to_the_form_and_back(live: LiveConsole) -> None:
    status, _, headers = await get(live, "/?view=global")
    assert status == 302
    status, _, headers = await get(live, headers["location"].removeprefix("."))

    assert status == 302
    assert headers["location"].startswith(live.chat_url + "/login?next=http%3A%2F%2Flocalhost")
    assert "view%3Dglobal" in headers["location"]


async def test_a_forged_sign_in_is_none(live: LiveConsole) -> None:
    status, _, _ = await get(live, Cookie="switchboard_session=guessed")

    assert status == 302


@pytest.mark.parametrize("path", ["/", "/healthz", "/ws", "/static/js/bokeh.min.js"])
async def test_unknown_hosts_are_refused_before_anything_is_served(live: LiveConsole, path: str) -> None:
    status, text, _ = await get(live, path, Host="rebound.example")

    assert status == 421
    assert "host name" in text


async def test_answers_forbid_framing_and_sniffing(live: LiveConsole) -> None:
    cookie = await live.cookie("bob")
    for path in ("/", "/healthz", "/world.svg"):
        _, _, headers = await get(live, path, Cookie=f"switchboard_session={cookie}")
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


async def test_the_page_holds_neither_the_cookie_nor_other_hosts(live: LiveConsole) -> None:
    cookie = await live.cookie("bob")

    status, text, _ = await get(live, Cookie=f"switchboard_session={cookie}")

    assert status == 200
    assert cookie not in text
    assert "cdn." not in text
    assert "https://" not in text.replace("https://bokeh.org", "")


async def test_health_says_how_the_feed_stands(live: LiveConsole) -> None:
    _, text, _ = await get(live, "/healthz")

    assert json.loads(text)["feed"] in {"live", "connecting"}


async def test_a_page_that_goes_leaves_nobody_to_be_woken(live: LiveConsole) -> None:
    """A watcher on a shared object would keep dead sessions alive."""
    cookie = await live.cookie("bob")
    for _ in range(3):
        await get(live, Cookie=f"switchboard_session={cookie}")

    assert live.console.model.watchers == 0


async def test_the_process_says_when_it_is_ready_and_stops_with_its_supervisor(tmp_path: Path) -> None:
    listener = supervisor.listen(0)
    port = listener.getsockname()[1]
    settings = Settings(str(tmp_path), "http://localhost:9", f"http://localhost:{port}", "http://localhost:9")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "dashboard",
        "--settings", msgspec.json.encode(settings).decode(), "--fd", str(listener.fileno()),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, pass_fds=(listener.fileno(),),
    )  # fmt: skip
    assert process.stdout
    assert process.stdin
    assert json.loads(await asyncio.wait_for(process.stdout.readline(), 60)) == {"ready": True}
    async with AsyncClient(trust_env=False) as client:
        health = await client.get(f"http://localhost:{port}/healthz")
    assert health.json()["feed"] == "connecting"

    process.stdin.close()

    assert await asyncio.wait_for(process.wait(), 20) == 0
    listener.close()
