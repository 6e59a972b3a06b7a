"""Behind a real nginx, as docs/van-hanh.md has it: TLS, events as they come, uploads, the person's address."""

from __future__ import annotations

import json
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from fake_assistant import FakeAssistant
from starlette.requests import HTTPConnection

from rag.serve import limits as limits_module
from rag.serve.identity import ROLE_SCOPES, Identity
from rag.settings import Settings
from tests.serve.api.conftest import running, wait_until

pytestmark = [pytest.mark.long, pytest.mark.manual]
DOC = Path(__file__).resolve().parents[2] / "docs" / "van-hanh.md"


class Chief:
    sign_in = ""

    def identify(self, request: HTTPConnection) -> Identity | None:
        return Identity("an", "An", "administrator", ROLE_SCOPES["administrator"], limit_key="an")


def free_port() -> int:
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def configuration(folder: Path, port: int, inner: int) -> str:
    """The example of the document with the test's ports and files put in."""
    text = DOC.read_text(encoding="utf-8")
    block = re.search(r"    upstream news_rag.*?\n    }\n(?=\n\S)", text, re.DOTALL)
    assert block
    site = (
        block[0]
        .replace("127.0.0.1:7860", f"127.0.0.1:{inner}")
        .replace("listen 443 ssl", f"listen 127.0.0.1:{port} ssl")
    )
    site = site.replace("/etc/ssl/hoi-dap", str(folder / "hoi-dap")).replace("hoi-dap.tinh.example", "localhost")
    site = site.replace("    http2 on;\n", "")  # nginx before 1.25.1 writes it behind `listen`
    site = site.replace("Host $host", f"Host localhost:{port}")  # a port of the test's own is part of the name
    logs = f"pid {folder}/pid; error_log {folder}/error.log; daemon off;"
    paths = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return f"{logs} events {{}} http {{ access_log off; {paths}\n{site} }}"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[httpx.Client, FakeAssistant]]:
    nginx = shutil.which("nginx")
    assert nginx, "nginx is needed: apt-get install nginx-light"
    folder, port = tmp_path_factory.mktemp("nginx"), free_port()
    subprocess.run(
        ["/usr/bin/openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost", "-keyout", folder / "hoi-dap.key", "-out", folder / "hoi-dap.crt"],
        check=True, capture_output=True,
    )  # fmt: skip
    assistant = FakeAssistant(pause_s=0.1)
    settings = replace(
        Settings(store=folder / "store", models=folder),
        public_url=f"https://localhost:{port}",
        trusted_proxies="127.0.0.1",
    )
    with running(assistant, settings, who=Chief()) as address:
        (folder / "nginx.conf").write_text(configuration(folder, port, int(address.rsplit(":", 1)[1])))
        process = subprocess.Popen([nginx, "-c", folder / "nginx.conf", "-e", folder / "error.log", "-p", folder])
        try:
            trust = ssl.create_default_context(cafile=str(folder / "hoi-dap.crt"))
            with httpx.Client(base_url=f"https://localhost:{port}", verify=trust, timeout=20) as client:
                wait_until(lambda: answers(client))
                yield client, assistant
        finally:
            process.terminate()
            process.wait(timeout=10)


def answers(client: httpx.Client) -> bool:
    try:
        return client.get("/healthz").status_code == 200
    except httpx.ConnectError:
        return False


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
