"""The embed over HTTP: which pages get what, tokens exchanged once, sessions that read what their groups may."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest
from starlette.testclient import TestClient

from rag.serve.app import create_app
from rag.serve.embed.bearer import EmbedBearer
from rag.serve.embed.tokens import make_token
from rag.serve.routes import OPEN_ROUTES
from tests.serve.world import ADDRESS, FORM, PAGE, PASSWORD, World

BAD = ["https://evil.example", "http://noi-bo.example", "https://noi-bo.example.evil.example", "null",
       "https://noi-bo.example:8443"]  # fmt: skip
OWN = {**FORM, "Content-Type": "application/json"}


def token_for(world: World, user: str = "hoa", groups: tuple[str, ...] = (), **given: Any) -> str:
    return make_token(world.settings, user, origin=PAGE, groups=groups, **given)


def opened(client: TestClient, token: str, origin: str = PAGE) -> Any:
    """What the frame does with the page's token."""
    headers = {**OWN, **({"Authorization": f"Bearer {token}"} if token else {})}
    return client.post("/embed/session", json={"origin": origin}, headers=headers)


def bearer(world: World, *groups: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {opened(world.client(), token_for(world, groups=groups)).json()['token']}"}


@pytest.fixture(scope="session")
def off(built: World) -> TestClient:
    settings = replace(built.settings, embed_origins="", embed_anonymous=1, auth="none")
    return TestClient(create_app(built.assistant, settings), base_url=ADDRESS, follow_redirects=False)


@pytest.fixture(scope="session")
def anonymous(built: World) -> TestClient:
    settings = replace(built.settings, embed_anonymous=1, auth="none")
    return TestClient(create_app(built.assistant, settings), base_url=ADDRESS, follow_redirects=False)


@pytest.mark.parametrize("path", ["widget.js", "chat.js", "chat.css", "chat", "start"])
def test_off_means_that_nothing_is_there(off: TestClient, path: str) -> None:
    assert off.get(f"/embed/{path}").status_code == 404
    assert off.post("/embed/session", headers=OWN, json={"origin": PAGE}).status_code == 404
    assert off.post("/embed/view", headers=FORM, data={}).status_code == 404
    preflight = {"Origin": PAGE, "Access-Control-Request-Method": "POST"}
    assert off.options("/api/v1/ask", headers=preflight).status_code in (403, 404, 405)


def test_the_frame_names_the_pages_that_may_hold_it(world: World) -> None:
    page = world.client().get("/embed/chat", headers={"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "iframe"})
    assert page.status_code == 200
    policy = page.headers["content-security-policy"]
    assert policy.endswith(f"frame-ancestors {PAGE}")
    assert "unsafe" not in policy
    assert "x-frame-options" not in page.headers
    assert "<style" not in page.text
    assert " style=" not in page.text
    assert page.text.count("<script") == 2  # one loads our file, the other is data
    assert 'type="application/json"' in page.text


def test_everything_else_still_refuses_to_be_framed(world: World) -> None:
    client = world.client()
    for path in ("/sign-in", "/embed/chat.js", "/embed/widget.js", "/healthz", "/nowhere"):
        answer = client.get(path)
        assert answer.headers["x-frame-options"] == "DENY"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_pages_load_the_widget_as_a_script_only(world: World) -> None:
    client = world.client()
    cross = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}
    loaded = client.get("/embed/widget.js", headers={**cross, "Sec-Fetch-Dest": "script"})
    assert loaded.status_code == 200
    assert loaded.headers["content-type"].startswith("text/javascript")
    assert loaded.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "access-control-allow-origin" not in loaded.headers
    for kind in ("empty", "image", "iframe", "document"):
        assert client.get("/embed/widget.js", headers={**cross, "Sec-Fetch-Dest": kind}).status_code == 403
    assert client.get("/embed/chat.js", headers={**cross, "Sec-Fetch-Dest": "script"}).status_code == 403
    assert client.get("/embed/chat", headers={**cross, "Sec-Fetch-Dest": "empty"}).status_code == 403
    assert client.get("/", headers={**cross, "Sec-Fetch-Dest": "iframe"}).status_code == 403


@pytest.mark.parametrize("origin", BAD)
@pytest.mark.parametrize("path", ["/embed/session", "/embed/view", "/embed/start", "/embed/widget.js", "/embed/chat",
                                  "/api/v1/ask", "/api/v1/search", "/api/v1/feedback", "/", "/sign-in"])  # fmt: skip
def test_other_origins_get_nothing(world: World, path: str, origin: str) -> None:
    client, headers = world.client(), {**bearer(world), "Origin": origin}
    for method in ("GET", "POST"):
        answer = client.request(method, path, headers=headers, content="{}" if method == "POST" else None)
        assert answer.status_code in (403, 404, 405)
        assert not [name for name in answer.headers if name.startswith("access-control")]
    preflight = client.options(path, headers={"Origin": origin, "Access-Control-Request-Method": "POST"})
    assert preflight.status_code in (403, 404, 405)
    assert not [name for name in preflight.headers if name.startswith("access-control")]


def test_listed_pages_get_cors_on_asking_alone_and_without_cookies(world: World) -> None:
    client = world.client()
    asked = {"Origin": PAGE, "Access-Control-Request-Method": "POST"}
    plain = {route.pattern for route in OPEN_ROUTES if "(" not in route.pattern and "[" not in route.pattern}
    for path in plain - {"/api/v1/feedback"}:
        answer = client.options(path, headers=asked)
        assert "access-control-allow-origin" not in answer.headers, path
    for path in ("/api/v1/ask", "/api/v1/search", "/api/v1/feedback", "/embed/session"):
        answer = client.options(path, headers=asked)
        assert answer.status_code == 204
        assert answer.headers["access-control-allow-origin"] == PAGE
        assert "access-control-allow-credentials" not in answer.headers
    for path in ("/api/v1/documents", "/api/v1/status", "/", "/documents/x"):
        assert "access-control-allow-origin" not in client.options(path, headers=asked).headers


def test_a_pages_script_cannot_use_a_cookie_or_the_local_user(world: World, anonymous: TestClient) -> None:
    signed_in = world.client()
    signed_in.post("/sign-in", data={"name": "dung", "password": PASSWORD}, headers=FORM)
    for client in (signed_in, anonymous):
        for headers in ({"Origin": PAGE}, {"Origin": PAGE, "Authorization": "Bearer emb_" + "x" * 43},
                        {"Origin": PAGE, "Authorization": "Bearer x"}):  # fmt: skip
            answer = client.post("/api/v1/search", json={"query": "nước sạch"}, headers=headers)
            assert answer.status_code in (401, 403)


def test_a_token_is_exchanged_once(world: World) -> None:
    client, token = world.client(), token_for(world)
    first = opened(client, token)
    assert first.status_code == 200
    assert first.json()["token"].startswith("emb_")
    assert 0 < first.json()["lasts_s"] <= 300
    again = opened(client, token)
    assert (again.status_code, again.json()["reason"]) == (401, "used")
    assert opened(client, token_for(world)).status_code == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "", "null", PAGE + "/", 7, None, [PAGE]])
