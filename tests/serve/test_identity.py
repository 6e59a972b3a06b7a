"""Who asks: chosen by the settings, found out once, handed to every route and to the chat."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from fake_assistant import FakeAssistant
from starlette.requests import HTTPConnection
from starlette.testclient import TestClient

from rag.errors import SettingError
from rag.serve import identity as module
from rag.serve.app import create_app
from rag.serve.identity import LOCAL, ROLE_SCOPES, Identification, Identity, LocalUser, identity_of
from rag.serve.routes import OPEN_ROUTES
from rag.settings import Settings
from rag.types import Access

READER = Identity("an", "An", access=Access("an", ("cong-khai",)), limit_key="an")


class Known:
    """Says that everybody is this person, or nobody."""

    def __init__(self, identity: Identity | None, sign_in: str = "") -> None:
        self.identity = identity
        self.sign_in = sign_in

    def identify(self, request: HTTPConnection) -> Identity | None:
        return self.identity


class Ticket:
    """Tokens that begin with ``t_``; only one is valid."""

    def __init__(self, _settings: Settings) -> None:
        pass

    def owns(self, token: str) -> bool:
        return token.startswith("t_")

    def identify(self, token: str, request: HTTPConnection) -> Identity | None:
        return READER if token.endswith("good") else None


def connection(*headers: tuple[str, str]) -> HTTPConnection:
    raw = [(name.lower().encode(), value.encode()) for name, value in headers]
    return HTTPConnection({"type": "http", "headers": raw, "path": "/", "query_string": b""})


def visit(assistant: FakeAssistant, settings: Settings, who: Known) -> TestClient:
    app = create_app(assistant, settings, who=who)  # type: ignore[arg-type]
    return TestClient(app, base_url="http://127.0.0.1:7860", follow_redirects=False)


def test_without_sign_in_everybody_is_the_local_user(settings: Settings) -> None:
    assert Identification(settings).identify(connection()) is LOCAL
    assert LOCAL.may("admin")
    assert LOCAL.access.collections is None


def test_an_unknown_way_is_refused(settings: Settings) -> None:
    with pytest.raises(SettingError, match="RAG_AUTH"):
        Identification(replace(settings, auth="passwrd"))


@pytest.fixture
def tickets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BEARERS", (Ticket,))


@pytest.mark.usefixtures("tickets")
def test_a_token_of_ours_is_judged_alone(settings: Settings) -> None:
    who = Identification(settings)
    assert who.identify(connection(("Authorization", "Bearer t_good"))) is READER
    assert who.identify(connection(("Authorization", "bearer  t_good "))) is READER
    assert who.identify(connection(("Authorization", "Bearer t_bad"), ("Cookie", "session=x"))) is None
    assert who.identify(connection(("Authorization", "Bearer t_good"), ("Authorization", "Bearer t_good"))) is None


@pytest.mark.usefixtures("tickets")
def test_a_foreign_token_counts_for_nothing_where_people_sign_in(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def somebody(_settings: Settings) -> Known:
        return Known(READER)

    monkeypatch.setattr(module, "WAYS", {"none": LocalUser, "somebody": somebody})
    assert Identification(settings).identify(connection(("Authorization", "Bearer sk-other"))) is LOCAL
    signed_in = Identification(replace(settings, auth="somebody"))
    assert signed_in.identify(connection(("Authorization", "Bearer sk-other"))) is None
    assert signed_in.identify(connection(("Authorization", "Basic eDp5"))) is READER


CLOSED = [("/documents/doc-1", "GET"), ("/", "GET"), ("/gradio_api/queue/data", "GET"), ("/gradio_api/reset", "POST")]


@pytest.mark.parametrize(("path", "method"), CLOSED)
def test_nobody_known_gets_nothing(assistant: FakeAssistant, settings: Settings, path: str, method: str) -> None:
    response = visit(assistant, settings, Known(None)).request(method, path)
    assert response.status_code == 401
    assert response.headers["x-frame-options"] == "DENY"


def test_only_these_routes_are_open_to_everybody() -> None:
    assert [route.pattern for route in OPEN_ROUTES if route.needs is None] == [
        r"/ui/[a-z-]{1,40}\.(css|js|svg)",
        r"/(healthz|readyz)",
        r"/sign-in",
        r"/sign-in",
        r"/sign-out",
        r"/oidc/(start|callback)",
        r"/embed/((widget|chat)\.js|chat\.css|chat)",
        r"/embed/(session|view)",
        r"/assets/[\w.-]{1,200}",
        r"/(gradio_api/)?theme\.css",
    ]


def test_people_are_led_to_the_sign_in_and_programs_are_told(assistant: FakeAssistant, settings: Settings) -> None:
    client = visit(assistant, settings, Known(None, sign_in="/sign-in"))
    page = client.get("/documents/doc-1")
    assert (page.status_code, page.headers["location"]) == (303, "/sign-in?next=%2Fdocuments%2Fdoc-1")
    assert client.post("/gradio_api/queue/join", json={}).status_code == 401


def test_a_right_that_is_missing_is_told(assistant: FakeAssistant, settings: Settings) -> None:
    asker = Identity("hỏi", scopes=frozenset({"ask"}))
    client = visit(assistant, settings, Known(asker))
    assert client.get("/documents/doc-1/v2").status_code == 403
    assert client.get("/").status_code == 200


def test_roles_have_the_rights_that_they_include() -> None:
    assert ROLE_SCOPES["reader"] < ROLE_SCOPES["editor"] < ROLE_SCOPES["administrator"]


def test_an_open_route_has_no_identity_to_rely_on() -> None:
    with pytest.raises(LookupError):
        identity_of(connection())


def test_the_chat_searches_with_the_rights_of_who_asks(settings: Settings) -> None:
    seen: list[Access | None] = []

    class Watching(FakeAssistant):
        def stream(self, question: str, history: Any = (), filters: Any = None, access: Access | None = None) -> Any:
            seen.append(access)
            return super().stream(question, history, filters, access)

    client = visit(Watching(), settings, Known(READER))
    with client:
        config = client.get("/").text
        numbers = [one["id"] for one in json.loads(config.split("window.gradio_config = ")[1].split(";</script>")[0])
                   ["dependencies"] if one["api_name"] in ("begin", "answer")]  # fmt: skip
        for number in numbers[:1]:
            body = {"data": ["Bao nhiêu công trình?", None, ""], "fn_index": number, "session_hash": "abc"}
            client.post("/gradio_api/run/predict", json=body)
        for number in numbers[1:]:
            body = {"data": [None], "fn_index": number, "session_hash": "abc"}
            if client.post("/gradio_api/queue/join", json=body).status_code == 200:
                client.get("/gradio_api/queue/data", params={"session_hash": "abc"})
    assert seen
    assert set(seen) == {READER.access}
