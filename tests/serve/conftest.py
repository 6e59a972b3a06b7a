from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fake_assistant import FakeAssistant
from starlette.testclient import TestClient

from rag.assistant import Assistant
from rag.index.index import Index
from rag.index.ingest import ingest
from rag.serve.app import create_app
from rag.serve.auth import passwords
from rag.serve.auth.people import Person
from rag.serve.auth.signed_in import Desk
from rag.settings import Settings
from tests.conftest import LetterEncoder
from tests.serve.world import FORM, PAGE, PASSWORD, SECRET, TEXTS, SignIn, World


@pytest.fixture
def assistant() -> FakeAssistant:
    return FakeAssistant()


@pytest.fixture(scope="session")
def settings() -> Settings:
    return Settings(store=Path("unused"), models=Path("unused"))


@pytest.fixture(scope="session")
def shared_assistant() -> FakeAssistant:
    return FakeAssistant()


@pytest.fixture(scope="session")
def client(shared_assistant: FakeAssistant, settings: Settings) -> Iterator[TestClient]:
    app = create_app(shared_assistant, settings)
    with TestClient(app, base_url="http://127.0.0.1:7860", follow_redirects=False) as client:
        yield client


@pytest.fixture
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2 at its least cost: what it costs is tested apart."""
    from argon2 import PasswordHasher

    cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    passwords._nobody.cache_clear()
    monkeypatch.setattr(passwords, "_hasher", lambda: cheap)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Documents and a server, made once."""
    folder = tmp_path_factory.mktemp("auth")
    settings = Settings.load(
        folder / "store",
        env={},
        threads=1,
        auth="password",
        embed_origins=PAGE,
        embed_secret=SECRET,
        limit_requests=0,
        limit_questions=0,
        limit_answers=0,
    )
    for name, text in TEXTS.items():
        path = folder / f"{name}.jsonl"
        path.write_text(json.dumps({"id": name, "title": f"Tin {name}", "text": text}, ensure_ascii=False), "utf-8")
        assert ingest([path], settings, collection=name, encoder=LetterEncoder()).added
    assistant = Assistant(Index.open(settings, encoder=LetterEncoder()), settings)
    yield World(settings, assistant, Desk(settings), create_app(assistant, settings))
    assistant.close()


@pytest.fixture
def world(built: World, cheap_hashes: None) -> World:
    """The same documents, and people as if nobody had ever signed in."""
    desk = built.desk
    desk.database.connection().execute("PRAGMA synchronous=OFF")  # only how fast it is made
    for table in ("sessions", "failures", "used", "readers", "options", "members", "users"):
        desk.database.rows(f"DELETE FROM {table}")  # noqa: S608
    desk.people.add(Person("an", "Nguyễn Văn An"), PASSWORD)
    desk.people.add(Person("binh", groups=frozenset({"to-chuc"})), PASSWORD)
    desk.people.add(Person("chi", role="editor", groups=frozenset({"to-chuc"})), PASSWORD)
    desk.people.add(Person("dung", role="administrator"), PASSWORD)
    desk.rights.set_readers("noi-bo", ["to-chuc"])
    desk.rights.set_readers("mat", ["thanh-tra"])
    return built


@pytest.fixture
def sign_in() -> SignIn:
    """Fill in the form, as a browser would send it."""

    def call(client: TestClient, name: str, password: str = PASSWORD, next_path: str = "/", **headers: str) -> Any:
        return client.post(
            "/sign-in",
            data={"name": name, "password": password, "next": next_path},
            headers={**FORM, **headers},
        )

    return call
