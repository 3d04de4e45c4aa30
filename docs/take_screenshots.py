"""Takes the pictures of README and guides from a running demo: `make screenshots`. Writes docs/pictures/*.png."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

PICTURES = Path(__file__).parent / "pictures"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]
WIDE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
LET_IT_LIVE_S = 75  # until the simulated customers fill the screens
MANAGER = ("marit", "lantern-harbour-52")


@contextmanager
def demo() -> Iterator[dict[str, Any]]:
    """A demo in a folder of its own; gives its line of addresses."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "chatserver", "serve", "--sample-data", "--demo", "--data", folder]
        process = subprocess.Popen(
            [*command, "--port", "0", "--dashboard-port", "0"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        try:
            line = process.stdout.readline() if process.stdout else ""
            if not line:
                sys.exit("The demo did not start. Try `make run` to see why.")
            yield {**json.loads(line), "data": folder}
        finally:
            process.terminate()
            process.wait(60)


def sign_in(browser: Browser, urls: dict[str, Any], viewport: dict[str, int]) -> Page:
    """A console of the manager."""
    page = browser.new_context(viewport=viewport).new_page()  # type: ignore[arg-type]
    page.goto(urls["chat"] + "/login")
    page.fill("[name=username]", MANAGER[0])
    page.fill("[name=password]", MANAGER[1])
    page.click("button[type=submit]")
    page.wait_for_url(urls["console"] + "/**")
    page.get_by_role("row").nth(3).wait_for(state="attached", timeout=60_000)
    page.wait_for_timeout(2_000)
    return page


def console(browser: Browser, urls: dict[str, Any]) -> None:
    """Tables, a chat and the board; wide, dark and on a phone."""
    for name, viewport in (("console", WIDE), ("console-phone", PHONE), ("console-dark", WIDE)):
        page = sign_in(browser, urls, viewport)
        if name == "console-dark":
            page.get_by_role("button", name="Toggle theme").click()
            page.mouse.move(700, 700)
            page.wait_for_timeout(1_000)
        page.screenshot(path=PICTURES / f"{name}.png")
        page.get_by_role("row").nth(2).click()
        page.wait_for_timeout(3_000)
        page.screenshot(path=PICTURES / f"{name}-chat.png")
        if name == "console-dark":
            page.get_by_role("button", name="Toggle theme").click()  # the choice is kept with the person
            page.wait_for_timeout(1_000)
        page.context.close()
    page = sign_in(browser, urls, {"width": 1440, "height": 1250})
    page.get_by_text("Live board").first.click()
    page.wait_for_timeout(3_000)
    page.screenshot(path=PICTURES / "board.png")
    page.context.close()


def customer(browser: Browser, urls: dict[str, Any]) -> None:
    """The shop with its widget, and the portal."""
    for name, viewport in (("widget", WIDE), ("widget-phone", PHONE)):
        page = browser.new_context(viewport=viewport).new_page()  # type: ignore[arg-type]
        page.goto(urls["chat"] + "/demo")
        page.evaluate("Switchboard.open()")
        page.get_by_label("Your name").fill("Nora")
        page.get_by_label("Who should answer?").select_option(label="Technical Support")
        page.get_by_label("Your question").fill("Hello! The battery of my Heron does not charge any more.")
        page.wait_for_timeout(500)
        page.get_by_role("button", name="Start chat").click()
        page.wait_for_timeout(14_000)
        page.screenshot(path=PICTURES / f"{name}.png")
        page.context.close()
    page = browser.new_context(viewport=WIDE).new_page()  # type: ignore[arg-type]
    page.goto(urls["chat"])
    page.wait_for_timeout(1_500)
    page.screenshot(path=PICTURES / "portal.png")
    page.context.close()


def notebook(browser: Browser, urls: dict[str, Any]) -> None:
    """The first notebook, run against the demo."""
    command = [sys.executable, "-m", "chatserver", "token", MANAGER[0], "--data", urls["data"]]
    token = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    environment = {**os.environ, "SWITCHBOARD_READER_URL": urls["reader"], "SWITCHBOARD_TOKEN": token}
    source = Path(__file__).parent.parent / "notebooks" / "01_chat_load.ipynb"
    with tempfile.TemporaryDirectory() as folder:
        convert = [sys.executable, "-m", "jupyter", "nbconvert", "--to", "html", "--execute", str(source)]
        subprocess.run([*convert, "--output-dir", folder], env=environment, check=True, capture_output=True)
        page = browser.new_context(viewport={"width": 1100, "height": 1400}).new_page()
        page.goto(f"file://{folder}/01_chat_load.html")
        page.wait_for_timeout(4_000)
        page.locator(".bk-Figure").first.scroll_into_view_if_needed()
        page.mouse.wheel(0, 500)
        page.wait_for_timeout(1_000)
        page.screenshot(path=PICTURES / "notebook.png")
        page.context.close()


def main() -> None:
    """Starts the demo, waits until it is alive, takes all pictures."""
    PICTURES.mkdir(exist_ok=True)
    with demo() as urls, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        time.sleep(LET_IT_LIVE_S)
        customer(browser, urls)
        console(browser, urls)
        notebook(browser, urls)
        browser.close()


if __name__ == "__main__":
    main()
