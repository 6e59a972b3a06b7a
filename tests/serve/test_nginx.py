"""Behind a real nginx, as docs/van-hanh.md has it: TLS, events as they come, uploads, the person's address."""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from fake_assistant import FakeAssistant
from starlette.requests import HTTPConnection

from rag.serve import limits as limits_module
from rag.serve.identity import ROLE_SCOPES, Identity
from rag.settings import Settings
from tests.serve.api.conftest import running, wait_until
from tests.serve.real_nginx import free_port, nginx, own_name_example

pytestmark = [pytest.mark.long, pytest.mark.manual]


class Chief:
    sign_in = ""

    def identify(self, request: HTTPConnection) -> Identity | None:
        return Identity("an", "An", "administrator", ROLE_SCOPES["administrator"], limit_key="an")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[httpx.Client, FakeAssistant]]:
    folder, port = tmp_path_factory.mktemp("nginx"), free_port()
    assistant = FakeAssistant(pause_s=0.1)
    settings = replace(
        Settings(store=folder / "store", models=folder),
        public_url=f"https://localhost:{port}",
        trusted_proxies="127.0.0.1",
    )
    with (
        running(assistant, settings, who=Chief()) as address,
        nginx(folder, own_name_example(), port, address) as certificate,
    ):
        trust = ssl.create_default_context(cafile=str(certificate))
        with httpx.Client(base_url=f"https://localhost:{port}", verify=trust, timeout=20) as client:
            yield client, assistant


def test_pages_come_with_their_headers_and_our_origin_is_the_public_one(site: Any) -> None:
    client, _ = site
    page = client.get("/")
    assert page.status_code == 200
    assert page.headers["strict-transport-security"]
    assert "'nonce-" in page.headers["content-security-policy"]
    body = {"question": "Bao nhiêu công trình?"}
    for origin, status in ((str(client.base_url).rstrip("/"), 200), ("https://evil.example", 403)):
        assert client.post("/api/v1/ask", json=body, headers={"Origin": origin}).status_code == status


def test_events_come_one_by_one(site: Any) -> None:
    client, _ = site
    times: list[float] = []
    body, accept = {"question": "Bao nhiêu công trình?"}, {"Accept": "text/event-stream"}
    with client.stream("POST", "/api/v1/ask", json=body, headers=accept) as response:
        for line in response.iter_lines():
            if line.startswith("event:"):
                times.append(time.monotonic())
    assert len(times) > 10
    assert times[-1] - times[0] > 0.8  # they were made 0.1 s apart, and did not wait for each other


def test_leaving_nginx_ends_the_work(site: Any) -> None:
    client, assistant = site
    before, finished = assistant.closed_streams, assistant.finished
    body, accept = {"question": "Bao nhiêu công trình?"}, {"Accept": "text/event-stream"}
    with client.stream("POST", "/api/v1/ask", json=body, headers=accept) as response:
        next(response.iter_lines())
    wait_until(lambda: assistant.closed_streams == before + 1)
    assert assistant.finished == finished


def test_the_address_is_the_persons(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    client, _ = site
    seen: list[tuple[str, str]] = []
    real = limits_module.client_address

    def noted(scope: Any, proxies: Any) -> str:
        seen.append((scope["path"], real(scope, proxies)))
        return seen[-1][1]

    monkeypatch.setattr(limits_module, "client_address", noted)
    client.get("/api/v1/status", headers={"X-Forwarded-For": "203.0.113.9"})
    addresses = {address for path, address in seen if path == "/api/v1/status"}  # others may still be ending
    assert addresses == {"203.0.113.9"}  # the machine at 127.0.0.1 is a proxy that is believed


def test_a_large_body_ends_at_nginx_or_at_us(site: Any) -> None:
    client, _ = site
    response = client.post("/api/v1/ask", content=b"x" * 300_000, headers={"Content-Type": "application/json"})
    assert response.status_code == 413
    assert json.loads(response.text)["status"] == 413
