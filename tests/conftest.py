"""Fixtures for all tests. What only one folder needs stands in that folder's conftest.py."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.helpers.chromium import chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser

settings.register_profile("house", deadline=None)  # speed is for benchmarks: a busy machine fails no test
settings.load_profile("house")


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """One Chromium for a file. Take a fresh `browser.new_context()` for each person, and mark the test `browser`.

    While it runs, no loop of asyncio can be started in this process.
    """
    with chromium() as running:
        yield running
