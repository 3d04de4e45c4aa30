"""The demo shop: a site that carries the widget by one script tag (R30)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chatserver.web.demo_shop import BICYCLES, INFORMATION
from tests.live import LiveServer, live_server
from tests.web.test_portal import get

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[LiveServer]:
    async with live_server(tmp_path, sample=True) as server:
        yield server


async def test_every_page_of_the_shop_carries_the_widget_by_one_tag(shop: LiveServer) -> None:
    for path in (
        "/demo",
        "/demo/",
        *(f"/demo/{name}" for name in (*(one.slug for one in BICYCLES), *INFORMATION)),
    ):
        answer = await get(shop, path)

        assert answer.code == 200, path
        assert answer.body.decode().count("<script") == 1, path
        assert '<script src="/widget.js" async' in answer.body.decode(), path


async def test_a_page_that_the_shop_does_not_have_is_a_404(shop: LiveServer) -> None:
    assert (await get(shop, "/demo/unicycle")).code == 404
