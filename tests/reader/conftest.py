"""Fixtures of the reader's tests."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.reader.asking import Door, filled_store


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    """The guarded door over the story of company.py."""
    opened = Door(await filled_store(tmp_path), tmp_path)
    yield opened
    opened.close()