def test_a_token_counts_only_in_its_own_page(world: World, origin: Any) -> None:
    assert opened(world.client(), token_for(world), origin).status_code == 401


def test_a_listed_page_cannot_use_the_token_of_another(world: World) -> None:
    other = "https://khac.example"
    settings = replace(world.settings, embed_origins=f"{PAGE} {other}")
    client = TestClient(create_app(world.assistant, settings), base_url=ADDRESS)
    token = make_token(settings, "hoa", origin=PAGE)
    headers = {"Authorization": f"Bearer {token}", "Origin": other}
    assert client.post("/embed/session", json={"origin": PAGE}, headers=headers).status_code == 401
    session = opened(client, token).json()["token"]
    headers = {"Authorization": f"Bearer {session}", "Origin": other}
    assert client.post("/api/v1/search", json={"query": "x"}, headers=headers).status_code == 401


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"origin":1}', b"\xff", b"[" * 4000, b'{"origin": "' + b"a" * 9000]
)
def test_malformed_exchanges_are_refused(world: World, body: bytes) -> None:
    headers = {**OWN, "Authorization": f"Bearer {token_for(world)}"}
    assert world.client().post("/embed/session", content=body, headers=headers).status_code in (401, 413)


def test_the_pages_own_token_opens_nothing_by_itself(world: World) -> None:
    headers = {"Authorization": f"Bearer {token_for(world)}"}
    assert world.client().get("/embed/start", headers=headers).status_code == 401
    assert world.client().get("/documents/x", headers=headers).status_code == 303  # to the sign-in


def test_a_session_reads_what_its_groups_may(world: World) -> None:
    counts = {}
    for groups in ((), ("to-chuc",), ("to-chuc", "thanh-tra")):
        counts[groups] = world.client().get("/embed/start", headers=bearer(world, *groups)).json()["documents"]
    assert list(counts.values()) == [1, 2, 3]


