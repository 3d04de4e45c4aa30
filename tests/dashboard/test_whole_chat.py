"""One chat from end to end, in three browsers: the customer's portal page, and the consoles of two agents."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.dashboard.conftest import Threaded, choose
from tests.dashboard.live_console import LiveConsole
from tests.web.customer_page import CustomerPage, new_context

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def say(page: Page, text: str) -> None:
    """An agent writes in the open chat."""
    page.locator("switchboard-chat textarea").fill(text)
    page.keyboard.press("Enter")


def set_away(page: Page) -> None:
    """New chats keep off."""
    page.locator(".availability").click()
    page.get_by_role("menuitemcheckbox", name="Away").click()
    expect(page.locator(".availability.away")).to_be_visible()


def test_a_customer_is_answered_transferred_and_answered_by_a_second_agent(
    threaded: Threaded[LiveConsole], open_console: Callable[..., Page], browser: Browser
) -> None:
    """R5, R13, R18, R21, R25: the customer sees the right name and place all the time."""
    bob, eve = open_console("bob"), open_console("eve")
    set_away(eve)
    context = new_context(browser)
    customer = CustomerPage(context, f"{threaded.live.chat_url}/")
    customer.start("How do I return a damaged lamp?", name="Zoë", department="Sales")

    bob.locator(".body .row", has_text="Zoë").click()
    expect(bob.locator("switchboard-chat")).to_contain_text("How do I return a damaged lamp?")
    say(bob, "Hello Zoë, let me find out who knows.")
    for text in ("Hello Zoë, let me find out who knows.", "Bobby"):
        expect(customer.panel).to_contain_text(text)

    bob.get_by_label("Transfer this chat").click()
    choose(bob, bob.get_by_label("Group"), "Billing & Orders")
    bob.get_by_label("Comment for colleagues").fill("knows lamps: secret remark")
    bob.get_by_role("button", name="Transfer 1 chat").click()
    expect(bob.get_by_text("1 chat queued.")).to_be_visible()
    expect(customer.panel).to_contain_text(re.compile("first in line|next in line"))

    eve.locator("[data-action=get]").filter(has_text="(1)").click()
    expect(eve.locator(".panel .who")).to_contain_text("Zoë")
    expect(eve.locator("switchboard-chat")).to_contain_text("knows lamps: secret remark")
    say(eve, "Hi, I am the one for lamps.")
    for text in ("Hi, I am the one for lamps.", "Evi"):
        expect(customer.panel).to_contain_text(text)
    customer.say("Wonderful, thank you!")
    expect(eve.locator("switchboard-chat")).to_contain_text("Wonderful, thank you!")

    eve.get_by_label("End this chat").click()
    eve.get_by_role("button", name="End 1 chat").click()
    expect(customer.page.get_by_text(re.compile("ended", re.IGNORECASE)).first).to_be_visible()
    assert "secret remark" not in customer.page.content()
    context.close()
