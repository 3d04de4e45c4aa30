"""<switchboard-chat> as the console uses it: presence, one socket for all chats, what may be written (R26, R30)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.web.customer_page import new_context
from tests.web.fake_chat_server import FakeChatServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

CONSOLE = """<!doctype html><html lang=en><title>Console</title><body>
<switchboard-chat id=a mode=staff chat=1 style="height:300px"></switchboard-chat>
<switchboard-chat id=b mode=staff chat=1 style="height:300px" readonly></switchboard-chat>
<script type=module src=/console.js></script></body></html>"""
SCRIPT = """
import { connectPresence } from "/chat.js";
window.tokens = [];
window.lines = [];
window.presence = connectPresence({ server: location.origin, getToken: async ({ fresh }) => {
  tokens.push(fresh);
  return tokens.length === 1 && location.hash === "#expired" ? "expired" : "good";
} });
presence.addEventListener("line", ({ detail }) => lines.push(detail));
for (const chat of document.querySelectorAll("switchboard-chat")) chat.setAttribute("server", location.origin);
"""


@pytest.fixture
def server() -> Iterator[FakeChatServer]:
    with FakeChatServer(pages={"console": CONSOLE, "console.js": SCRIPT}) as running:
        running.do(lambda: running.begin("Zoë <b>", "sales", "Where is my parcel?", "question-1"))
        yield running
        assert not running.bad_frames


@pytest.fixture
def console(server: FakeChatServer, browser: Browser) -> Iterator[Page]:
    context = new_context(browser, bypass_csp=True)  # wait_for_function evaluates strings
    page = context.new_page()
    page.goto(f"{server.url}/console")
    page.wait_for_function("window.presence?.state === 'online'")
    yield page
    context.close()


def test_all_elements_of_a_page_share_one_socket(server: FakeChatServer, console: Page) -> None:
    expect(console.locator("#a .bubble")).to_have_text(["Where is my parcel?"])
    expect(console.locator("#b .bubble")).to_have_text(["Where is my parcel?"])
    assert [frame for frame in server.received if frame.get("v")] == [{"v": 1, "token": "good"}]
    assert len(server.consoles) == 1


def test_only_ones_own_active_chat_can_be_answered(server: FakeChatServer, console: Page) -> None:
    """R22: another's chat, or one in the queue, is taken first."""
    composer, bar = console.locator("#a textarea"), console.locator("#a .bar")
    expect(bar).to_contain_text("Take the chat to answer.")
    server.person = "tomas"
    server.assign("Tom")
    expect(bar).to_contain_text("Tom has this chat.")
    server.person = "marit"
    server.assign("Marit")
    expect(bar).to_be_hidden()
    expect(composer).to_be_visible()
    expect(console.locator("#b textarea")).to_be_hidden()
    server.end("ended_by_customer")
    expect(bar).to_have_text("This chat has ended")
    expect(composer).to_be_hidden()


def test_an_answer_survives_a_lost_connection_once(server: FakeChatServer, console: Page) -> None:
    server.assign()
    server.faults.close_before_ack = 1
    console.locator("#a textarea").fill("It is on its way.")
    console.locator("#a textarea").press("Enter")

    for element in ("#a", "#b"):
        expect(console.locator(f"{element} .bubble")).to_have_text(
            ["Where is my parcel?", "It is on its way."]
        )
    expect(console.locator("#a .waiting")).to_have_count(0)
    assert server.texts("agent") == ["It is on its way."]


def test_a_reload_before_the_ack_keeps_the_answer(server: FakeChatServer, console: Page) -> None:
    server.assign()
    console.locator("#a textarea").wait_for()
    server.faults.close_before_storing = 1
    server.faults.unreachable = True
    console.locator("#a textarea").fill("Kept")
    console.locator("#a textarea").press("Enter")
    expect(console.locator("#a .waiting")).to_have_count(1)
    console.reload()
    server.faults.unreachable = False

    expect(console.locator("#a .bubble")).to_have_text(["Where is my parcel?", "Kept"])
    assert server.texts("agent") == ["Kept"]


def test_suggestions_are_inserted_at_the_cursor_and_commands_answered(
    server: FakeChatServer, console: Page
) -> None:
    server.assign()
    console.locator("#a textarea").fill("Hello")
    console.evaluate("document.querySelector('#a').insertText('see this article')")
    expect(console.locator("#a textarea")).to_have_value("Hello see this article")
    results = console.evaluate("presence.command({t: 'end', chats: [1]}).then((done) => done.results)")

    assert results == [{"chat_id": 1, "code": "ended"}]


def test_pushed_lines_are_told_to_the_page_and_mine_is_kept_up_to_date(
    server: FakeChatServer, console: Page
) -> None:
    server.assign()
    server.customer_says("Hello?")
    console.wait_for_function("lines.length === 2")
    assert console.evaluate("lines.map((line) => line.kind)") == ["assigned", "message"]
    assert console.evaluate("[...presence.mine.keys()]") == [1]
    server.end()
    console.wait_for_function("presence.mine.size === 0")


def test_a_chat_that_is_gone_says_so(server: FakeChatServer, console: Page) -> None:
    console.locator("#a").evaluate("element => element.setAttribute('chat', '99')")

    expect(console.locator("#a .bar")).to_contain_text("no longer live")


def test_an_expired_token_is_replaced_by_a_fresh_one(server: FakeChatServer, browser: Browser) -> None:
    context = new_context(browser, bypass_csp=True)  # wait_for_function evaluates strings
    page = context.new_page()
    page.goto(f"{server.url}/console#expired")

    page.wait_for_function("window.presence?.state === 'online'")
    assert page.evaluate("tokens") == [False, True]
    context.close()


def test_staff_read_comments_and_names_as_text(server: FakeChatServer, console: Page) -> None:
    server.line(kind="transferred", name="<i>Billing</i>", comment="<img src=x onerror=alert(1)>")

    expect(console.locator("#a .system").first).to_have_text("Zoë <b> started the chat")
    expect(console.locator("#a .note")).to_contain_text("<img src=x onerror=alert(1)>")
    assert console.locator("#a img").count() == 0
