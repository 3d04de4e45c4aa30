"""Customers on the real server: through the shop with a chat open, and in the portal (R30, R31)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.web.customer_page import CustomerPage, new_context
from tests.web.served_site import ServedSite, served_site

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

CONSOLE_PAGE = """async ([server, token]) => {
  const { connectPresence } = await import(`${server}/chat.js`);
  const chat = document.createElement("switchboard-chat");
  chat.style.height = "400px";
  window.presence = connectPresence({ server, getToken: async () => token });
  presence.addEventListener("line", ({ detail }) => {
    if (detail.kind !== "assigned") return;
    const attributes = { mode: "staff", server, chat: detail.chat };
    for (const [name, value] of Object.entries(attributes)) chat.setAttribute(name, value);
    document.body.prepend(chat);
  });
  await new Promise((resolve) => presence.addEventListener("welcome", resolve, { once: true }));
}"""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[ServedSite]:
    with served_site(tmp_path, sample=True) as running:
        yield running


def console(browser: Browser, site: ServedSite, person_id: str) -> Page:
    """A page with the agent's socket, and the chat window of the chat that comes."""
    page = new_context(browser).new_page()
    page.goto(f"{site.url}/articles")
    page.evaluate(CONSOLE_PAGE, [site.url, site.server.token(person_id)])
    return page


def test_a_chat_goes_on_while_the_customer_walks_through_the_shop(site: ServedSite, browser: Browser) -> None:
    agent = console(browser, site, "ben")
    context = new_context(browser)
    customer = CustomerPage(context, f"{site.url}/demo")
    customer.open()
    customer.start("Is the Heron heavy?")
    agent.locator("switchboard-chat textarea").fill("21 kg. Hello!")
    agent.locator("switchboard-chat textarea").press("Enter")
    customer.sees("Is the Heron heavy?", "21 kg. Hello!")
    customer.page.locator("a.name").click()
    customer.page.goto(f"{site.url}/demo/otter")
    customer.say("And this one?")

    customer.sees("Is the Heron heavy?", "21 kg. Hello!", "And this one?")
    customer.nothing_waits()
    expect(agent.locator("switchboard-chat .bubble")).to_have_count(3)
    expect(customer.panel.locator(".header")).to_contain_text("Benny")
    agent.evaluate("presence.command({t: 'end', chats: [...presence.mine.keys()]})")
    expect(customer.panel).to_contain_text("This chat has ended")
    customer.page.reload()
    expect(customer.panel).to_contain_text("This chat has ended")
    customer.panel.get_by_role("button", name="Start a new chat").click()
    customer.start("One more thing")
    customer.sees("One more thing")
    customer.nothing_waits()
    agent.context.close()
    context.close()


def test_the_portals_first_page_is_a_chat_that_waits_in_line_until_somebody_is_there(
    site: ServedSite, browser: Browser
) -> None:
    contexts = [new_context(browser) for _ in range(2)]
    pages = [CustomerPage(context, site.url) for context in contexts]
    for page in pages:
        page.start("Is anybody there?")
    expect(pages[0].panel).to_contain_text("You are first in line")
    expect(pages[1].panel).to_contain_text("1 person ahead of you")
    agent = console(browser, site, "ana")

    expect(pages[0].panel.locator(".header")).to_contain_text("Ana")
    assert not pages[0].errors
    for context in (*contexts, agent.context):
        context.close()


def test_an_agents_page_of_another_server_may_use_the_chat_window(site: ServedSite, browser: Browser) -> None:
    """The console is served from another port: modules need CORS, and its socket an allowed Origin."""
    answer = browser.new_context().request.get(f"{site.url}/chat.js")

    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["content-type"].startswith(("text/javascript", "application/javascript"))
