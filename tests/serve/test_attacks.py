"""The attack suite over HTTP, quick form: nobody without a name, another's things by id, foreign origins, forged names,
paths that climb, text that wants to be markup, addresses that want to be fetched. Tokens of every kind are attacked in
``auth/test_password.py``, ``auth/test_oidc.py``, ``auth/test_proxy.py`` and ``embed/``; bodies in
``api/test_attacks.py``; what a browser makes of hostile text in ``tests/browser/test_attacks.py``.
"""

from __future__ import annotations

import re
import socket
from typing import Any

import pytest
from starlette.testclient import TestClient

from rag.serve.embed.tokens import make_token
from rag.serve.routes import OPEN_ROUTES, Route
from tests.serve.world import ADDRESS, FORM, PAGE, PASSWORD, SignIn, World

SAMPLES = [
    "/", "/documents/x", "/documents/x/y", "/documents/x/y/file", "/filters", "/export", "/feedback", "/admin",
    "/admin/upload", "/admin/edit", "/admin/remove", "/admin/undo", "/admin/search", "/admin/feedback", "/admin/status",
    "/admin/feedback.csv", "/admin/feedback.jsonl", "/admin/feedback.cases", "/ui/chat.css", "/healthz", "/readyz",
    "/sign-in", "/sign-out", "/oidc/start", "/oidc/callback", "/embed/widget.js", "/embed/chat.js", "/embed/chat.css",
    "/embed/chat", "/embed/session", "/embed/view", "/embed/start", "/api/v1/ask", "/api/v1/search", "/api/v1/feedback",
    "/api/v1/status", "/api/v1/openapi.json", "/api/v1/documents", "/api/v1/documents/x", "/api/v1/documents/x/y",
    "/api/v1/documents/undo", "/v1/models", "/v1/models/x", "/v1/chat/completions", "/assets/x.js", "/theme.css",
    "/gradio_api/theme.css", "/gradio_api/startup-events", "/gradio_api/app_id", "/gradio_api/heartbeat/abc",
    "/gradio_api/queue/data", "/gradio_api/queue/join", "/gradio_api/run/predict", "/gradio_api/cancel",
    "/gradio_api/reset",
]  # fmt: skip
BAD_ORIGINS = ["https://evil.example", "null", "http://127.0.0.1:9999", "http://127.0.0.1", PAGE + ".evil.example"]
FOR_EVERYBODY = {"/ui/chat.css", "/healthz", "/readyz", "/sign-in", "/sign-out", "/oidc/start", "/oidc/callback",
                 "/embed/widget.js", "/embed/chat.js", "/embed/chat.css", "/embed/chat", "/assets/x.js", "/theme.css",
                 "/gradio_api/theme.css"}  # fmt: skip
REFUSED = (401, 403, 404, 405, 413, 415, 421, 422)


def calls() -> list[tuple[Route, str]]:
    """Each listed route with the paths it is tried at."""
    return [(route, path) for route in OPEN_ROUTES for path in SAMPLES if re.fullmatch(route.pattern, path)]


def signed_in(world: World, sign_in: SignIn, name: str) -> TestClient:
    client = world.client()
    assert sign_in(client, name).status_code == 303
    return client


def test_every_listed_route_is_tried() -> None:
    listed = {(route.method, route.pattern) for route in OPEN_ROUTES}
    tried = {(route.method, route.pattern) for route, _path in calls()}
    assert listed - tried - {("GET", r"/metrics")} == set()


@pytest.mark.parametrize("credentials", [
    {}, {"Cookie": "rag-session=" + "A" * 43}, {"Authorization": "Bearer rag_0123456789ab_" + "A" * 43},
    {"Authorization": "Bearer emb_" + "A" * 43}, {"Authorization": "Bearer eyJhbGciOiJub25lIn0.e30."},
    {"Authorization": "Basic ZHVuZzpkdW5n"}, {"X-Remote-User": "dung"}, {"X-Forwarded-User": "dung"},
    {"X-Forwarded-For": "127.0.0.1", "X-Remote-User": "dung", "X-Proxy-Secret": ""},
])  # fmt: skip
def test_nobody_gets_past_the_sign_in(world: World, credentials: dict[str, str]) -> None:
    client = world.client()
    for route, path in calls():
        answer = client.request(route.method, path, headers={**FORM, **credentials})
        if path in FOR_EVERYBODY:
            continue
        is_led = answer.status_code == 303 and answer.headers["location"].startswith("/sign-in")
        assert answer.status_code in REFUSED or is_led, (route.method, path)
        assert all(secret not in answer.text for secret in ("Khuổi Dày", "Lò Thị Ngân", "176 tỷ"))


