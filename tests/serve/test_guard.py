"""What the guard lets through: only our own host, our own pages, the listed routes, small bodies."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from rag.serve.addresses import own_hosts
from rag.serve.guard import Guard
from rag.serve.headers import COMMON
from rag.serve.routes import MAX_JSON_BYTES
from rag.settings import Settings

SETTINGS = Settings(store=Path("unused"), models=Path("unused"))

OPEN = ["/", "/healthz", "/readyz", "/documents/doc-1", "/documents/doc-1/v2", "/ui/chat.css", "/ui/chat.js",
        "/ui/icon.svg", "/theme.css", "/gradio_api/startup-events", "/gradio_api/app_id"]  # fmt: skip
CLOSED = ["/config", "/config/", "/docs", "/redoc", "/openapi.json", "/gradio_api/info", "/gradio_api/openapi.json",
          "/monitoring", "/monitoring/summary", "/gradio_api/token", "/gradio_api/user",
          "/gradio_api/proxy=https://example.com", "/gradio_api/file=/etc/passwd", "/gradio_api/file=https://example.com",
          "/gradio_api/runs", "/gradio_api/dev/reload", "/gradio_api/vibe-code/", "/manifest.json", "/robots.txt",
          "/pwa_icon", "/login", "/logout", "/static/img/logo.svg", "/svelte/x.js", "/favicon.ico", "/ui/../app.py",
          "/ui/%2e%2e/app.py", "/assets/../index.html", "/assets/%2e%2e%2findex.html", "/documents/a/b/c",
          "/documents/doc-1/a%0Ab", "/api/v1/documents/a%0Ab/c", "/api/v1/documents/a/b%0D",
          "/gradio_api/deep_link", "/custom_component/1/client/component/style.css"]  # fmt: skip
BAD_ORIGINS = ["https://evil.example", "http://127.0.0.1:9999", "http://localhost:7860", "null", "http://127.0.0.1"]


@pytest.mark.parametrize("path", OPEN)
def test_listed_routes_answer(client: TestClient, path: str) -> None:
    assert client.get(path).status_code in (200, 307)


@pytest.mark.parametrize("path", CLOSED)
def test_routes_that_are_not_listed_do_not_exist(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/gradio_api/upload", "/gradio_api/component_server", "/gradio_api/call/begin",
                                  "/gradio_api/api/begin", "/gradio_api/run/begin", "/login"])  # fmt: skip
def test_nothing_can_be_uploaded_or_called_by_name(client: TestClient, path: str) -> None:
    assert client.post(path, json={}).status_code == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])
def test_pages_can_only_be_read(client: TestClient, method: str) -> None:
    assert client.request(method, "/").status_code == 405


@pytest.mark.parametrize("host", ["evil.example", "evil.example:7860", "127.0.0.1", "127.0.0.1:80", "localhost:9999",
                                  "127.0.0.1.evil.example:7860", "", "0.0.0.0:7860"])  # fmt: skip
@pytest.mark.parametrize("path", ["/", "/healthz", "/assets/x.js", "/nowhere"])
def test_a_foreign_host_name_is_refused(client: TestClient, host: str, path: str) -> None:
    assert client.get(path, headers={"Host": host}).status_code == 421


@pytest.mark.parametrize("host", ["127.0.0.1:7860", "localhost:7860", "LOCALHOST:7860", "[::1]:7860"])
def test_the_loopback_names_are_ours(client: TestClient, host: str) -> None:
    assert client.get("/healthz", headers={"Host": host}).status_code == 200


def test_port_80_may_be_left_out() -> None:
    assert {"localhost", "localhost:80"} <= own_hosts(replace(SETTINGS, port=80))
    assert "localhost" not in own_hosts(SETTINGS)


@pytest.mark.parametrize("origin", BAD_ORIGINS)
@pytest.mark.parametrize(("method", "path"), [
    *(("GET", path) for path in OPEN),
    *(("POST", f"/gradio_api/{name}") for name in ("queue/join", "run/predict", "cancel", "reset")),
])  # fmt: skip
def test_other_origins_get_nothing_from_any_route(client: TestClient, method: str, path: str, origin: str) -> None:
    response = client.request(method, path, headers={"Origin": origin})
    assert response.status_code == 403
    assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize("site", ["cross-site", "same-site", "surprise"])
@pytest.mark.parametrize("path", OPEN)
def test_requests_of_other_sites_are_refused(client: TestClient, path: str, site: str) -> None:
    headers = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}
    assert client.get(path, headers=headers).status_code == 403


NAVIGATION = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}


def test_a_link_on_another_site_may_lead_to_a_page(client: TestClient) -> None:
    assert client.get("/documents/doc-1/v2", headers=NAVIGATION).status_code == 200


def test_a_link_on_another_site_leads_to_nothing_but_pages(client: TestClient) -> None:
    assert client.get("/readyz", headers=NAVIGATION).status_code == 403
    assert client.get("/", headers=NAVIGATION | {"Sec-Fetch-Dest": "iframe"}).status_code == 403
    assert client.get("/", headers=NAVIGATION | {"Origin": "https://evil.example"}).status_code == 403


@pytest.mark.parametrize("header", ["X-Forwarded-Host", "X-Gradio-Server"])
def test_no_header_but_host_names_the_address_of_the_page(client: TestClient, header: str) -> None:
    sent = {header: "https://evil.example"} if "Gradio" in header else {header: "evil.example"}
    for path in ("/", "/config"):
        assert "evil.example" not in client.get(path, headers=sent).text


def test_our_own_page_may_send_questions(client: TestClient) -> None:
    headers = {"Origin": "http://127.0.0.1:7860", "Sec-Fetch-Site": "same-origin"}
    assert client.post("/gradio_api/reset", json={"event_id": "x"}, headers=headers).status_code == 200


def test_a_large_body_is_refused_before_it_is_read(client: TestClient) -> None:
    assert client.post("/gradio_api/queue/join", content=b"x" * (MAX_JSON_BYTES + 1)).status_code == 413
    assert client.request("GET", "/", content=b"x").status_code == 413
    assert client.post("/gradio_api/queue/join", headers={"Content-Length": "-1"}).status_code == 413


def test_a_body_without_length_is_counted(client: TestClient) -> None:
    pieces = (b"x" * 65_536 for _ in range(10))
    assert client.post("/gradio_api/queue/join", content=pieces).status_code == 413


@pytest.mark.parametrize("path", [*OPEN, *CLOSED, "/assets/missing.js", "/gradio_api/queue/data", "/documents/nope/v"])
@pytest.mark.parametrize("host", ["127.0.0.1:7860", "evil.example"])
def test_every_response_carries_the_security_headers(client: TestClient, path: str, host: str) -> None:
    response = client.get(path, headers={"Host": host})
    for name, value in COMMON:
        assert response.headers.get_list(name.decode()) == [value.decode()]
    policies = response.headers.get_list("content-security-policy")
    assert len(policies) == 1
    assert "frame-ancestors 'none'" in policies[0]
    assert "default-src 'none'" in policies[0]
    assert not re.search(r"https?:|\*|data:(?!;)(?=.*script)", policies[0].split("img-src")[0])
    assert response.headers["x-request-id"]
    assert "server" not in response.headers


def test_only_the_chat_page_may_evaluate_and_no_page_runs_inline_scripts(client: TestClient) -> None:
    chat = client.get("/").headers["content-security-policy"]
    assert "'unsafe-eval'" in chat
    assert "'unsafe-inline'" not in chat.split("style-src")[0]
    viewer = client.get("/documents/doc-1/v2").headers["content-security-policy"]
    assert "unsafe" not in viewer


def test_refusals_are_pages_for_people_and_lines_for_programs(client: TestClient) -> None:
    page = client.get("/nowhere", headers={"Accept": "text/html,*/*"})
    assert page.headers["content-type"].startswith("text/html")
    assert "Không có trang này." in page.text
    line = client.get("/nowhere", headers={"Accept": "application/json"})
    assert line.text == "Không có trang này.\n"


def test_head_gets_the_headers_without_a_body(client: TestClient) -> None:
    response = client.head("/nowhere")
    assert (response.status_code, response.content) == (404, b"")


def test_a_failure_inside_shows_a_code_and_keeps_the_details(caplog: pytest.LogCaptureFixture) -> None:
    async def broken(_scope: Any, _receive: Any, _send: Any) -> None:
        raise RuntimeError("geheim")

    client = TestClient(Guard(broken, hosts=own_hosts(SETTINGS)), base_url="http://127.0.0.1:7860")
    response = client.get("/healthz")
    code = response.headers["x-request-id"]
    assert response.status_code == 500
    assert code in response.text
    assert "geheim" not in response.text
    assert code in caplog.text
    assert "geheim" in caplog.text
    assert response.headers["x-frame-options"] == "DENY"


def test_web_sockets_are_turned_away() -> None:
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def never(*_: Any) -> Any:
        raise AssertionError("must not be reached")

    asyncio.run(Guard(never, hosts=frozenset())({"type": "websocket"}, never, send))
    assert sent == [{"type": "websocket.close", "code": 1008}]
