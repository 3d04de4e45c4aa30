"""A customer in a browser: what tests of the widget do and see, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Dialog, Locator, Page

WIDE = {"width": 1100, "height": 760}
PHONE = {"width": 390, "height": 780}


def new_context(browser: Browser, *, phone: bool = False, **settings: Any) -> BrowserContext:
    """A browser profile of its own; a phone is narrow and touched."""
    more: dict[str, Any] = {"viewport": PHONE, "has_touch": True} if phone else {"viewport": WIDE}
    return browser.new_context(locale="en-GB", reduced_motion="reduce", **(more | settings))


class CustomerPage:
    """One tab with the widget. Errors of its scripts are kept in `errors`."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.page: Page = context.new_page()
        self.errors: list[str] = []
        self.dialogs: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("dialog", self._dismiss)
        self.page.goto(url)

    def _dismiss(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    @property
    def launcher(self) -> Locator:
        """The round button."""
        return self.page.locator("button.launcher")

    @property
    def panel(self) -> Locator:
        """The dialog above it, or the customer's part of a portal page."""
        return self.page.locator(".sheet")

    @property
    def composer(self) -> Locator:
        """Where one writes."""
        return self.page.locator("switchboard-chat textarea")

    @property
    def bubbles(self) -> Locator:
        """Messages, in the order in which they are shown."""
        return self.page.locator("switchboard-chat .bubble")

    def open(self) -> None:
        """Opens the panel."""
        self.launcher.click()
        expect(self.panel).to_be_visible()

    def start(self, question: str = "Where is my parcel?", name: str = "Zoë", department: str = "") -> None:
        """Fills the form in and starts."""
        form = self.page.locator("form.start")
        form.get_by_label("Your name").fill(name)
        if department:
            form.locator("select").select_option(label=department)
        form.locator("textarea").fill(question)
        form.get_by_role("button", name="Start chat").click()
        expect(self.bubbles.first).to_be_visible()

    def say(self, text: str) -> None:
        """Writes a message and sends it by Enter."""
        self.composer.fill(text)
        self.composer.press("Enter")

    def sees(self, *texts: str) -> None:
        """Waits until exactly these messages are shown, in this order."""
        expect(self.bubbles).to_have_text(list(texts))

    def nothing_waits(self) -> None:
        """Waits until every message is on disk."""
        expect(self.page.locator(".message.waiting")).to_have_count(0)
        assert not self.errors, self.errors