@pytest.mark.parametrize("origin", BAD_ORIGINS)
def test_foreign_pages_reach_no_route_even_with_a_session(world: World, sign_in: SignIn, origin: str) -> None:
    client = signed_in(world, sign_in, "dung")
    for route, path in calls():
        answer = client.request(route.method, path, headers={"Origin": origin})
        assert answer.status_code in (403, 404), (route.method, path)
        assert not [name for name in answer.headers if name.startswith("access-control-")]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"]
    for path in SAMPLES:
        asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        answer = client.options(path, headers=asked)
        assert not [name for name in answer.headers if name.startswith("access-control-")], path


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_other_sites_change_nothing_with_a_session(world: World, sign_in: SignIn, site: str) -> None:
    client = signed_in(world, sign_in, "dung")
    for route, path in calls():
        if route.method == "GET":
            continue
        navigation = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
        assert client.request(route.method, path, headers=navigation).status_code == 403, path


def test_another_persons_documents_by_id(world: World, sign_in: SignIn) -> None:
    """A hundred ways to name what may not be read, each answered as if it were not there."""
    client, tries = signed_in(world, sign_in, "an"), 0
    token = make_token(world.settings, "an", origin=PAGE)
    session = world.client().post("/embed/session", json={"origin": PAGE},
                                  headers={**FORM, "Authorization": f"Bearer {token}"}).json()["token"]  # fmt: skip
    embedded = {"Authorization": f"Bearer {session}"}
    for collection in ("noi-bo", "mat"):
        info = world.document(collection)
        paths = [f"/documents/{info.id}", f"/documents/{info.id}/{info.version}",
                 f"/documents/{info.id}/{info.version}/file",
                 f"/api/v1/documents/{info.id}", f"/api/v1/documents/{info.id}/{info.version}"]  # fmt: skip
        for path in paths:
            for variant in (path, path + "?start=0&end=5", path + "?access=all", path + "?user=dung", path.upper()):
                for headers in ({}, embedded):
                    answer = client.get(variant, headers=headers)
                    assert answer.status_code in (303, 404), variant
                    assert "Khuổi Dày" not in answer.text
                    assert "Lò Thị Ngân" not in answer.text
                    tries += 1
        for filters in (
            {"documents": [info.id]},
            {"collections": [collection]},
            {"collections": [collection, "cong-khai"]},
        ):
            body = {"query": "trưởng phòng nợ thuế", "filters": filters}
            found = client.post("/api/v1/search", json=body, headers=FORM).json()["hits"]
            assert {hit["document_id"] for hit in found} <= {world.document("cong-khai").id}
            tries += 1
    listed = client.get("/api/v1/documents", params={"q": "Tin"}).text
    assert world.document("mat").id not in listed
    assert tries >= 100


def test_a_reader_changes_nothing(world: World, sign_in: SignIn) -> None:
    client, info = signed_in(world, sign_in, "binh"), world.document("noi-bo")
    for method, path in (("DELETE", f"/api/v1/documents/{info.id}"), ("PATCH", f"/api/v1/documents/{info.id}"),
                         ("POST", "/api/v1/documents"), ("POST", "/admin/remove"), ("POST", "/admin/upload"),
                         ("POST", "/admin/edit"), ("GET", "/admin"), ("GET", "/admin/feedback"),
                         ("GET", "/admin/feedback.csv")):  # fmt: skip
        assert client.request(method, path, headers=FORM).status_code == 403, path
    assert world.assistant.document(info.id)


