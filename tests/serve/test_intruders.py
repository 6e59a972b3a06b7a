"""Somebody who may enter tries to get further than she may, against a real server with passwords and two groups:
other people's page sessions, credentials of another kind, documents that she may not read, and requests that are
malformed on the wire.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from rag.serve import guard, patience
from rag.serve.embed.tokens import make_token
from tests.serve.api.conftest import running
from tests.serve.test_attacks import calls
from tests.serve.world import PAGE, PASSWORD, World

Enter = Callable[[str], httpx.Client]
HIDDEN = "Công ty Mỏ Sắt nợ bao nhiêu tiền thuế?"


@pytest.fixture
def server(world: World) -> Iterator[str]:
    with running(world.assistant, world.settings) as address:
        yield address


@pytest.fixture
def enter(server: str) -> Iterator[Enter]:
    """Sign in as a browser would, and go on asking as one."""
    opened: list[httpx.Client] = []

    def call(name: str) -> httpx.Client:
        own = {"Origin": server, "Sec-Fetch-Site": "same-origin"}
        client = httpx.Client(base_url=server, headers=own, timeout=60)
        opened.append(client)
        form = {"name": name, "password": PASSWORD}
        assert client.post("/sign-in", data=form).status_code == 303
        return client

    yield call
    for client in opened:
        client.close()


def page_functions(client: httpx.Client) -> Any:
    """What Gradio's page can call: numbers and inputs by name, and the kinds of its components."""
    config = json.loads(client.get("/").text.split("window.gradio_config = ")[1].split(";</script>")[0])
    kinds = {one["id"]: one["type"] for one in config["components"]}
    return {one["api_name"]: (one["id"], [kinds[i] for i in one["inputs"]]) for one in config["dependencies"]}


def given(functions: Any, name: str, session: str, question: str = "") -> dict[str, Any]:
    number, kinds = functions[name]
    data = ["" if kind == "textbox" else None for kind in kinds]
    return {"data": [question, *data[1:]] if question else data, "fn_index": number, "session_hash": session}


def test_another_persons_page_session_is_out_of_reach(enter: Enter) -> None:
    chief, an = enter("dung"), enter("an")
    functions, session = page_functions(chief), secrets.token_hex(5)
    chief.post("/gradio_api/run/predict", json=given(functions, "begin", session, HIDDEN))
    chief.post("/gradio_api/queue/join", json=given(functions, "answer", session))
    # She heard the value that names it (a proxy's log has it), listens, and uses the conversation behind it.
    heard = ""
    with contextlib.suppress(httpx.RemoteProtocolError):  # for her there is no such session: the stream breaks off
        heard = an.get("/gradio_api/queue/data", params={"session_hash": session}).text
    for name in ("stop", "begin", "follow"):
        heard += an.post(
            "/gradio_api/run/predict", json=given(functions, name, session, HIDDEN * (name == "begin"))
        ).text
    an.post("/gradio_api/cancel", json={"session_hash": session, "fn_index": functions["answer"][0], "event_id": "x"})
    assert "900 triệu" not in json.loads(json.dumps(heard))
    assert "Mỏ Sắt nợ 900" not in heard.encode().decode("unicode_escape", "replace")
    own = chief.get("/gradio_api/queue/data", params={"session_hash": session}).text
    assert "900 triệu" in " ".join(str(json.loads(line[5:])) for line in own.splitlines() if line.startswith("data:"))


def test_credentials_count_for_what_they_are_alone(server: str, enter: Enter, world: World) -> None:
    chief = enter("dung")
    cookie = chief.cookies["rag-session"]
    token = make_token(world.settings, "dung", origin=PAGE)
    headers = {"Origin": PAGE, "Authorization": f"Bearer {token}"}
    session = httpx.post(f"{server}/embed/session", json={"origin": PAGE}, headers=headers).json()["token"]
    for bearer in (cookie, f"emb_{cookie}", f"rag_{cookie}", token, f"emb_{token}", session.removeprefix("emb_")):
        answer = httpx.get(f"{server}/api/v1/documents", headers={"Authorization": f"Bearer {bearer}"})
        assert answer.status_code == 401, bearer[:8]
    for value in (session, session.removeprefix("emb_"), token):
        answer = httpx.get(f"{server}/api/v1/documents", headers={"Cookie": f"rag-session={value}"})
        assert answer.status_code == 401
    # The page's server named an administrator: that makes a reader in the embed, whose rights are the groups' alone.
    listed = httpx.get(f"{server}/api/v1/documents", headers={"Authorization": f"Bearer {session}"})
    assert world.document("mat").id not in listed.text
    assert httpx.get(f"{server}/admin", headers={"Authorization": f"Bearer {session}"}).status_code == 403


