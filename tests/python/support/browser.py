"""A real browser to look at pages with: the system's Chromium, which nobody downloads for a test."""

from __future__ import annotations

import os
import shutil
import threading
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, ConsoleMessage, Page, Request

# A browser that does nothing on its own: it talks to nobody, keeps nothing, needs neither GPU nor sandbox.
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NAMES = ("chromium", "chromium-browser", "google-chrome")
# Rows of a table, marks of a picture and cuts of a variable are alike: axe reads the first, or takes minutes.
ROWS, MARKS, CUTS = 4, 30, 3


def find_chromium() -> str | None:
    """Return the browser's program: `WERKPEIL_CHROMIUM`, or else what is on PATH; None if there is none."""
    named = os.environ.get("WERKPEIL_CHROMIUM")
    return named or next((found for name in NAMES if (found := shutil.which(name))), None)


@contextmanager
def launched() -> Iterator[Browser]:
    """Run a headless Chromium with an empty profile; the test is skipped, saying so, where there is none."""
    program = find_chromium()
    if program is None:
        pytest.skip("no Chromium is installed here (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=SWITCHES)
        yield browser
        browser.close()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name that the base class gives it
        """Write no log of requests."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on loopback; give its address, with a slash at its end."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


class Visit:
    """A tab that remembers what went wrong in it.

    Args:
        browser: The browser.
        address: Where the site is served; a request elsewhere is a fault.
        width: Of the window, in pixels.
        height: Of the window, in pixels.
        options: What else Playwright's contexts take: `color_scheme="dark"`, `java_script_enabled=False`.
    """

    def __init__(
        self, browser: Browser, address: str, width: int = 1280, height: int = 844, **options: Any
    ) -> None:
        self.address = address
        self.context = browser.new_context(
            base_url=address, viewport={"width": width, "height": height}, **options
        )
        self.page: Page = self.context.new_page()
        self.faults: list[str] = []
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.faults.append(f"{self.page.url}: {error}"))
        self.context.on("request", self._follow)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.faults.append(f"{self.page.url}: {message.text}")

    def _follow(self, request: Request) -> None:
        if not request.url.startswith(self.address):
            self.faults.append(f"{self.page.url} asks for {request.url}")

    def open(self, name: str) -> Page:
        """Open a page of the site, anew even if only its fragment differs."""
        self.page.goto("about:blank")
        self.page.goto(name)
        return self.page

    def overflow(self) -> int:
        """Return by how many pixels the page is wider than the window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - innerWidth"))

    def tab_to(self, selector: str, most: int = 60) -> None:
        """Press Tab until an element has the focus.

        Raises:
            AssertionError: it was not reached, or an element on the way shows no focus.
        """
        for _ in range(most):
            self.page.keyboard.press("Tab")
            here = self.page.evaluate(_FOCUS, selector)
            assert here["shown"], f"no visible focus: {here['what']}"
            if here["wanted"]:
                return
        raise AssertionError(f"{most} times Tab do not reach {selector}")

    def violations(self) -> list[str]:
        """Return what axe finds wrong with the page; the page is of no use for anything else afterwards."""
        self.page.evaluate(_SHORTEN, [ROWS, MARKS, CUTS])
        found = Axe().run(self.page).response["violations"]
        return [
            f"{self.page.url}: {rule['id']} at {node['html'][:160]}: {node.get('failureSummary', '')[:200]}"
            for rule in found
            for node in rule["nodes"][:3]
        ]


_FOCUS = """selector => {
  const here = document.activeElement, style = getComputedStyle(here), box = here.getBoundingClientRect();
  const seen = box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0;
  const marked = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  return {wanted: here.matches(selector), shown: here === document.body || seen && marked,
          what: here.outerHTML.slice(0, 160)};
}"""
_SHORTEN = """([rows, marks, cuts]) => {
  for (const body of document.querySelectorAll('tbody'))
    [...body.rows].slice(rows).forEach(row => row.remove());
  for (const picture of document.querySelectorAll('svg.picture, figure > svg'))
    [...picture.children].slice(marks).forEach(mark => mark.remove());
  for (const list of document.querySelectorAll('ul.found'))
    [...list.children].slice(rows).forEach(entry => entry.remove());
  [...document.querySelectorAll('[data-cut]')].slice(cuts).forEach(cut => cut.remove());
}"""
