"""The console in a browser: a table that lives, actions by clicks, a chat beside it, a board."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from chatserver.domain import commands as c
from tests.dashboard.conftest import Threaded, choose
from tests.dashboard.live_console import LiveConsole

ALSO_TESTS = {
    "dashboard.chat_list": "a list lives on clicks and messages of a browser",
    "dashboard.actions": "an action is a click, a command and what the page says afterwards",
    "dashboard.dialogs": "dialogs are seen in a browser only",
    "dashboard.page_layout": "a layout is seen in a browser only",
    "dashboard.parts": "parts are drawn by a browser",
}

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
Open = Callable[..., Page]


def rows(page: Page) -> list[str]:
    """Names in the table, from top to bottom."""
    found = page.locator(".body .row").evaluate_all(
        "rows => rows.map(r => [+r.getAttribute('aria-rowindex'), r.querySelector('.name').textContent])"
    )
    return [name for _, name in sorted(found)]


def start_chats(
    threaded: Threaded[LiveConsole], count: int, first: int = 0, department: str = "billing"
) -> list[int]:
    """Customers named Customer 0, 1, … come, oldest first."""
    return [
        threaded.run(threaded.live.start_chat(number, department, name=f"Customer {number}"))
        for number in range(first, first + count)
    ]


def test_an_agent_begins_with_own_chats_and_a_manager_with_all(
    threaded: Threaded[LiveConsole], open_console: Open
) -> None:
    """R4."""
    agent, manager = open_console("bob"), open_console("mia")

    expect(agent.locator("h1:visible")).to_have_text("My Live Chats")
    expect(manager.locator("h1:visible")).to_have_text("Global Live Chats")
    expect(manager.get_by_role("tab", selected=True)).to_contain_text("Active")
    expect(agent.get_by_role("button", name="Live board")).to_have_count(0)


def test_rows_move_while_selection_and_scroll_survive(
    threaded: Threaded[LiveConsole], open_console: Open
) -> None:
    """R24: rows update live; a selection and the scroll position survive updates."""
    chats = start_chats(threaded, 60)
    page = open_console("ada", "/?view=global&status=queued", 1200, 600)
    expect(page.locator(".table")).to_have_attribute("aria-rowcount", "61")
    page.locator(f'[data-chat="{chats[2]}"] input').check()
    page.locator(".table").evaluate("node => node.scrollTop = 800")
    seen = page.locator(f'[data-chat="{chats[22]}"]')
    expect(seen).to_be_visible()
    before = seen.bounding_box()

    threaded.run(threaded.live.do(c.CustomerEnd("visitor-1")))  # a row above goes
    start_chats(threaded, 1, 100)  # one below comes
    expect(page.locator(".table")).to_have_attribute("aria-rowcount", "61")
    threaded.run(threaded.live.do(c.CustomerSay("visitor-22", "say-0000001", "Are you there?")))
    expect(seen.locator('[data-column="messages"]')).to_have_text("2")

    after = seen.bounding_box()
    assert before
    assert after
    assert abs(before["y"] - after["y"]) <= 1
    expect(page.get_by_text("1 chat selected")).to_be_visible()
    page.locator(".table").evaluate("node => node.scrollTop = 0")
    expect(page.locator(f'[data-chat="{chats[2]}"] input')).to_be_checked()
    assert page.locator(".body .row input:checked").count() == 1


def test_sort_filter_and_search_work_over_all_rows(
    threaded: Threaded[LiveConsole], open_console: Open
) -> None:
    """R24: over all rows, not the page; R23: the columns."""
    start_chats(threaded, 150)
    threaded.run(threaded.live.start_chat(500, "support", name="Ada Quux"))
    page = open_console("ada", "/?view=global&status=queued", 1440, 700)
    assert page.locator(".head [role=columnheader]").all_inner_texts()[1:] == [
        "Customer Name", "Department", "Agent", "Status", "Messages", "Duration", "Idle",
        "City", "Region", "Country", "Language", "Browser", "OS",
    ]  # fmt: skip

    page.locator(".head button", has_text="Customer Name").click()
    expect(page.locator(".body .row").first).to_contain_text("Customer")
    page.locator(".head button", has_text="Customer Name").click()
    expect(page.locator('[role=columnheader][aria-sort="descending"]')).to_have_text("Customer Name")
    page.wait_for_timeout(500)
    assert rows(page)[0] == "Customer 99"

    page.get_by_label("Search all chats of this list").fill("quux ADA")
    expect(page.locator(".table")).to_have_attribute("aria-rowcount", "2")
    page.get_by_label("Search all chats of this list").fill("")
    page.get_by_label("Filter by department").select_option(label="Support")
    expect(page.locator(".table")).to_have_attribute("aria-rowcount", "2")
    assert rows(page) == ["Ada Quux"]


def test_visible_fields_are_chosen_ordered_and_kept_per_person(
    threaded: Threaded[LiveConsole], open_console: Open
) -> None:
    """R24: Visible Fields chooses columns and their order; the choice is kept per person."""
    page = open_console("ada", "/?view=global&status=active")
    page.locator("[data-action=view]").click()
    page.get_by_text("Visible Fields").click()
    page.get_by_label("Region", exact=True).uncheck()
    page.get_by_label("Move Agent up").click()
    heads = page.locator(".head [role=columnheader]")
    expect(heads.nth(2)).to_have_text("Agent")
    expect(page.locator(".head", has_text="Region")).to_have_count(0)

    again, other = (
        open_console("ada", "/?view=global&status=active"),
        open_console("mia", "/?view=global&status=active"),
    )
    expect(again.locator(".head [role=columnheader]").nth(2)).to_have_text("Agent")
    expect(other.locator(".head [role=columnheader]").nth(2)).to_have_text("Department")


def test_get_from_queue_gives_the_oldest_chat_and_opens_it(
    threaded: Threaded[LiveConsole], open_console: Open
) -> None:
    """R13."""
    start_chats(threaded, 3, department="billing")
    page = open_console("mia")
    start_chats(threaded, 6, 10, "support")  # four fill her group's limit, two wait

    page.locator("[data-action=get]").filter(has_text="(2)").click()

    expect(page.get_by_text("1 chat assigned to Mia Moor, 1 above the agent's limit.")).to_be_visible()
    expect(page.locator(".panel .who")).to_contain_text("Customer 14")
    expect(page.locator(".toolbar h1")).to_have_text("My Live Chats")


def test_transfer_says_per_chat_what_happened(threaded: Threaded[LiveConsole], open_console: Open) -> None:
    """R21: several selected, to a group with auto-assign, with a comment; R25: what will happen to how many."""
    page = open_console("bob")
    start_chats(threaded, 2, department="sales")
    expect(page.locator(".table")).to_have_attribute("aria-rowcount", "3")
    page.get_by_label("Select all chats of this list").check()
    page.locator("[data-action=transfer]").first.click()
    choose(page, page.get_by_label("Group"), "Billing & Orders")
    page.get_by_label("Comment for colleagues").fill("Invoices, please")

    page.get_by_role("button", name="Transfer 2 chats").click()

    expect(page.get_by_text("2 chats queued.")).to_be_visible()
    expect(page.locator(".table")).to_have_attribute("aria-rowcount", "1")


def test_taking_from_another_agent_asks_first_and_ending_says_how_many(
    threaded: Threaded[LiveConsole], open_console: Open
) -> None:
    """R22, R25."""
    open_console("bob")
    (chat,) = start_chats(threaded, 1, department="sales")
    manager = open_console("mia", "/?view=global&status=active")
    manager.locator(f'[data-chat="{chat}"] input').check()
    manager.locator("[data-action=take]").click()
    expect(manager.get_by_text("1 of them is with another agent now.")).to_be_visible()
    manager.get_by_role("button", name="Take 1 chat").click()
    expect(manager.locator(".panel .who")).to_contain_text("Mia Moor")

    manager.get_by_label("End this chat").click()
    expect(manager.get_by_text("1 chat will end; the customers are told so")).to_be_visible()
    manager.get_by_role("button", name="End 1 chat").click()

    expect(manager.get_by_text("1 chat ended.")).to_be_visible()
    expect(manager.locator(".panel .chip")).to_have_text("Ended by agent")


def test_the_open_chat_shows_facts_and_articles_that_fit(
    threaded: Threaded[LiveConsole], open_console: Open
) -> None:
    """R26: transcript, the customer's details, suggestions that are opened or inserted by one click."""
    page = open_console("bob")
    threaded.run(
        threaded.live.start_chat(
            1, "sales", name="Grace", email="grace@mail.example", country="FR", language="fr"
        )
    )
    page.locator(".body .row").click()

    expect(page.locator(".facts")).to_contain_text("grace@mail.example")
    expect(page.locator(".facts")).to_contain_text("France")
    expect(page.locator("switchboard-chat")).to_contain_text("How do I return an order that arrived damaged?")
    article = page.locator("[data-article]").first
    title = article.locator("h3").inner_text()
    assert article.get_by_role("link", name="Open").get_attribute("href")
    article.get_by_role("button", name="Insert").click()
    expect(page.locator("switchboard-chat textarea")).to_have_value(re.compile(re.escape(title)))
    page.keyboard.press("Enter")
    expect(page.locator("switchboard-chat")).to_contain_text(title)