def test_no_group_of_a_token_means_everything(server: str, world: World) -> None:
    groups = ["*", "anonymous", "administrator", "admin", "%", "thanh-tra\x00", "THANH-TRA", "thanh-tra,to-chuc"]
    token = make_token(world.settings, "an", origin=PAGE, groups=groups)
    headers = {"Origin": PAGE, "Authorization": f"Bearer {token}"}
    session = httpx.post(f"{server}/embed/session", json={"origin": PAGE}, headers=headers).json()["token"]
    answer = httpx.post(
        f"{server}/api/v1/search", json={"query": HIDDEN}, headers={"Authorization": f"Bearer {session}"}
    )
    assert {hit["document_id"] for hit in answer.json()["hits"]} <= {world.document("cong-khai").id}


def test_what_may_not_be_read_cannot_be_changed_nor_taken_over(enter: Enter, world: World) -> None:
    chi, chief, info = enter("chi"), enter("dung"), world.document("mat")
    before = chief.get(f"/api/v1/documents/{info.id}").json()
    assert chi.patch(f"/api/v1/documents/{info.id}", json={"title": "x"}).status_code == 404
    assert chi.delete(f"/api/v1/documents/{info.id}").status_code == 404
    for path in ("/admin/edit", "/admin/remove"):
        for body in ({"id": info.id, "title": "x"}, {"ids": [info.id]}, {"documents": [info.id]}):
            assert "Tin mat" not in chi.post(path, json=body).text
    # A file of the hidden document's own name would be its next version.
    stolen = json.dumps({"id": "mat", "title": "Tin mat", "text": "Chiếm chỗ của tài liệu mật."}).encode()
    added = chi.post("/api/v1/documents", files=[("files", ("mat.jsonl", stolen))], data={"collection": "mat"})
    dropped = chi.post("/admin/upload", params={"name": "mat.jsonl", "collection": "mat"}, content=stolen)
    assert (added.status_code, dropped.status_code) == (403, 403)
    # What an administrator removed there comes back for those alone who may read it.
    undo = chief.delete(f"/api/v1/documents/{info.id}").json()["undo"]
    assert chi.post("/api/v1/documents/undo", json={"undo": undo}).status_code == 404
    assert chi.post("/admin/undo", json={"token": undo}).status_code == 404
    assert chief.post("/api/v1/documents/undo", json={"undo": undo}).status_code == 200
    assert chief.get(f"/api/v1/documents/{info.id}").json() == before
    for path in (f"/documents/{info.id}/{info.version}", f"/api/v1/documents/{info.id}"):
        assert "Khuổi Dày" not in chi.get(path).text


def test_a_forged_place_brings_no_hidden_text_into_an_export(enter: Enter, world: World) -> None:
    an, info = enter("an"), world.document("mat")
    place = {"n": 1, "document_id": info.id, "version": info.version, "title": "x", "published": None, "source": "x",
             "start": 0, "end": 60, "quote": "x", "publisher": "", "url": ""}  # fmt: skip
    answer = {"status": "answered", "text": "a [1]", "short_answer": "", "citations": [place], "nearest": [place],
              "confidence": 1, "method": "extractive", "understood": "", "notes": []}  # fmt: skip
    exchange = {"question": "a", "asked": None, "filters": {}, "answer": answer}
    for body in ({"exchanges": [exchange], "format": "md"}, {"exchange": exchange, "verdict": "up"}):
        path = "/export" if "exchanges" in body else "/feedback"
        assert "Khuổi Dày" not in an.post(path, json=body).text


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_hidden_and_missing_look_the_same_to_the_byte(enter: Enter, world: World, method: str) -> None:
    an, info = enter("an"), world.document("mat")
    conditions = (
        {},
        {"Range": "bytes=0-9"},
        {"If-None-Match": "*"},
        {"If-Modified-Since": "Sat, 01 Jan 2028 00:00:00 GMT"},
    )

    def seen(document_id: str, version: str, headers: dict[str, str]) -> list[Any]:
        paths = (f"/documents/{document_id}", f"/documents/{document_id}/{version}",
                 f"/documents/{document_id}/{version}/file", f"/api/v1/documents/{document_id}")  # fmt: skip
        answers = [an.request(method, path, headers=headers) for path in paths]
        varying = ("x-request-id", "date")
        return [
            (a.status_code, sorted((n, v) for n, v in a.headers.items() if n not in varying), len(a.content))
            for a in answers
        ]

    for headers in conditions:
        assert seen(info.id, info.version, headers) == seen("f" * len(info.id), info.version, headers)


def test_another_address_in_a_header_does_not_reset_the_wait(server: str, world: World) -> None:
    answers = [
        httpx.post(
            f"{server}/sign-in",
            data={"name": "an", "password": f"sai {n}"},
            headers={"Origin": server, **dict.fromkeys(("X-Forwarded-For", "X-Real-IP"), f"10.9.8.{n}")},
        ).status_code
        for n in range(8)
    ]
    assert answers[:5] == [401] * 5
    assert set(answers[5:]) == {429}
    # Other ways to write the same name are the same name.
    for name in ("AN", " an ", "an\u200b", "\uff41\uff4e"):
        form = {"name": name, "password": PASSWORD}
        assert httpx.post(f"{server}/sign-in", data=form, headers={"Origin": server}).status_code in (401, 429)


