"""Whatever breaks between the widget and the server: no message is lost, none is doubled, the order holds (R30)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.web.customer_page import CustomerPage, new_context
from tests.web.fake_chat_server import FakeChatServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext

pytestmark = pytest.mark.browser


@pytest.fixture
def server() -> Iterator[FakeChatServer]:
    with FakeChatServer() as running:
        yield running
        assert not running.bad_frames


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    fresh = new_context(browser)
    yield fresh
    fresh.close()


@pytest.fixture
def customer(server: FakeChatServer, context: BrowserContext) -> CustomerPage:
    """In a chat with an agent."""
    page = CustomerPage(context, server.url)
    page.open()
    page.start("Question")
    server.assign()
    return page


def test_a_connection_lost_before_the_ack_doubles_nothing(
    server: FakeChatServer, customer: CustomerPage
) -> None:
    server.faults.close_before_ack = 2
    customer.say("One")
    customer.say("Two")

    customer.sees("Question", "One", "Two")
    customer.nothing_waits()
    assert server.texts() == ["Question", "One", "Two"]


def test_a_connection_lost_before_storing_loses_nothing(
    server: FakeChatServer, customer: CustomerPage
) -> None:
    server.faults.close_before_storing = 2
    for text in ("One", "Two", "Three"):
        customer.say(text)

    customer.nothing_waits()
    customer.sees("Question", "One", "Two", "Three")
    assert server.texts() == ["Question", "One", "Two", "Three"]


def test_a_reload_before_the_ack_keeps_the_message(server: FakeChatServer, customer: CustomerPage) -> None:
    server.faults.close_before_storing = 1
    server.faults.unreachable = True
    customer.say("Written just before the reload")
    expect(customer.page.locator(".message.waiting")).to_have_count(1)
    customer.page.reload()
    server.faults.unreachable = False

    customer.sees("Question", "Written just before the reload")
    customer.nothing_waits()
    assert server.texts() == ["Question", "Written just before the reload"]


def test_a_page_change_in_the_middle_keeps_the_chat_and_what_came_meanwhile(
    server: FakeChatServer, customer: CustomerPage
) -> None:
    customer.say("On the first page")
    customer.nothing_waits()
    customer.page.goto("about:blank")
    server.agent_says("Said while no page was open")
    customer.page.goto(f"{server.url}/other")

    customer.sees("Question", "On the first page", "Said while no page was open")
    customer.say("On the second page")
    customer.sees("Question", "On the first page", "Said while no page was open", "On the second page")


def test_a_start_whose_answer_was_lost_begins_one_chat(
    server: FakeChatServer, context: BrowserContext
) -> None:
    server.faults.close_before_started = 2
    customer = CustomerPage(context, server.url)
    customer.open()
    customer.start("Only once")

    customer.nothing_waits()
    customer.sees("Only once")
    assert len(server.chats) == 1


def test_a_server_that_cannot_be_reached_is_said_and_found_again(
    server: FakeChatServer, context: BrowserContext
) -> None:
    server.faults.unreachable = True
    customer = CustomerPage(context, server.url)
    customer.open()
    expect(customer.panel).to_contain_text("Reconnecting…")
    server.faults.unreachable = False

    customer.start("There you are")
    customer.sees("There you are")
    customer.nothing_waits()


def test_repeated_lines_are_shown_once(server: FakeChatServer, customer: CustomerPage) -> None:
    server.faults.duplicate_lines = True
    server.agent_says("One", "Two")
    customer.say("Three")

    customer.sees("Question", "One", "Two", "Three")


def test_a_gap_is_asked_for_and_filled_in_its_place(server: FakeChatServer, customer: CustomerPage) -> None:
    server.faults.swallow_lines = 1
    server.agent_says("Never arrived", "Arrived")

    customer.sees("Question", "Never arrived", "Arrived")
    assert {"resume"} <= {frame.get("t", "resume") for frame in server.received}


def test_a_frame_that_was_cut_is_fetched_again(server: FakeChatServer, customer: CustomerPage) -> None:
    server.faults.cut_frames = 1
    server.agent_says("Cut in half")

    customer.sees("Question", "Cut in half")


def test_lines_said_while_the_line_was_dead_arrive_after_it(
    server: FakeChatServer, customer: CustomerPage
) -> None:
    server.faults.unreachable = True
    server.cut_connections()
    expect(customer.panel).to_contain_text("Reconnecting… What you write is kept.")
    server.agent_says("Are you there?")
    customer.say("I am in a tunnel")
    server.faults.unreachable = False

    customer.sees("Question", "Are you there?", "I am in a tunnel")
    customer.nothing_waits()
    expect(customer.page.locator(".connection")).to_be_hidden()


def test_a_refused_message_says_why_and_can_be_sent_again_or_deleted(
    server: FakeChatServer, customer: CustomerPage
) -> None:
    server.faults.refuse_says += [("invalid", "That cannot be sent."), ("invalid", "Nor can that.")]
    customer.say("One")
    failed = customer.page.locator(".message.failed")
    expect(failed).to_contain_text("Not sent. That cannot be sent.")
    failed.get_by_role("button", name="Try again").click()
    expect(failed).to_contain_text("Nor can that.")
    failed.get_by_role("button", name="Try again").click()
    expect(failed).to_have_count(0)
    customer.sees("Question", "One")
    server.faults.refuse_says.append(("invalid", "No."))
    customer.say("Two")
    failed.get_by_role("button", name="Delete").click()

    customer.sees("Question", "One")
    assert server.texts() == ["Question", "One"]


def test_a_message_that_was_too_fast_is_sent_again_by_itself(
    server: FakeChatServer, customer: CustomerPage
) -> None:
    server.faults.refuse_says.append(("too_fast", "Too many messages."))
    customer.say("Quick")

    customer.nothing_waits()
    assert server.texts() == ["Question", "Quick"]


def test_another_database_makes_the_page_begin_again(server: FakeChatServer, customer: CustomerPage) -> None:
    customer.say("In the old database")
    customer.nothing_waits()
    server.epoch, server.chat = "e2", None
    server.cut_connections()

    expect(customer.panel.get_by_role("button", name="Start chat")).to_be_visible()
    customer.start("In the new one")
    customer.sees("In the new one")


def test_two_tabs_show_the_same_chat(
    server: FakeChatServer, customer: CustomerPage, context: BrowserContext
) -> None:
    second = CustomerPage(context, server.url)
    second.sees("Question")
    second.say("From the second tab")
    customer.sees("Question", "From the second tab")
    customer.say("From the first")

    second.sees("Question", "From the second tab", "From the first")
    assert server.texts() == ["Question", "From the second tab", "From the first"]


def test_a_tab_with_an_ended_chat_follows_the_new_one(
    server: FakeChatServer, customer: CustomerPage, context: BrowserContext
) -> None:
    second = CustomerPage(context, server.url)
    server.end()
    expect(second.panel).to_contain_text("This chat has ended")
    customer.panel.get_by_role("button", name="Start a new chat").click()
    customer.start("The next chat")

    customer.sees("The next chat")
    second.sees("The next chat")
    customer.page.reload()
    customer.sees("The next chat")
