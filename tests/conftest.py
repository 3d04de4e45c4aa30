"""Fixtures for all tests. What only one folder needs stands in that folder's conftest.py."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.helpers.chromium import chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """One Chromium for a file: while it runs, no loop of asyncio can be started in this process. Take a fresh `browser.new_context()` for each person. Mark the test `browser`."""
    with chromium() as running:
        yield running
