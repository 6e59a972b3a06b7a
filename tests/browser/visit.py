"""A page served to a real browser, and a record of everything that went on behind it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rag.serve.app import create_app
from rag.serve.run import make_server, open_socket
from rag.settings import Settings

PATIENCE_MS = 120_000
"""How long a step may take: on a machine whose cores are all busy, opening a page takes half a minute."""


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
        page.on("response", lambda r: self.complaints.append(f"{r.status} {r.url}") if r.status >= 400 else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda m: self.complaints.append(m.text) if m.type in ("error", "warning") else None)

    def assert_clean(self) -> None:
        """No request went to another host, and nothing was written to the console."""
        assert self.requests
        assert [url for url in self.requests if not url.startswith((self.address + "/", "data:"))] == []
        assert self.complaints == [], self.complaints


@contextmanager
def served(assistant: Any, given: Settings | None = None, **options: Any) -> Iterator[str]:
    """Serve the application in a thread.

    :param given: Settings to start from.
    :param options: Settings other than those.
    :return: Its address.
    """
    ready = threading.Event()
    with closing(open_socket("127.0.0.1", 0)) as listener:
        given = given or Settings(store=Path("unused"), models=Path("unused"))
        settings = replace(given, **{"port": listener.getsockname()[1], **options})
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
def visited(browser: Any, address: str, query: str = "", **options: Any) -> Iterator[Visit]:
    """Open the chat page and wait until it can be used.

    :param query: Filters, as in the page's address.
    """
    context = browser.new_context(**{"viewport": {"width": 1366, "height": 640}, "locale": "vi-VN", **options})
    context.set_default_timeout(PATIENCE_MS)
    visit = Visit(context.new_page(), address)
    context.on("page", visit.watch)
    visit.watch(visit.page)
    visit.page.goto(f"{address}/{query}")
    visit.page.wait_for_selector(".welcome")
    yield visit
    context.close()