def test_away_is_set_in_the_header_and_known_to_the_desk(
    threaded: Threaded[LiveConsole], open_console: Open
) -> None:
    """R19."""
    page = open_console("bob")
    page.locator(".availability").click()
    page.get_by_role("menuitemcheckbox", name="Away").click()

    expect(page.locator(".availability.away")).to_be_visible()
    assert not threaded.live.console.model.desk.duties["bob"].available


def test_each_number_of_the_board_opens_its_chats(
    threaded: Threaded[LiveConsole], open_console: Open
) -> None:
    """R35: pushed live; each number opens the chats behind it."""
    page = open_console("ada", "/?view=board")
    expect(page.locator(".figure").first).to_contain_text("0")
    start_chats(threaded, 3, department="billing")
    expect(page.locator(".figure").first.locator(".number")).to_have_text("3", timeout=2000)
    expect(page.locator(".map svg .waits").first).to_be_visible()

    page.get_by_role("button", name="3 · Billing & Orders: waiting chats").click()

    expect(page.locator("h1:visible")).to_have_text("Global Live Chats")
    expect(page.get_by_label("Filter by department")).to_have_value("=billing")
    expect(page.locator(".table")).to_have_attribute("aria-rowcount", "4")


@pytest.mark.parametrize("width", [390, 1024])
def test_narrow_pages_do_not_scroll_sideways(
    threaded: Threaded[LiveConsole], open_console: Open, width: int
) -> None:
    page = open_console("bob", "/", width, 800)
    start_chats(threaded, 2, department="sales")
    expect(page.locator(".table")).to_have_attribute("aria-rowcount", "3")
    page.locator(".body .row").first.click()
    expect(page.locator("switchboard-chat")).to_be_visible(timeout=20_000)
    box = page.locator(".panel").bounding_box()

    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width + 1
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_dark_is_kept_per_person(threaded: Threaded[LiveConsole], open_console: Open) -> None:
    page = open_console("bob")
    page.get_by_label("Toggle theme").click()
    expect(page.locator(":root")).to_have_attribute("data-theme", "dark")

    expect(open_console("bob").locator(":root")).to_have_attribute("data-theme", "dark")
    expect(open_console("eve").locator(":root")).to_have_attribute("data-theme", "light")
