"""Signing out, and finding one's way on a phone: both on two real ports."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.conftest import Threaded
from tests.dashboard.live_console import LiveConsole

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def test_signing_out_ends_at_the_sign_in_page_and_stays_there(
    threaded: Threaded[LiveConsole], open_console: Callable[..., Page]
) -> None:
    page = open_console("bob")
    page.get_by_role("button", name="Bob Bauer").click()

    page.get_by_role("menuitem", name="Sign out").click()

    page.wait_for_url("**/login**")
    page.goto(threaded.live.console_url)
    page.wait_for_url("**/login**")


def test_the_menu_opens_on_a_phone_and_leads_somewhere(open_console: Callable[..., Page]) -> None:
    page = open_console("mia", width=390, height=844)
    page.get_by_role("button", name="Open drawer").click()

    page.get_by_role("button", name="Live board").click()

    expect(page.get_by_text("Longest wait")).to_be_visible()
