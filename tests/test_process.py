"""What each of our processes does alike."""

import asyncio
import json
import subprocess
import sys

import pytest

PROGRAM = """
import asyncio, sys
from chatserver import process
async def main():
    stop = process.stop_requested()
    process.announce_ready()
    await stop.wait()
    return 7
process.configure_logging("test")
sys.exit(process.run(main))
"""


async def start() -> asyncio.subprocess.Process:
    """A process that has announced itself."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        PROGRAM,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), 30)
    assert json.loads(line) == {"ready": True}
    return process


async def test_a_process_ends_in_order_when_it_is_told_to() -> None:
    process = await start()

    process.terminate()

    assert await asyncio.wait_for(process.wait(), 30) == 7


async def test_a_process_ends_when_its_supervisor_is_gone() -> None:
    process = await start()
    assert process.stdin is not None

    process.stdin.close()

    assert await asyncio.wait_for(process.wait(), 30) == 7


@pytest.mark.parametrize("secret", ["token=abc", "body"])
def test_logs_are_lines_of_json_that_name_the_process(secret: str) -> None:
    program = (
        "import structlog\nfrom chatserver import process\nprocess.configure_logging('test')\n"
        f"structlog.get_logger().info('done', what={secret!r})"
    )

    log = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stderr

    line = json.loads(log)
    assert (line["process"], line["event"], line["what"]) == ("test", "done", secret)
