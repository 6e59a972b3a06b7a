"""The server goes away under an open page and comes back: nobody loses a question over it."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fake_assistant import QUOTE, FakeAssistant

from rag.serve.app import create_app
from rag.serve.run import make_server, open_socket
from rag.settings import Settings
from tests.browser.visit import visited

pytestmark = [pytest.mark.browser, pytest.mark.long]

ASKED = "Bao nhiêu công trình?"
ALONE = """
import sys; sys.path[:0] = ["tests/serve", "."]
from pathlib import Path
from fake_assistant import FakeAssistant
from rag.serve.app import create_app
from rag.serve.run import make_server, open_socket
from rag.settings import Settings
listener = open_socket("127.0.0.1", 0)
settings = Settings(store=Path("unused"), models=Path("unused"), port=listener.getsockname()[1])
app = create_app(FakeAssistant(pause_s=5), settings)
make_server(app, settings, on_ready=lambda _: print(settings.port, flush=True)).run(sockets=[listener])
"""
"""A server of its own process, which answers slowly, so that it can be killed meanwhile."""
LOST = "#lost.shown >> text=Mất kết nối với máy chủ"


@contextmanager
def up(port: int = 0) -> Iterator[int]:
    """A server for as long as the block lasts, on a port that can be taken again."""
    ready = threading.Event()
    with open_socket("127.0.0.1", port) as listener:
        settings = Settings(store=Path("unused"), models=Path("unused"), port=listener.getsockname()[1])
        app = create_app(FakeAssistant(pause_s=0.02), settings)
        server = make_server(app, settings, on_ready=lambda _address: ready.set())
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            assert ready.wait(30)
            yield settings.port
        finally:
            server.should_exit = True
            thread.join(timeout=30)


def shown_toasts(page: Any) -> int:
    return sum(toast.is_visible() for toast in page.locator("[data-testid=toast-body]").all())


def test_a_lost_connection_is_told_calmly_and_the_question_stays(browser: Any) -> None:
    first = up()
    port = first.__enter__()
    with visited(browser, f"http://127.0.0.1:{port}") as visit:
        page = visit.page
        page.fill("#question textarea", ASKED)
        first.__exit__(None, None, None)
        page.wait_for_selector(LOST)  # before anything is asked
        page.click("#ask")
        page.wait_for_function("document.querySelector('[data-testid=toast-body]')")
        page.wait_for_timeout(500)
        assert shown_toasts(page) == 0
        assert page.input_value("#question textarea") == ASKED
        with up(port):
            page.wait_for_selector(LOST, state="hidden")
            page.wait_for_selector(".welcome")
            page.wait_for_function(f"document.querySelector('#question textarea')?.value === '{ASKED}'")
            page.click("#ask")
            page.wait_for_selector("#now [data-exchange='1'].done")
            assert QUOTE in page.inner_text("#now .sources")


def test_a_question_whose_answer_was_broken_off_is_in_the_box_again(browser: Any) -> None:
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-c", ALONE]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as alone:
        try:
            assert alone.stdout
            port = int(next(line for line in alone.stdout if line.strip().isdigit()))
            with visited(browser, f"http://127.0.0.1:{port}") as visit:
                page = visit.page
                page.fill("#question textarea", ASKED)
                page.keyboard.press("Enter")
                page.wait_for_selector("#now .exchange")
                alone.send_signal(signal.SIGKILL)
                page.wait_for_selector(LOST)
                assert shown_toasts(page) == 0
                with up(port):
                    page.wait_for_selector(LOST, state="hidden")
                    page.wait_for_function(f"document.querySelector('#question textarea')?.value === '{ASKED}'")
                    page.click("#ask")
                    page.wait_for_selector("#now [data-exchange='1'].done")
        finally:
            alone.kill()


def test_a_broken_conversation_comes_back_and_what_was_typed_after_it(browser: Any) -> None:
    first = up()
    port = first.__enter__()
    with visited(browser, f"http://127.0.0.1:{port}") as visit:
        page = visit.page
        page.fill("#question textarea", ASKED)
        page.keyboard.press("Enter")
        page.wait_for_selector("#now [data-exchange='1'].done")
        page.wait_for_function("JSON.stringify(localStorage).includes('Bao nhiêu')")
        page.fill("#question textarea", "Còn năm 2021?")
        first.__exit__(None, None, None)
        page.wait_for_selector(LOST)
        with up(port):
            page.wait_for_selector(LOST, state="hidden")
            page.wait_for_selector("#now [data-exchange='1'].done")
            page.wait_for_function("document.querySelector('#question textarea')?.value === 'Còn năm 2021?'")
            page.keyboard.press("Enter")
            page.wait_for_selector("#now [data-exchange='2'].done")
