"""The whole product, started as a user would, and killed in parts."""

import asyncio
import json
from pathlib import Path

import duckdb
import httpx
import pytest
from tornado.websocket import websocket_connect

from chatserver.settings import load_secret
from chatserver.supervisor import listen
from chatserver.web.base import utc_now
from chatserver.wire.tokens import API_LIFETIME, Kind, Tokens
from tests.live import FrameClient
from tests.product import Product, product, start

ALSO_TESTS = {
    "chatserver.__main__": "the command itself is started here",
    "chatserver.cli.serve": "the command itself is started here",
}

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


async def connect(running: Product, path: str) -> FrameClient:
    return FrameClient(await websocket_connect(running.chat.replace("http", "ws") + path))


async def set_up(running: Product) -> str:
    """The first administrator, who also answers chats; gives an API token of theirs."""
    fields = {
        "name": "Ana Lima",
        "username": "ana",
        "chat_name": "Ana",
        "department": "Support",
        "group": "Front line",
        "password": "a long password",
    }
    async with httpx.AsyncClient(timeout=30) as client:
        answer = await client.post(running.chat + "/setup", data=fields)
        assert answer.status_code == 302, answer.text
    return "ana"


async def test_one_command_starts_all_and_each_part_may_die(tmp_path: Path) -> None:
    """The console's and the reader's deaths are not noticed by chats; the chat server's costs a reconnect."""
    async with product(tmp_path) as running:
        person = await set_up(running)
        token = Tokens(load_secret(str(tmp_path))).mint(Kind.API, person, utc_now(), API_LIFETIME)
        agent = await connect(running, "/ws/agent")
        agent.send("hello", v=1, token=token)
        await agent.next("welcome")
        customer = await connect(running, "/ws/visitor")
        customer.send("hello", v=1)
        welcome = await customer.next("welcome")
        department = welcome["departments"][0]["id"]
        customer.send("start", client_id="start-0001", department=department, name="Zoë", question="Hi")
        await customer.next("started")

        for name, address in (("console", running.console), ("reader", running.reader + "/healthz")):
            running.kill(name)
            customer.send("say", client_id=f"while-{name}-is-away", text="Still there?")
            await customer.next("ack")
            assert (await running.answers(address)).status_code < 500

        running.kill("chat")
        while await customer.connection.read_message() is not None:
            pass
        assert (await running.answers(running.chat + "/healthz")).status_code == 200
        again = await connect(running, "/ws/visitor")
        again.send("hello", v=1, token=welcome["token"], after=0, epoch=welcome["epoch"])
        back = await again.next("welcome")
        lines = (await again.next("lines"))["lines"]

        assert back["chat"]["status"] == "active"
        assert [line["n"] for line in lines] == list(range(1, len(lines) + 1))
        said = [line.get("client_id") for line in lines if line["kind"] == "message"]
        assert said == ["start-0001", "while-console-is-away", "while-reader-is-away"]
        for client in (agent, customer, again):
            client.close()
        assert await running.stop() == 0


async def test_a_port_in_use_is_said_with_what_to_do(tmp_path: Path) -> None:
    taken = listen(0)

    process = await start(tmp_path, "--port", str(taken.getsockname()[1]))
    _, told = await asyncio.wait_for(process.communicate(), 60)

    assert process.returncode == 2
    assert b"--port" in told
    taken.close()


async def test_a_folder_that_runs_already_is_refused(tmp_path: Path) -> None:
    async with product(tmp_path):
        process = await start(tmp_path)
        out, told = await asyncio.wait_for(process.communicate(), 120)

        assert process.returncode not in {0, None}
        assert out == b""
        assert b"open in another process" in told


async def test_a_newer_database_is_refused(tmp_path: Path) -> None:
    async with product(tmp_path):
        pass
    with duckdb.connect(tmp_path / "switchboard.duckdb") as connection:
        connection.execute("UPDATE meta SET value = '999' WHERE name = 'version'")

    process = await start(tmp_path)
    _, told = await asyncio.wait_for(process.communicate(), 120)

    assert process.returncode not in {0, None}
    assert b"newer Switchboard" in told


async def test_a_folder_that_cannot_be_written_is_refused() -> None:
    process = await start(Path("/proc/switchboard"))
    _, told = await asyncio.wait_for(process.communicate(), 60)

    assert process.returncode == 2
    assert b"cannot be written" in told


async def test_logs_hold_neither_tokens_nor_words(tmp_path: Path) -> None:
    process = await start(tmp_path)
    assert process.stdout is not None
    running = Product(process, json.loads(await asyncio.wait_for(process.stdout.readline(), 120)))
    await set_up(running)
    customer = await connect(running, "/ws/visitor")
    customer.send("hello", v=1)
    welcome = await customer.next("welcome")
    customer.send(
        "start",
        client_id="start-0001",
        department=welcome["departments"][0]["id"],
        name="Nora Secretname",
        question="my password is hunter2",
    )
    await customer.next("started")
    customer.raw("nonsense hunter2")
    await customer.next("error")
    customer.close()
    process.terminate()
    _, log = await asyncio.wait_for(process.communicate(), 60)

    for secret in ("hunter2", "Secretname", welcome["token"], "a long password"):
        assert secret.encode() not in log
