"""The memory limit of the process, tried in a process of its own."""

import subprocess
import sys

SCRIPT = """
from chatserver.reader.limits import limit_process_memory
limit_process_memory(300 * 1024 * 1024)
try:
    held = bytearray(600 * 1024 * 1024)
except MemoryError:
    print("refused")
"""


def test_a_process_cannot_take_more_memory_than_its_limit() -> None:
    """R38: a query that escapes the engine's own limit meets the operating system's."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True, timeout=60
    )

    assert done.stdout.strip() == "refused"
