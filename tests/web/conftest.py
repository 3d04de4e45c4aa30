"""A fresh real server for each test of the web."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.live import LiveServer, live_server


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[LiveServer]:
    """See LiveServer for who works there."""
    async with live_server(tmp_path) as running:
        yield running