DEEP = ["[" * 60_000, '{"question":' + "[" * 60_000, '{"a":' * 40_000, '{"question": 1e999}', '{"question": "\\ud800"}',
        '{"data": [NaN], "fn_index": 99999999999999999999, "session_hash": "x"}', "null", '"x"', "[]",
        '{"fn_index": -1, "data": [], "session_hash": "a"}', '{"session_hash": {"a": 1}, "data": []}']  # fmt: skip


@pytest.mark.parametrize("body", DEEP, ids=range(len(DEEP)))
def test_no_body_breaks_a_route(enter: Enter, body: str) -> None:
    chief = enter("dung")
    paths = sorted({path for route, path in calls() if route.method == "POST" and path != "/sign-out"})
    assert len(paths) > 10
    for path in paths:
        answer = chief.post(path, content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code < 500, path


def test_a_question_cannot_forge_an_event(enter: Enter) -> None:
    forged = 'x\n\nevent: done\ndata: {"status": "answered", "text": "giả"}\n\n'
    answer = enter("an").post("/api/v1/ask", json={"question": forged}, headers={"Accept": "text/event-stream"})
    kinds = [line for line in answer.text.splitlines() if line.startswith("event: ")]
    assert kinds.count("event: done") == 1
    assert 'data: {"status": "answered", "text": "giả"}' not in answer.text


def wire(address: str, *parts: bytes) -> bytes:
    """Everything that comes back to bytes as they are, until the server closes or has nothing more to say."""
    place = urlsplit(address)
    told = b""
    with socket.create_connection((str(place.hostname), int(place.port or 0)), timeout=1.5) as connection:
        try:
            for part in parts:
                connection.sendall(part)
            while piece := connection.recv(65_536):
                told += piece
        except OSError:
            pass
    return told


def statuses(told: bytes) -> list[int]:
    return [int(line.split()[1]) for line in told.split(b"\r\n") if line.startswith(b"HTTP/1.1 ")]


@pytest.mark.parametrize("second", [b"Content-Length: 6\r\nTransfer-Encoding: chunked", b"Transfer-Encoding: xchunked",
                                    b"Content-Length: 0\r\nContent-Length: 60", b"Content-Length: +6",
                                    b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity"])  # fmt: skip
def test_no_second_request_is_smuggled_in_a_body(server: str, second: bytes) -> None:
    host = urlsplit(server).netloc.encode()
    hidden = b"GET /healthz HTTP/1.1\r\nHost: " + host + b"\r\n\r\n"
    told = wire(server, b"POST /sign-in HTTP/1.1\r\nHost: " + host + b"\r\n" + second + b"\r\n\r\n0\r\n\r\n" + hidden)
    # Two readers of such a request could disagree where it ends, so it must be the last that is read, or be refused.
    assert b'"status":"ok"' not in told
    assert all(status >= 400 for status in statuses(told))


@pytest.mark.parametrize("request_", [
    b"GET /healthz HTTP/1.1\r\nHost: %s\r\nHost: evil.example\r\n\r\n", b"GET /healthz HTTP/1.0\r\n\r\n",
    b"GET http://evil.example/healthz HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: %s\r\nX: a\x00b\r\n\r\n",
    b"CONNECT 169.254.169.254:80 HTTP/1.1\r\nHost: %s\r\n\r\n",
    b"GET /ui/../../../../etc/passwd HTTP/1.1\r\nHost: %s\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: %s\r\n\r\n",
], ids=range(9))  # fmt: skip
def test_malformed_requests_get_nothing(server: str, request_: bytes) -> None:
    told = wire(server, request_.replace(b"%s", urlsplit(server).netloc.encode()))
    assert b'"status":"ok"' not in told
    assert b"root:" not in told
    assert all(400 <= status < 500 for status in statuses(told))
    assert httpx.get(f"{server}/healthz").status_code == 200


def test_whoever_dawdles_holds_no_connection(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "HEAD_S", 0.4)
    monkeypatch.setattr(guard, "BODY_S", 0.4)
    host = urlsplit(server).netloc.encode()
    head = b"POST /sign-in HTTP/1.1\r\nHost: " + host + b"\r\nContent-Length: 100\r\n"
    assert ended(server, b"") == b""
    assert ended(server, head + b"X-A: ") == b""
    assert statuses(ended(server, head + b"\r\nname=")) == [408]
    further = b"GET /healthz HTTP/1.1\r\nHost: " + host + b"\r\n\r\n"
    assert statuses(ended(server, further, head)) == [200]


def ended(address: str, *parts: bytes) -> bytes:
    """What comes until the server closes, which it has to do within some seconds."""
    place = urlsplit(address)
    told = b""
    with socket.create_connection((str(place.hostname), int(place.port or 0)), timeout=20) as connection:
        for part in parts:
            connection.sendall(part)
            time.sleep(0.1)
        while piece := connection.recv(65_536):
            told += piece
    return told
