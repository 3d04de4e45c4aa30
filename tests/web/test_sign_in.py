"""Signing in and out, set-up, and the console's token, over a real server."""

from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from chatserver.store import accounts
from chatserver.web.base import utc_now
from chatserver.web.sign_in import COOKIE, hash_password
from chatserver.wire.tokens import Kind
from tests.live import LiveServer, live_server

ALSO_TESTS = {
    "chatserver.web.base": "hosts, headers and refusals of all handlers",
    "chatserver.web.routes": "every address refuses unknown hosts",
    "chatserver.web.site": "what handlers share has no behaviour of its own",
}

PASSWORD = "correct horse battery"


@pytest.fixture
async def server(server: LiveServer) -> LiveServer:
    """Ben has a password."""
    hashed = await hash_password(PASSWORD)
    await server.site.store.run(accounts.save_password_hash, "ben", hashed, utc_now())
    return server


def browser(server: LiveServer, **headers: str) -> httpx.AsyncClient:
    """A client that keeps cookies and follows nothing."""
    return httpx.AsyncClient(base_url=server.url, headers=headers)


async def sign_in(
    client: httpx.AsyncClient, name: str = "ben", password: str = PASSWORD, **fields: str
) -> httpx.Response:
    return await client.post("/login", data={"username": name, "password": password, **fields})


async def test_a_good_password_opens_a_session_that_scripts_cannot_read(server: LiveServer) -> None:
    async with browser(server) as client:
        answer = await sign_in(client)

        assert answer.status_code == 302
        assert answer.headers["Location"] == server.site.settings.console_url + "/"
        cookie = answer.headers["Set-Cookie"]
        assert COOKIE in cookie
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie


@pytest.mark.parametrize(
    ("name", "password"), [("ben", "wrong"), ("nobody", PASSWORD), ("", ""), ("ana", PASSWORD)]
)
async def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(
    server: LiveServer, name: str, password: str
) -> None:
    async with browser(server) as client:
        answer = await sign_in(client, name, password)

        assert answer.status_code == 401
        assert "do not belong together" in answer.text
        assert COOKIE not in answer.cookies


async def test_guessing_is_slowed_down(tmp_path: Path) -> None:
    async with live_server(tmp_path, relaxed_loopback=False) as strict, browser(strict) as client:
        codes = [(await sign_in(client, "ben", f"guess-{n}")).status_code for n in range(12)]

        assert codes[-1] == 429


async def test_guessing_from_many_addresses_of_one_ipv6_customer_is_slowed_down(tmp_path: Path) -> None:
    async with live_server(tmp_path, relaxed_loopback=False, trusted_proxies=("127.0.0.0/8",)) as strict:
        codes = []
        for number in range(12):
            async with browser(strict, **{"X-Forwarded-For": f"2001:db8:1:2::{number:x}"}) as client:
                codes.append((await sign_in(client, f"name-{number}", "guess")).status_code)

        assert codes[-1] == 429


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil",
        "http://localhost:1.evil.example/",
        "http://localhost:1/chats\r\nX-Evil: 1",
    ],
)
async def test_a_strange_target_is_not_followed_after_signing_in(server: LiveServer, target: str) -> None:
    async with browser(server) as client:
        answer = await sign_in(client, next=target)

        assert answer.headers["Location"] == server.site.settings.console_url + "/"


async def test_another_sites_form_cannot_sign_anybody_in(server: LiveServer) -> None:
    async with browser(server, Origin="https://evil.example") as client:
        assert (await sign_in(client)).status_code == 401
    async with browser(server, **{"Sec-Fetch-Site": "cross-site"}) as client:
        assert (await sign_in(client)).status_code == 401


async def test_the_console_gets_a_short_lived_token_for_its_cookie(server: LiveServer) -> None:
    async with browser(server, Origin=server.site.settings.console_url) as client:
        await client.post("/login", data={"username": "ben", "password": PASSWORD})
        answer = await client.post("/api/v1/console-token")

        body = answer.json()
        claim = server.site.tokens.parse(body["token"], utc_now(), Kind.CONSOLE)
        assert (body["person"], claim.subject) == ("ben", "ben")
        assert answer.headers["Access-Control-Allow-Credentials"] == "true"


async def test_no_other_site_gets_a_token_for_the_cookie(server: LiveServer) -> None:
    async with browser(server) as client:
        await sign_in(client)
        answer = await client.post("/api/v1/console-token", headers={"Origin": "https://evil.example"})

        assert answer.status_code == 401
        assert "Access-Control-Allow-Origin" not in answer.headers


async def test_signing_out_ends_the_session_and_its_consoles(server: LiveServer) -> None:
    async with browser(server) as client:
        await sign_in(client)
        token = (await client.post("/api/v1/console-token")).json()["token"]
        console = await server.connect("/ws/agent")
        console.send("hello", v=1, token=token)
        await console.next("welcome")

        session = client.cookies[COOKIE]
        await client.post("/logout")

        assert await console.closed() == 1008
        late = await client.post("/api/v1/console-token", headers={"Cookie": f"{COOKIE}={session}"})
        assert late.status_code == 401
        again = await server.connect("/ws/agent")
        again.send("hello", v=1, token=token)
        assert await again.closed() == 1008


async def test_our_processes_ask_whose_session_it_is(server: LiveServer) -> None:
    async with browser(server) as client:
        await sign_in(client)
        service = {"Authorization": f"Bearer {server.token('console', Kind.SERVICE)}"}

        good = await client.post("/api/v1/session", json={"session": client.cookies[COOKIE]}, headers=service)
        bad = await client.post("/api/v1/session", json={"session": "guess"}, headers=service)
        stranger = await client.post("/api/v1/session", json={"session": client.cookies[COOKIE]})

        assert good.json()["person_id"] == "ben"
        assert (bad.status_code, stranger.status_code) == (401, 401)


async def test_an_empty_site_walks_the_first_administrator_through_set_up(tmp_path: Path) -> None:
    async with live_server(tmp_path, organisation=False) as empty, browser(empty) as client:
        assert (await client.get("/login")).headers["Location"] == "/setup"
        fields = {
            "name": "Ana Lima",
            "username": "Ana",
            "chat_name": "",
            "department": "Support",
            "group": "Front line",
            "password": "short",
        }
        refused = await client.post("/setup", data=fields)
        made = await client.post("/setup", data={**fields, "password": PASSWORD})

        assert "10 to 200 characters" in refused.text
        assert made.status_code == 302
        assert COOKIE in made.cookies
        assert set(empty.site.organisation.people) == {"ana"}
        second = await client.post("/setup", data={**fields, "username": "eve", "password": PASSWORD})
        assert second.status_code == 400
        assert "already set up" in second.text


@pytest.mark.parametrize("path", ["/", "/login", "/healthz", "/api/v1/articles", "/nothing"])
async def test_an_unknown_host_name_is_refused_everywhere(server: LiveServer, path: str) -> None:
    """A rebound DNS name would make a stranger's page same-origin."""
    async with browser(server, Host="evil.example") as client:
        assert (await client.get(path)).status_code == 421


async def test_an_unknown_host_name_opens_no_socket(server: LiveServer) -> None:
    for path in ("/ws/visitor", "/ws/agent", "/ws/feed"):
        with pytest.raises(Exception, match="421"):
            await server.connect(path, Host="evil.example", Origin="http://evil.example")


async def test_a_page_may_not_be_framed(server: LiveServer) -> None:
    async with browser(server) as client:
        headers = (await client.get("/login")).headers

        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert urlsplit(server.url).scheme == "http"
        assert headers["X-Content-Type-Options"] == "nosniff"
