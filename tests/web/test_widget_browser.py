"""The widget as customers use it (R30), in a real browser, against the fake chat server."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.web.customer_page import CustomerPage, new_context
from tests.web.fake_chat_server import FakeChatServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext

pytestmark = pytest.mark.browser

HOSTILE = '<img src=x onerror="alert(1)"><script>alert(2)</script>" onmouseover="alert(3)'


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


def test_a_whole_chat_from_question_to_end_and_a_new_one(
    server: FakeChatServer, context: BrowserContext
) -> None:
    """R18: the place in the queue; R5: the agent's chat name and avatar; R30."""
    customer = CustomerPage(context, server.url)
    customer.open()
    customer.start("Does the Heron fit me?")
    expect(customer.panel).to_contain_text("You are first in line")
    server.push(t="queue", ahead=2)
    expect(customer.panel).to_contain_text("2 people ahead of you")

    server.assign("Marit", "MK #2f6f4f")
    expect(customer.panel.locator(".header")).to_contain_text("Marit")
    expect(customer.panel.locator(".header .avatar")).to_have_text("MK")
    expect(customer.panel.locator(".header .avatar")).to_have_css("background-color", "rgb(47, 111, 79)")
    server.push(t="typing", on=True, name="Marit")
    expect(customer.panel).to_contain_text("Marit is typing…")
    server.agent_says("How tall are you?")
    customer.say("178 cm")
    customer.sees("Does the Heron fit me?", "How tall are you?", "178 cm")
    expect(customer.page.locator(".message.own").last).to_contain_text("Sent")

    customer.panel.get_by_role("button", name="End chat").click()
    customer.panel.get_by_role("button", name="Keep chatting").click()
    customer.panel.get_by_role("button", name="End chat").click()
    customer.page.locator(".ask").get_by_role("button", name="End chat").click()
    expect(customer.panel).to_contain_text("This chat has ended")
    customer.panel.get_by_role("button", name="Start a new chat").click()
    customer.start("Another question")
    customer.sees("Another question")
    customer.nothing_waits()


def test_only_one_global_is_added_and_it_opens_and_closes(
    server: FakeChatServer, context: BrowserContext
) -> None:
    page = context.new_page()
    page.add_init_script("window.before = new Set(Object.getOwnPropertyNames(window))")
    page.goto(server.url)
    page.locator("button.launcher").wait_for()

    added = page.evaluate("Object.getOwnPropertyNames(window).filter(n => !before.has(n) && n !== 'before')")
    assert [name for name in added if not name.startswith("__")] == ["Switchboard"]
    page.evaluate("Switchboard.open()")
    expect(page.locator(".sheet")).to_be_visible()
    page.evaluate("Switchboard.close()")
    expect(page.locator(".sheet")).to_be_hidden()


def test_a_closed_department_says_so_and_takes_no_chat(
    server: FakeChatServer, context: BrowserContext
) -> None:
    customer = CustomerPage(context, server.url)
    customer.open()
    customer.panel.locator("select").select_option(label="Billing & Leasing (away)")
    expect(customer.panel).to_contain_text("Nobody in Billing & Leasing can chat right now")
    expect(customer.panel.get_by_role("button", name="Start chat")).to_be_disabled()

    customer.panel.locator("select").select_option(label="Technical Support")
    expect(customer.panel.get_by_role("button", name="Start chat")).to_be_enabled()


def test_a_department_that_closes_while_the_form_is_filled_in_keeps_what_was_written(
    server: FakeChatServer, context: BrowserContext
) -> None:
    customer = CustomerPage(context, server.url)
    customer.open()
    form = customer.page.locator("form.start")
    form.get_by_label("Your name").fill("Zoë")
    form.locator("textarea").fill("A long question")
    server.departments[0]["open"] = False
    form.get_by_role("button", name="Start chat").click()

    expect(form.locator(".problem")).to_have_text("Nobody is here.")
    expect(form.locator("textarea")).to_have_value("A long question")
    expect(form.locator(".away")).to_be_visible()


