"""Processes are started, restarted on the same ports, and taken along."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from pathlib import Path

import pytest

from chatserver.supervisor import EXIT_CANNOT_START, Child, Supervisor, SupervisorError, listen

PATIENCE_S = 60.0  # on a busy machine

ECHO = """
import json, os, socket, sys, threading
listener = socket.socket(fileno=int(sys.argv[sys.argv.index("--fd") + 1]))
listener.setblocking(True)
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
print(json.dumps({"ready": True}), flush=True)
while True:
    connection, _ = listener.accept()
    connection.sendall(str(os.getpid()).encode())
    connection.close()
"""


async def ask_pid(port: int) -> int:
    """The pid of whoever answers on the port."""
    while True:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        answer = b""
        with contextlib.suppress(ConnectionError):  # accepted by the one that was just killed
            answer = await asyncio.wait_for(reader.read(), PATIENCE_S)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
        if answer:
            return int(answer)


def echo(tmp_path: Path, listener: socket.socket) -> Child:
    program = tmp_path / "echo.py"
    program.write_text(ECHO)
    return Child("echo", [str(program)], listener)


async def test_a_killed_process_comes_back_on_its_port_and_waiting_clients_are_served(tmp_path: Path) -> None:
    listener, stop = listen(0), asyncio.Event()
    port = listener.getsockname()[1]
    ready = asyncio.get_running_loop().create_future()
    running = asyncio.create_task(Supervisor([echo(tmp_path, listener)], stop).run(ready))
    await asyncio.wait_for(ready, PATIENCE_S)
    first = await ask_pid(port)

    os.kill(first, signal.SIGKILL)
    second = await ask_pid(port)

    assert second != first
    stop.set()
    assert await asyncio.wait_for(running, PATIENCE_S) == 0
    with pytest.raises(ProcessLookupError):
        os.kill(second, 0)
    listener.close()


async def test_a_process_that_cannot_start_ends_all_with_its_code(tmp_path: Path) -> None:
    program = tmp_path / "fails.py"
    program.write_text(f"import sys; sys.exit({EXIT_CANNOT_START})")

    code = await asyncio.wait_for(
        Supervisor([Child("fails", [str(program)])], asyncio.Event()).run(), PATIENCE_S
    )

    assert code == EXIT_CANNOT_START


async def test_a_killed_supervisor_takes_its_processes_along(tmp_path: Path) -> None:
    (tmp_path / "echo.py").write_text(ECHO)
    program = f"""
import asyncio, sys
from chatserver.supervisor import Child, Supervisor, listen
async def main():
    listener = listen(0)
    ready = asyncio.get_running_loop().create_future()
    child = Child("echo", [{str(tmp_path / "echo.py")!r}], listener)
    task = asyncio.create_task(Supervisor([child], asyncio.Event()).run(ready))
    await ready
    print(child.pid, flush=True)
    await task
asyncio.run(main())
"""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    pid = int(await asyncio.wait_for(process.stdout.readline(), PATIENCE_S))

    process.kill()
    await process.wait()

    for _ in range(200):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        await asyncio.sleep(0.05)
    pytest.fail("the child outlived its supervisor")


def test_a_taken_port_is_refused_with_what_to_do() -> None:
    taken = listen(0)

    with pytest.raises(SupervisorError, match="--port"):
        listen(taken.getsockname()[1])
    taken.close()


@pytest.mark.parametrize("port", [-1, 65_536])
def test_what_is_no_port_is_refused_with_what_to_do(port: int) -> None:
    with pytest.raises(SupervisorError, match="from 0 to 65535"):
        listen(port)
