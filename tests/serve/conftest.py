from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_assistant import FakeAssistant
from starlette.testclient import TestClient

from rag.serve.app import create_app
from rag.settings import Settings


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