def test_missing_fields_are_named_and_focused(server: FakeChatServer, context: BrowserContext) -> None:
    customer = CustomerPage(context, server.url)
    customer.open()
    customer.panel.get_by_label("E-mail").fill("nobody")
    customer.panel.get_by_role("button", name="Start chat").click()

    expect(customer.panel.get_by_label("Your name")).to_be_focused()
    expect(customer.panel.locator("[aria-invalid=true]")).to_have_count(3)
    expect(customer.panel).to_contain_text("That does not look like an e-mail address.")


def test_hostile_text_is_shown_as_text_everywhere(server: FakeChatServer, context: BrowserContext) -> None:
    """Whatever a stranger, an agent or a department is called or writes: it is never markup."""
    server.departments[0]["name"] = HOSTILE
    customer = CustomerPage(context, server.url)
    customer.open()
    customer.start(HOSTILE, name=HOSTILE[:80])
    server.assign(HOSTILE, "url(http://evil.invalid/)")
    server.push(t="typing", on=True, name=HOSTILE)
    server.agent_says(HOSTILE, "javascript:alert(4) data:text/html,<b> https://good.example/a?b=c).")
    server.line(kind="transferred", name=HOSTILE)

    expect(customer.bubbles.nth(1)).to_have_text(HOSTILE)
    links = customer.page.locator("switchboard-chat a")
    expect(links).to_have_count(1)
    expect(links).to_have_attribute("href", "https://good.example/a?b=c")
    expect(links).to_have_attribute("rel", "noopener noreferrer nofollow ugc")
    expect(links).to_have_attribute("target", "_blank")
    assert customer.page.locator("switchboard-widget img, switchboard-widget script").count() == 0
    assert customer.dialogs == []


def test_news_are_counted_while_the_panel_is_closed(server: FakeChatServer, context: BrowserContext) -> None:
    customer = CustomerPage(context, server.url)
    customer.open()
    customer.start()
    server.assign()
    customer.page.keyboard.press("Escape")
    expect(customer.panel).to_be_hidden()
    expect(customer.launcher).to_be_focused()
    server.agent_says("One", "Two")

    expect(customer.page.locator(".badge")).to_have_text("2")
    expect(customer.launcher).to_have_attribute("aria-label", "Open chat, 2 new messages")
    customer.page.goto(f"{server.url}/other")
    expect(customer.page.locator(".badge")).to_have_text("2")
    customer.open()
    expect(customer.page.locator(".badge")).to_be_hidden()


def test_all_of_it_works_by_keyboard(server: FakeChatServer, context: BrowserContext) -> None:
    """WCAG 2.1.1 and 2.4.3: the focus goes where one goes on."""
    customer = CustomerPage(context, server.url)
    keyboard = customer.page.keyboard
    customer.launcher.focus()
    keyboard.press("Enter")
    expect(customer.panel.get_by_label("Your name")).to_be_focused()
    keyboard.type("Zoë")
    for _ in range(3):
        keyboard.press("Tab")
    keyboard.type("By keyboard")
    keyboard.press("Tab")
    keyboard.press("Enter")
    expect(customer.composer).to_be_focused()
    keyboard.type("first line")
    keyboard.press("Shift+Enter")
    keyboard.type("second line")
    keyboard.press("Enter")
    customer.sees("By keyboard", "first line\nsecond line")

    for _ in range(3):
        keyboard.press("Shift+Tab")
    expect(customer.panel.get_by_role("button", name="End chat")).to_be_focused()
    keyboard.press("Enter")
    expect(customer.panel.get_by_role("button", name="Keep chatting")).to_be_focused()
    keyboard.press("Escape")
    expect(customer.panel.get_by_role("button", name="End chat")).to_be_focused()
    keyboard.press("Enter")
    keyboard.press("Tab")
    keyboard.press("Enter")
    expect(customer.panel.get_by_role("button", name="Start a new chat")).to_be_visible()


