"""Whatever a stranger writes stays text, in every view of the console; so does what staff are called."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from chatserver.domain import commands as c
from chatserver.domain.organisation import Department, Group, Membership, Person, Role
from tests.dashboard.conftest import Threaded, choose
from tests.dashboard.live_console import LiveConsole

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
PAYLOAD = '"><img src=x onerror="window.hurt=1">{field}<%= 1 %>'
FACTS = ("name", "email", "page", "referrer", "city", "region", "browser", "os", "language", "country")


@pytest.fixture
def page(threaded: Threaded[LiveConsole], open_console: Callable[..., Page]) -> Page:
    """An administrator's console in a company whose names are hostile: one chat with an agent, one waiting."""

    def hostile(field: str) -> str:
        return PAYLOAD.replace("{field}", field)

    live, run = threaded.live, threaded.run
    run(
        live.do(
            c.SaveDepartment(
                "ada", Department("x", hostile("department"), "x-1"), Group("x-1", hostile("group"), "x")
            )
        )
    )
    run(
        live.do(
            c.SavePerson("ada", Person("xan", hostile("agent"), hostile("chat name"), (Role.AGENT,), ("en",)))
        )
    )
    run(live.do(c.SaveMembership("ada", Membership("xan", "x-1", 1))))
    run(live.do(c.SetPresence("xan", online=True)))
    facts = {field: hostile(field) for field in FACTS}
    run(live.start_chat(1, "x", **{**facts, "page": "javascript:window.hurt=1"}))
    run(live.start_chat(2, "x", **facts))
    run(live.do(c.CustomerSay("visitor-1", "say-0000001", hostile("message"))))
    return open_console("ada", "/?view=global&status=active")


def harmless(page: Page) -> None:
    """Nothing ran, and no element was made of the text."""
    page.wait_for_timeout(400)
    assert page.evaluate("window.hurt") is None
    assert page.locator("img[src=x]").count() == 0


def test_tables_chat_and_facts_show_it_as_text(page: Page) -> None:
    row = page.locator(".body .row").first
    expect(row).to_contain_text("name<%= 1 %>")
    expect(row).to_contain_text("agent<%= 1 %>")
    expect(row).to_contain_text("department<%= 1 %>")
    harmless(page)
    row.click()
    expect(page.locator(".facts")).to_contain_text("referrer<%= 1 %>")
    expect(page.locator("switchboard-chat")).to_contain_text("message<%= 1 %>")
    assert page.locator(".facts a[href^=javascript]").count() == 0
    harmless(page)


def test_dialogs_and_notices_show_it_as_text(page: Page) -> None:
    page.locator(".body .row input").first.check()
    page.locator("[data-action=take]").click()
    expect(page.get_by_role("dialog")).to_contain_text("name<%= 1 %>")
    harmless(page)
    page.get_by_role("button", name="Cancel").click()
    page.locator("[data-action=transfer]").first.click()
    choose(page, page.get_by_label("Group"), "group<%")
    choose(page, page.get_by_label("Agent", exact=True), "agent<%")
    harmless(page)
    page.get_by_role("button", name="Transfer 1 chat").click()
    expect(page.locator(".toast")).to_contain_text("agent<%= 1 %>")
    harmless(page)


def test_queue_filters_and_board_show_it_as_text(page: Page) -> None:
    page.get_by_role("tab", name="Queue").click()
    expect(page.locator(".body .row").first).to_contain_text("name<%= 1 %>")
    expect(page.get_by_label("Filter by department")).to_contain_text("department<%= 1 %>")
    page.get_by_role("button", name="Live board").click()
    expect(page.locator(".tables")).to_contain_text("department<%= 1 %>")
    harmless(page)


def test_the_page_token_holds_no_cookie(page: Page) -> None:
    """Bokeh's page token is readable by any script: it must not carry the sign-in."""
    import base64

    cookie = page.context.cookies()[0]["value"]
    source = page.request.get(page.url).text()
    token = page.evaluate("JSON.stringify([...document.scripts].map(s => s.textContent))")

    assert cookie not in source
    assert base64.urlsafe_b64encode(cookie.encode()).decode().rstrip("=") not in source + token
