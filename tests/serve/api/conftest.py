from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from fake_assistant import FakeAssistant
from starlette.requests import HTTPConnection
from starlette.testclient import TestClient

from rag.assistant import Assistant
from rag.index.index import Index
from rag.index.ingest import ingest
from rag.serve.app import create_app
from rag.serve.identity import ROLE_SCOPES, Identity
from rag.serve.run import make_server, open_socket
from rag.settings import Settings
from rag.types import Access
from tests.conftest import LetterEncoder

BASE = "http://127.0.0.1:7860"
PUBLIC = "Hội nghị tổng kết\n\nNăm 2020, tỉnh khởi công 112 công trình nước sạch. Tỷ lệ hộ nghèo còn 7,89%.\n"
HIDDEN = "Biên bản kín\n\nNăm 2020, kho dự trữ còn 55 tấn gạo.\n"


class Someone:
    """Says that everybody is the person that the header ``X-As`` names; nobody without it."""

    sign_in = ""

    def __init__(self, *people: Identity) -> None:
        self.people = {person.user: person for person in people}

    def identify(self, request: HTTPConnection) -> Identity | None:
        return self.people.get(request.headers.get("x-as", ""))


def person(user: str, role: Any = "reader", collections: tuple[str, ...] | None = None) -> Identity:
    return Identity(user, user, role, ROLE_SCOPES[role], Access(user, collections), "session", user)


PEOPLE = (
    person("reader", "reader", ("cong-khai",)),
    person("other", "reader", ("cong-khai",)),
    person("editor", "editor", ("cong-khai",)),
    person("chief", "administrator"),
)


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[Site]:
    """An application over a store with one public and one hidden document."""
    settings, encoder = (
        Settings.load(folder / "store", env={}, threads=1, upload_mb=1, limit_requests=0, limit_questions=0),
        LetterEncoder(),
    )
    for collection, text in (("cong-khai", PUBLIC), ("kin", HIDDEN)):
        path = folder / collection / f"{collection}.txt"
        path.parent.mkdir()
        path.write_text(text, encoding="utf-8")
        ingest([path], settings, collection=collection, encoder=encoder)
    with contextlib.closing(Assistant(Index.open(settings, encoder=encoder), settings)) as assistant:
        app = create_app(assistant, settings, who=Someone(*PEOPLE))
        with TestClient(app, base_url=BASE):
            yield Site(folder, assistant, app, settings)


@dataclass(frozen=True)
class Site:
    """An application, and clients of it."""

    folder: Path
    assistant: Assistant
    app: Any
    settings: Settings

    def __call__(self, user: str = "chief") -> TestClient:
        """A client for a person of :data:`PEOPLE`."""
        return TestClient(self.app, base_url=BASE, headers={"X-As": user}, follow_redirects=False)


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One application for all tests of a module; they leave its documents as they are."""
    with opened(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Site]:
    """An application of the test's own, to change."""
    with opened(tmp_path) as site:
        yield site


@contextlib.contextmanager
def running(assistant: Any, settings: Settings, **more: Any) -> Iterator[str]:
    """A real server on a free port of the loopback address; gives its address."""
    with contextlib.closing(open_socket("127.0.0.1", 0)) as listener:
        here = replace(settings, port=listener.getsockname()[1])
        server = make_server(create_app(assistant, here, **more), here)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            wait_until(lambda: server.started)
            yield f"http://127.0.0.1:{here.port}"
        finally:
            server.should_exit = True
            thread.join(timeout=20)
    assert not thread.is_alive()


def wait_until(condition: Callable[[], bool]) -> None:
    for _ in range(400):
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError("waited too long")


@pytest.fixture
def slow() -> FakeAssistant:
    """An assistant that takes its time."""
    return FakeAssistant(pause_s=0.05)