def test_a_phone_gets_the_whole_screen_and_keeps_the_focus_in_it(
    server: FakeChatServer, browser: Browser
) -> None:
    context = new_context(browser, phone=True)
    customer = CustomerPage(context, server.url)
    customer.open()
    box = customer.page.locator(".panel").bounding_box()
    assert box is not None
    assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, 390, 780)
    expect(customer.page.locator(".panel")).to_have_attribute("aria-modal", "true")
    assert customer.page.evaluate("document.scrollingElement.scrollWidth") <= 390
    for _ in range(12):
        customer.page.keyboard.press("Tab")
        assert customer.page.evaluate("document.activeElement.localName") == "switchboard-widget"
    customer.panel.get_by_role("button", name="Minimise").click()
    expect(customer.panel).to_be_hidden()
    context.close()


@pytest.mark.parametrize(
    ("locale", "direction", "button"),
    [
        ("ar-EG", "rtl", "ابدأ المحادثة"),
        ("ja-JP", "ltr", "チャットを開始"),
        ("de-AT", "ltr", "Chat beginnen"),
    ],
)
def test_it_speaks_the_browsers_language(
    server: FakeChatServer, browser: Browser, locale: str, direction: str, button: str
) -> None:
    context = browser.new_context(locale=locale)
    customer = CustomerPage(context, server.url)
    customer.open()

    expect(customer.panel).to_have_attribute("dir", direction)
    expect(customer.panel.get_by_role("button", name=button)).to_be_visible()
    context.close()


@pytest.mark.parametrize("colour", ["#ffd23f", "white", "#101010", "rgb(200, 30, 90)", "nonsense", "#777"])
def test_any_accent_leaves_the_text_on_it_readable(browser: Browser, colour: str) -> None:
    """WCAG 1.4.3: 4.5 to 1."""
    with FakeChatServer(f'data-color="{colour}"') as server:
        context = new_context(browser)
        customer = CustomerPage(context, server.url)
        customer.open()
        button = customer.panel.get_by_role("button", name="Start chat")
        button.wait_for()
        back, text = button.evaluate("b => [getComputedStyle(b).backgroundColor, getComputedStyle(b).color]")
        assert contrast(back, text) >= 4.5
        context.close()


def test_the_reader_who_scrolled_up_stays_there_and_is_told_of_news(
    server: FakeChatServer, context: BrowserContext
) -> None:
    customer = CustomerPage(context, server.url)
    customer.open()
    customer.start()
    server.assign()
    server.agent_says(*(f"Line {number}\nand more" for number in range(20)))
    expect(customer.bubbles).to_have_count(21)
    scroll = customer.page.locator("switchboard-chat .scroll")
    scroll.evaluate("s => s.scrollTo(0, 40)")
    customer.page.wait_for_timeout(100)
    server.agent_says("News")
    pill = customer.page.locator(".pill")
    expect(pill).to_be_visible()
    assert scroll.evaluate("s => s.scrollTop") == pytest.approx(40, abs=2)
    pill.click()
    expect(pill).to_be_hidden()
    expect(customer.bubbles.last).to_be_in_viewport()


def test_a_page_without_a_chat_loads_little_and_only_from_our_server(
    server: FakeChatServer, context: BrowserContext
) -> None:
    page = context.new_page()
    sizes: dict[str, int] = {}
    page.on("response", lambda answer: sizes.update({answer.url: len(answer.body())}))
    page.goto(server.url)
    page.locator("button.launcher").wait_for()
    page.wait_for_timeout(200)

    scripts = {url: size for url, size in sizes.items() if re.search(r"\.js$", url)}
    assert all(url.startswith(server.url) for url in sizes)
    assert sum(scripts.values()) < 40_000, scripts


def contrast(a: str, b: str) -> float:
    """The contrast of two CSS rgb() colours, as WCAG defines it."""

    def luminance(colour: str) -> float:
        parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
