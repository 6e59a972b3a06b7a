"""Real Chromium, and a page served to it. Where no browser is installed the tests say so loudly; in CI they fail."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from fake_assistant import FakeAssistant

from tests.browser.visit import Visit, served, visited

NO_BROWSER = "No Chromium found, the page was NOT tested. Install it with: apt-get install chromium"
# Chromium's own services must be silent too: any request to another host fails the tour.
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync"]  # fmt: skip
_skipped: list[str] = []


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if _skipped:
        terminalreporter.write_line(NO_BROWSER, red=True, bold=True)


def find_browser() -> str | None:
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium. Not kept for the whole session: playwright's event loop would run on under the tests after these."""
    path = find_browser()
    if path is None:
        if os.environ.get("CI"):
            pytest.fail(NO_BROWSER)
        _skipped.append(NO_BROWSER)
        pytest.skip(NO_BROWSER)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def assistant() -> FakeAssistant:
    return FakeAssistant(pause_s=0.02)


@pytest.fixture
def visit(browser: Any, assistant: FakeAssistant) -> Iterator[Visit]:
    with served(assistant) as address, visited(browser, address) as visit:
        yield visit
