"""A tour through everything that has a page: asked, opened, uploaded, looked at, inside another page; all on record."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rag.assistant import Assistant
from rag.index.index import Index
from rag.index.ingest import ingest
from rag.serve.auth.people import Person
from rag.serve.auth.signed_in import Desk
from rag.settings import Settings
from tests.browser.conftest import ARGUMENTS, find_browser
from tests.browser.test_embed import SECRET, Host, host
from tests.browser.visit import served
from tests.serve.small_proxy import Portal
from tests.serve.world import PASSWORD

ASKED = "Huyện Mẫu có bao nhiêu công trình nước sạch?"


class Recorder(http.server.BaseHTTPRequestHandler):
    """A proxy that lets nothing through."""

    def note(self) -> None:
        self.server.asked.append(f"{self.command} {self.path}")  # type: ignore[attr-defined]
        self.send_error(403)

    do_GET = do_POST = do_HEAD = do_OPTIONS = do_CONNECT = note  # noqa: N815 - the names that the library calls

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


@contextmanager
def recording() -> Iterator[tuple[str, list[str]]]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
    asked: list[str] = []
    server.asked = asked  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join(timeout=20)
        server.server_close()


@dataclass
class Tour:
    """A browser, and every address that it was asked for."""

    page: Any
    address: str
    host: Host
    through_proxy: list[str]
    requests: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


@contextmanager
def touring(folder: Path, letters: Any, portal: Portal | None = None) -> Iterator[Tour]:
    """A server with one document and an administrator, a page that embeds it, and a browser.

    :param portal: Stands in front of the server, where given.
    """
    from playwright.sync_api import sync_playwright

    path = find_browser()
    assert path, "no browser"
    settings = Settings.load(folder / "store", env={}, threads=1, limit_requests=0, limit_questions=0)
    (folder / "bai.txt").write_text(
        "Bài về nước sạch\n\nHuyện Mẫu có 12 công trình nước sạch. Xem http://evil.example/x.png và "
        "![ảnh](http://evil.example/p.png).",
        encoding="utf-8",
    )
    ingest([folder / "bai.txt"], settings, encoder=letters)
    options: dict[str, Any] = {"auth": "password"}
    if portal:
        options |= {"public_url": portal.origin, "root_path": portal.root, "trusted_proxies": "127.0.0.1"}
    desk = Desk(settings)
    desk.people.add(Person("dung", role="administrator"), PASSWORD)
    with (
        host() as page_host,
        recording() as (proxy, through_proxy),
        closing(Assistant(Index.open(settings, encoder=letters), settings)) as assistant,
        served(assistant, settings, **options, embed_origins=page_host.origin, embed_secret=SECRET) as behind,
        portal.leading_to(behind) if portal else nullcontext(),
        sync_playwright() as playwright,
    ):
        address = portal.address if portal else behind
        page_host.point_to(address, page_host.origin)
        browser = playwright.chromium.launch(
            executable_path=path, args=[*ARGUMENTS, f"--proxy-server={proxy}"]
        )  # loopback is never proxied
        context = browser.new_context(
            locale="vi-VN", viewport={"width": 1366, "height": 900}, accept_downloads=True, ignore_https_errors=True
        )
        context.set_default_timeout(60_000)
        found = Tour(context.new_page(), address, page_host, through_proxy)

        def keep(request: Any) -> None:  # of all pages, also of those that are only being opened
            found.requests.append(request.url)

        def judge(response: Any) -> None:
            if response.status >= 400:
                found.refused.append(f"{response.status} {response.url}")

        context.on("request", keep)
        context.on("response", judge)
        yield found
        browser.close()
    desk.database.close()


def sign_in(tour: Tour) -> None:
    page = tour.page
    page.goto(f"{tour.address}/")
    page.fill("#name", "dung")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector(".welcome")


def ask_and_look_around(tour: Tour) -> None:
    page = tour.page
    page.fill("#question textarea", ASKED)
    page.keyboard.press("Enter")
    page.wait_for_selector("#now .exchange.done")
    with page.expect_download():
        page.click("#now [data-act=word]")
    page.click("#now [data-act=up]")
    with page.context.expect_page() as opened:
        page.click("#now .cite")
    opened.value.wait_for_selector("mark")
    opened.value.close()
    page.click("[data-opens=history]")
    page.keyboard.press("Escape")
    page.goto(f"{tour.address}/?q=x")
    page.wait_for_selector("#now .exchange.done")  # the conversation is still there
    page.goto(f"{tour.address}/documents/khong-co")


def look_after_the_documents(tour: Tour) -> None:
    page = tour.page
    for path in ("/admin", "/admin/search?q=nuoc sach", "/admin/feedback", "/admin/status"):
        page.goto(tour.address + path)
    page.goto(f"{tour.address}/admin")
    page.set_input_files(
        "#files", [{"name": "moi.txt", "mimeType": "text/plain", "buffer": "Bài mới\n\nXã A.".encode()}]
    )
    page.wait_for_selector("#uploads .added")


def ask_inside_another_page(tour: Tour) -> None:
    page = tour.page
    page.goto(tour.host.origin)
    page.get_by_role("button", name="Hỏi đáp văn bản").click()
    page.wait_for_selector("news-rag-chat iframe")
    frame = page.frame_locator("news-rag-chat iframe")
    frame.locator("#question").fill(ASKED)
    frame.locator("#question").press("Enter")
    with page.context.expect_page() as opened:
        frame.locator(".exchange:not([aria-busy]) .open").first.click()
    opened.value.wait_for_load_state()
    page.goto(f"{tour.host.origin}/hoi-dap")
    page.frame_locator("news-rag-chat iframe").locator(".welcome").wait_for()