def test_a_session_cannot_reach_further_than_asking(world: World) -> None:
    client, headers = world.client(), bearer(world, "to-chuc")
    assert client.get("/documents/" + world.document("mat").id, headers=headers).status_code == 404
    assert client.post("/api/v1/documents", headers={**headers, **FORM}).status_code in (403, 404)
    assert client.delete("/api/v1/documents/x", headers={**headers, **FORM}).status_code in (403, 404, 405)


def test_sessions_end_with_the_token_and_when_revoked(world: World) -> None:
    client, headers = world.client(), bearer(world)
    assert client.get("/embed/start", headers=headers).status_code == 200
    world.desk.sessions.close_all("hoa")
    assert client.get("/embed/start", headers=headers).status_code == 401
    short = opened(client, token_for(world, lasts_s=2)).json()
    headers = {"Authorization": f"Bearer {short['token']}"}
    assert client.get("/embed/start", headers=headers).status_code == 200
    time.sleep(2.1)
    assert client.get("/embed/start", headers=headers).status_code == 401


def test_a_page_taken_off_the_list_loses_its_sessions(world: World) -> None:
    token = bearer(world)["Authorization"].split()[1]
    assert EmbedBearer(world.settings).session(token)
    assert EmbedBearer(replace(world.settings, embed_origins="https://khac.example")).session(token) is None


def test_embedded_and_signed_in_sessions_are_not_interchangeable(world: World) -> None:
    client = world.client()
    secret = bearer(world)["Authorization"].split()[1].removeprefix("emb_")
    client.cookies.set("rag-session", secret)
    assert client.get("/").status_code == 303
    client.cookies.clear()
    client.post("/sign-in", data={"name": "dung", "password": PASSWORD}, headers=FORM)
    cookie = client.cookies["rag-session"]
    other = world.client()
    assert other.get("/embed/start", headers={"Authorization": f"Bearer emb_{cookie}"}).status_code == 401


def test_visitors_without_a_name_only_where_switched_on(world: World, anonymous: TestClient) -> None:
    refused = opened(world.client(), "")
    assert (refused.status_code, refused.json()["reason"]) == (401, "token-needed")
    world.desk.rights.set_readers("cong-khai", ["anonymous"])
    token = opened(anonymous, "").json()["token"]
    started = anonymous.get("/embed/start", headers={"Authorization": f"Bearer {token}"}).json()
    assert started["documents"] == 1
    assert opened(anonymous, "forged").status_code == 401  # a bad token does not become a visitor
    # Switched off again, what was opened ends too.
    assert world.client().get("/embed/start", headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_anonymous_visitors_are_counted_by_address(world: World, anonymous: TestClient) -> None:
    from starlette.requests import HTTPConnection

    bearer_ = EmbedBearer(replace(world.settings, embed_anonymous=1))
    token = opened(anonymous, "").json()["token"]
    scope = {"type": "http", "headers": [], "client": ("10.0.0.7", 1)}
    identity = bearer_.identify(token, HTTPConnection(scope))
    assert identity
    assert identity.limit_key == "anonymous:10.0.0.7"
    assert identity.scopes == {"ask", "read"}


def view(world: World, collection: str, headers: dict[str, str], token: str, **given: str) -> Any:
    info = world.document(collection)
    fields = {"token": token, "document": info.id, "version": info.version, "start": "0", "end": "4", **given}
    form = {**FORM, "Content-Type": "application/x-www-form-urlencoded", **headers}
    return world.client().post("/embed/view", content=urlencode(fields), headers=form)


def test_a_source_opens_in_the_viewer_for_whom_it_is_meant(world: World) -> None:
    token = bearer(world, "to-chuc")["Authorization"].split()[1]
    page = view(world, "noi-bo", {}, token)
    assert page.status_code == 200
    assert "Lò Thị Ngân" in page.text
    assert "<mark" in page.text
    hidden = view(world, "mat", {}, token)
    unknown = view(world, "mat", {}, token, document="khong-co")
    assert (hidden.status_code, hidden.text) == (unknown.status_code, unknown.text)
    assert hidden.status_code == 404
    for bad in ("", "emb_", "emb_" + "x" * 43, token[:-1]):
        assert view(world, "noi-bo", {}, bad).status_code == 401
    assert view(world, "noi-bo", {"Origin": "https://evil.example"}, token).status_code == 403
    assert token not in page.text


def test_no_token_ever_stands_in_an_address(world: World) -> None:
    client = world.client()
    token = token_for(world)
    for query in (f"token={token}", f"access_token={token}", f"jwt={token}"):
        assert client.get(f"/embed/start?{query}").status_code == 401
        assert client.post(f"/embed/session?{query}", json={"origin": PAGE}, headers=OWN).status_code == 401