def test_another_persons_answer_cannot_be_judged(world: World, sign_in: SignIn) -> None:
    owner, other = signed_in(world, sign_in, "dung"), signed_in(world, sign_in, "an")
    question = {"question": "Công ty Mỏ Sắt nợ bao nhiêu tiền thuế?"}
    answer = owner.post("/api/v1/ask", json=question, headers=FORM).json()
    verdict = {"answer_id": answer["answer_id"], "verdict": "down"}
    taken = other.post("/api/v1/feedback", json=verdict, headers=FORM)
    unknown = other.post("/api/v1/feedback", json={**verdict, "answer_id": "x" * 20}, headers=FORM)
    assert taken.status_code == unknown.status_code == 404
    assert taken.json()["detail"] == unknown.json()["detail"]


@pytest.mark.parametrize("path", [
    "/ui/../../settings.py", "/ui/%2e%2e/%2e%2e/settings.py", "/ui/..%2f..%2fsettings.py", "/ui/%252e%252e/settings.py",
    "/assets/../../../../etc/passwd", "/assets/%2e%2e/%2e%2e/etc/passwd", "/embed/../settings.py",
    "/embed/%2e%2e/page.py",
    "/embed/page.py", "/embed/static/chat.js", "/documents/../../etc/passwd", "/documents/..%2f..%2fetc%2fpasswd/v",
    "/documents/%00/v", "/documents/x%0d%0aSet-Cookie:%20a=b/v", "/api/v1/documents/..%2f..%2f..%2fetc%2fpasswd",
    "/gradio_api/file=/etc/passwd", "/gradio_api/file=../../access.db", "/file=/etc/passwd",
    "/gradio_api/proxy=http://10.0.0.1",
    "/gradio_api/upload", "/gradio_api/component_server", "/.env", "/access.db", "/rag.db", "/\\evil.example",
])  # fmt: skip
def test_paths_that_climb_lead_nowhere(world: World, sign_in: SignIn, path: str) -> None:
    answer = signed_in(world, sign_in, "dung").get(path)
    assert answer.status_code in REFUSED
    assert "root:" not in answer.text
    assert "a=b" not in answer.headers.get("set-cookie", "")


HOSTILE = ['"><script>alert(1)</script>', "<img src=x onerror=alert(1)>", "{{7*7}}${7*7}<%=7*7%>",
           "javascript:alert(1)",
           "\u202egpj.exe", "a\x00b", "' OR 1=1 --", "../../etc/passwd", "%s%s%n", "\U000e0041\u200b",
           "=cmd|' /C calc'!A0",
           "http://169.254.169.254/latest/meta-data/", "file:///etc/passwd", "[x](http://evil.example/?q=1)",
           "![x](http://evil.example/p.png)", "A" * 1900]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_questions_are_questions(world: World, sign_in: SignIn, monkeypatch: Any, text: str) -> None:
    client = signed_in(world, sign_in, "an")
    reached: list[Any] = []

    def watched(_self: Any, address: Any) -> None:
        reached.append(address)
        raise OSError("no connection in this test")

    monkeypatch.setattr(socket.socket, "connect", watched)
    history = [{"question": text, "answer": text}]
    filters = {"publishers": [text[:200]], "documents": [text[:200]]}
    for body in ({"question": text}, {"question": text, "history": history}, {"question": text, "filters": filters}):
        answer = client.post("/api/v1/ask", json=body, headers=FORM)
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("application/json")
    found = client.get("/documents/" + text[:50].encode().hex(), params={"start": text[:50], "end": text[:50]})
    assert found.status_code == 404
    assert "<script>alert" not in found.text
    assert reached == []  # no address in a question, a history or a filter is ever fetched


def test_a_refused_name_is_not_echoed_as_markup(world: World) -> None:
    body = {"name": '"><script>alert(1)</script>', "password": PASSWORD, "next": '"><script>'}
    page = world.client().post("/sign-in", data=body, headers=FORM)
    assert page.status_code == 401
    assert "<script" not in page.text
    assert ADDRESS not in page.text
