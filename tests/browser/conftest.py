"""A real browser for tests: the Chromium that is installed, driven by Playwright, on pages of this machine only."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from curated import served, written

CHROMIUM = Path(os.environ.get("MITOTRANSFER_CHROMIUM", "/usr/bin/chromium"))
ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# what the policy forbids, and what scripts put into the page would do, is kept where a test can see it
_WATCH = """
window.seen = [];
const tell = (event) => window.seen.push(`${event.violatedDirective}: ${event.blockedURI}`);
document.addEventListener("securitypolicyviolation", tell);
window.alert = (text) => window.seen.push(`alert: ${text}`);
"""

Open = Callable[..., Page]
expect.set_options(timeout=10_000)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"no browser at {CHROMIUM} (Debian: apt install chromium, or set MITOTRANSFER_CHROMIUM)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return written(tmp_path / "out")


@pytest.fixture
def visit(chromium: Browser, out: Path) -> Iterator[Open]:
    """Opens the review page in a new browser profile; fails the test when anything was forbidden, or went wrong in a script."""
    with ExitStack() as stack:
        errors: list[str] = []
        pages: list[Page] = []

        def open_page(reviewer: str = "ada", *, scheme: str = "light", width: int = 1300) -> Page:
            gate = stack.enter_context(served(out, reviewer))
            context = chromium.new_context(color_scheme=scheme, viewport={"width": width, "height": 850}, reduced_motion="reduce")  # type: ignore[arg-type]
            stack.callback(context.close)
            context.set_default_timeout(10_000)
            context.add_init_script(_WATCH)
            page = context.new_page()
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.goto(gate.invitation())
            expect(page.locator("#row-title")).to_be_visible()
            pages.append(page)
            return page

        yield open_page
        assert not errors
        for page in pages:
            assert page.evaluate("window.seen") == []
