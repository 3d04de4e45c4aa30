"""Fixtures of the reader's tests."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chatserver.reader.limits import Limits
from tests.reader.asking import Door, filled_store
from tests.reader.running import LiveReader, live_reader


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    """The guarded door over the story of company.py."""
    opened = Door(await filled_store(tmp_path), tmp_path)
    yield opened
    opened.close()


@pytest.fixture
async def reader(tmp_path: Path) -> AsyncIterator[LiveReader]:
    """The story of company.py, served, with small limits."""
    async with live_reader(tmp_path, limits=Limits(time_s=2, rows=500)) as live:
        yield live
