"""How much one question may cost, and the limit that the operating system holds the whole process to."""

import resource
import sys
from typing import NamedTuple

GIB = 1024**3

# Heap, mapped memory and stacks of the process. DuckDB's own limit does not bound every aggregate; this does. It leaves
# room for that limit (1 GB), answers on their way out, and Python. Reached, the allocation fails; at worst the process
# ends and is started again.
PROCESS_MEMORY_BYTES = 3 * GIB


class Limits(NamedTuple):
    """Of one question. Beyond `time_s` it is interrupted; when it has not stopped `grace_s` later, the process ends."""

    time_s: float = 10.0
    grace_s: float = 5.0
    rows: int = 1_000_000
    answer_bytes: int = 512 * 1024 * 1024
    memory: str = "400MB"  # of each operator


EXPORTS = Limits(time_s=60.0, rows=5_000_000, answer_bytes=GIB)


def limit_process_memory(limit_bytes: int = PROCESS_MEMORY_BYTES) -> None:
    """Bounds this process for good. Where the system has no such limit, does nothing."""
    if sys.platform != "linux":
        return
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard == resource.RLIM_INFINITY or hard > limit_bytes:
        resource.setrlimit(resource.RLIMIT_DATA, (limit_bytes, limit_bytes))
