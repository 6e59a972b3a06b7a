"""Real Chromium, and a page served to it. Where no browser is installed the tests say so loudly; in CI they fail."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from fake_assistant import FakeAssistant

from rag.serve.app import create_app
from rag.serve.run import make_server, open_socket
from rag.settings import Settings

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


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
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


@dataclass
class Visit:
    """A page, and everything that went on behind it."""

    page: Any
    address: str
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def watch(self, page: Any) -> None:
        """Record what this page asks for and complains about."""
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda m: self.complaints.append(m.text) if m.type in ("error", "warning") else None)

    def assert_clean(self) -> None:
        """No request went to another host, and nothing was written to the console."""
        assert self.requests
        assert [url for url in self.requests if not url.startswith((self.address + "/", "data:"))] == []
        assert self.complaints == []


@contextmanager
def served(assistant: Any) -> Iterator[str]:
    """Serve the application in a thread.

    :return: Its address.
    """
    ready = threading.Event()
    with closing(open_socket("127.0.0.1", 0)) as listener:
        settings = Settings(store=Path("unused"), models=Path("unused"), port=listener.getsockname()[1])
        server = make_server(create_app(assistant, settings), settings, on_ready=lambda _address: ready.set())
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            assert ready.wait(30)
            yield f"http://127.0.0.1:{settings.port}"
        finally:
            server.should_exit = True
            thread.join(timeout=30)


@contextmanager
def visited(browser: Any, address: str, **options: Any) -> Iterator[Visit]:
    """Open the chat page and wait until it can be used."""
    context = browser.new_context(**{"viewport": {"width": 1366, "height": 640}, "locale": "vi-VN", **options})
    visit = Visit(context.new_page(), address)
    context.on("page", visit.watch)
    visit.watch(visit.page)
    visit.page.goto(address)
    visit.page.wait_for_selector(".welcome")
    yield visit
    context.close()


@pytest.fixture
def assistant() -> FakeAssistant:
    return FakeAssistant(pause_s=0.02)


@pytest.fixture
def visit(browser: Any, assistant: FakeAssistant) -> Iterator[Visit]:
    with served(assistant) as address, visited(browser, address) as visit:
        yield visit
