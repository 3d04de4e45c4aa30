"""Files that pages of any site load."""

import httpx
import pytest

from tests.live import LiveServer


@pytest.mark.parametrize("path", ["/widget.js", "/chat.js", "/static/portal.css"])
async def test_any_site_may_load_our_files_and_none_is_sniffed(server: LiveServer, path: str) -> None:
    async with httpx.AsyncClient(base_url=server.url) as client:
        headers = (
            (await client.get(path, headers={"Origin": "https://shop.example"})).raise_for_status().headers
        )

        assert headers["Access-Control-Allow-Origin"] == "*"
        assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", ["/static/../app.py", "/static/%2e%2e/app.py", "/static//etc/passwd"])
async def test_nothing_outside_the_folder_is_served(server: LiveServer, path: str) -> None:
    async with httpx.AsyncClient(base_url=server.url) as client:
        assert (await client.get(path)).status_code in {403, 404}
