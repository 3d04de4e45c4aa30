"""The portal's pages, over HTTP (R31)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tornado.httpclient import AsyncHTTPClient, HTTPResponse

from tests.live import LiveServer, live_server

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

ARTICLES = {
    "charge": (
        "Charging the battery",
        "Battery",
        "en",
        "Use **our** charger only. <script>alert(1)</script>",
    ),
    "laden": ("Den Akku laden", "Battery", "de", "Nur mit unserem Ladegerät."),
    "return": ("Sending it back", "Returns <b>", "en", "Within 30 days."),
}


@pytest.fixture
async def portal(tmp_path: Path) -> AsyncIterator[LiveServer]:
    folder = tmp_path / "articles"
    folder.mkdir()
    for slug, (title, where, language, body) in ARTICLES.items():
        head = f"---\ntitle: {title}\nfolder: {where}\nlanguage: {language}\nupdated: 2026-03-01\n---\n"
        (folder / f"{slug}.md").write_text(head + body)
    async with live_server(tmp_path / "data", articles=str(folder)) as server:
        yield server


async def get(server: LiveServer, path: str, **headers: str) -> HTTPResponse:
    client = AsyncHTTPClient(force_instance=True)
    try:
        return await client.fetch(
            server.url + path, headers=headers, raise_error=False, follow_redirects=False
        )
    finally:
        client.close()


async def test_the_first_page_has_the_chat_the_search_and_the_readers_articles_first(
    portal: LiveServer,
) -> None:
    """R31: start a chat, search the knowledge base."""
    page = (await get(portal, "/", **{"Accept-Language": "de"})).body.decode()

    assert "<switchboard-visitor>" in page
    assert 'action="/articles"' in page
    assert page.index("Den Akku laden") < page.index("Charging the battery")
    assert "Returns &lt;b&gt;" in page


async def test_search_finds_articles_and_shows_what_was_asked_as_text(portal: LiveServer) -> None:
    """R31."""
    found = (await get(portal, "/articles?q=battery")).body.decode()
    nothing = (await get(portal, "/articles?q=%3Cscript%3Ealert(1)%3C/script%3E")).body.decode()

    assert 'href="/articles/charge"' in found
    assert 'href="/articles/return"' not in found
    assert "<script>alert" not in nothing
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in nothing


async def test_an_article_is_shown_without_scripts_and_with_the_widget(portal: LiveServer) -> None:
    answer = await get(portal, "/articles/charge")
    page = answer.body.decode()

    assert "<strong>our</strong>" in page
    assert "<script>alert" not in page
    assert '<script src="/widget.js" async></script>' in page
    assert "1 March 2026" in page
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("path", ["/articles/none", "/nowhere", "/articles/..%2f..%2fetc", "/demo"])
async def test_what_does_not_exist_is_a_404_page_with_a_way_on(portal: LiveServer, path: str) -> None:
    answer = await get(portal, path)

    assert answer.code == 404
    assert 'href="/"' in answer.body.decode()


async def test_a_site_without_articles_still_has_its_pages(tmp_path: Path) -> None:
    async with live_server(tmp_path) as server:
        assert "switchboard-visitor" in (await get(server, "/")).body.decode()
        assert "There are no articles yet." in (await get(server, "/articles")).body.decode()


async def test_an_empty_site_begins_with_its_set_up(tmp_path: Path) -> None:
    async with live_server(tmp_path, organisation=False) as server:
        answer = await get(server, "/")

    assert (answer.code, answer.headers["Location"]) == (302, "/setup")
