"""What is seen of the work: metrics, log and audit; never what a person asked."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from fake_assistant import FakeAssistant
from starlette.requests import HTTPConnection
from starlette.testclient import TestClient

from rag.errors import RagError
from rag.serve.app import create_app
from rag.serve.audit import Audit
from rag.serve.identity import ROLE_SCOPES, Identity, Role
from rag.serve.logs import JsonLines, set_up_logs
from rag.serve.metrics import metrics_served
from rag.serve.run import open_socket
from rag.settings import Settings

CANARY = "Số căn cước 012345678901 của bà Hoàng Thị Thử là gì?"


class As:
    sign_in = ""

    def __init__(self, role: Role) -> None:
        self.role = role

    def identify(self, request: HTTPConnection) -> Identity | None:
        return Identity("an", "An", self.role, ROLE_SCOPES[self.role], limit_key="an")


@contextmanager
def logged(settings: Settings) -> Iterator[io.StringIO]:
    """What the server writes, as it is set up when it runs as a service."""
    text = io.StringIO()
    names = ("rag", "uvicorn.error")
    before = {name: (logging.getLogger(name).handlers[:], logging.getLogger(name).propagate) for name in names}
    set_up_logs(settings, text)
    try:
        yield text
    finally:
        for name, (handlers, propagate) in before.items():
            logging.getLogger(name).handlers[:] = handlers
            logging.getLogger(name).propagate = propagate
            logging.getLogger(name).setLevel(logging.NOTSET)


def visit(settings: Settings, role: Role = "administrator") -> TestClient:
    app = create_app(FakeAssistant(), settings, who=As(role))  # type: ignore[arg-type]
    return TestClient(app, base_url="http://127.0.0.1:7860", follow_redirects=False)


def rows(text: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.getvalue().splitlines()]


def test_each_request_and_answer_is_one_line(settings: Settings) -> None:
    with logged(settings) as text:
        client = visit(settings)
        client.post("/api/v1/ask", json={"question": "Bao nhiêu công trình?"})
        response = client.get("/documents/doc-1/v2", headers={"User-Agent": "x\r\ny"})
    answer, asked, read = rows(text)
    assert (answer["event"], answer["outcome"], answer["citations"]) == ("answer", "answered", 1)
    assert (asked["route"], asked["status"], asked["user"]) == (r"/api/v1/(ask|search)", 200, "an")
    assert read["request_id"] == response.headers["x-request-id"]
    assert "doc-1" not in text.getvalue()


def test_what_was_asked_is_in_no_log_unless_switched_on(settings: Settings) -> None:
    for log_questions, expected in ((0, False), (1, True)):
        here = replace(settings, log_questions=log_questions)
        with logged(here) as text:
            client = visit(here)
            client.post("/api/v1/ask", json={"question": CANARY})
            client.post("/v1/chat/completions", json={"messages": [{"role": "user", "content": CANARY}]})
            client.get("/api/v1/documents", params={"q": CANARY})
            client.post("/api/v1/ask", json={"question": CANARY, "x": 1})
        written = json.dumps(rows(text), ensure_ascii=False)
        assert ("012345678901" in written) == expected
        assert ("Hoàng Thị Thử" in written) == expected


def test_nothing_in_a_value_can_begin_a_new_line() -> None:
    record = logging.makeLogRecord({"msg": "a\r\nb\u2028c\x1b[31m", "name": "rag", "levelname": "INFO", "user": "x\ny"})
    line = JsonLines().format(record)
    assert line.isascii()
    assert len(line.splitlines()) == 1
    assert json.loads(line)["user"] == "x\ny"


def test_a_terminal_sees_only_what_went_wrong(settings: Settings) -> None:
    with logged(replace(settings, log="text")) as text:
        visit(settings).get("/healthz")
        logging.getLogger("rag.serve").warning("hỏng")
    assert text.getvalue() == "hỏng\n"


def test_the_figures_are_for_administrators(settings: Settings) -> None:
    assert visit(settings, "editor").get("/metrics").status_code == 403
    client = visit(settings)
    client.post("/api/v1/ask", json={"question": CANARY})
    client.get("/documents/nope")
    client.get("/nowhere-" + "x" * 50)
    text = client.get("/metrics").text
    assert 'rag_answers_total{method="none",outcome="abstained"} 1.0' in text
    assert 'status="404"' in text
    assert "rag_documents 1.0" in text
    assert "rag_answers_busy 0.0" in text
    assert "nowhere" not in text
    assert "012345678901" not in text


def test_they_may_have_a_port_of_their_own(settings: Settings) -> None:
    metrics = create_app(FakeAssistant(), settings).state.metrics  # type: ignore[arg-type]
    listener = open_socket("127.0.0.1", 0)
    port = listener.getsockname()[1]
    with pytest.raises(RagError, match="RAG_METRICS_PORT"), metrics_served(metrics, port):
        raise AssertionError("the port is taken")
    listener.close()
    with metrics_served(metrics, port), urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as response:
        assert b"rag_documents" in response.read()


def test_acts_are_kept_with_who_did_them(settings: Settings, tmp_path: Path) -> None:
    here = replace(settings, store=tmp_path)
    client = visit(here)
    for method, path in (("DELETE", "/api/v1/documents/doc-1"), ("GET", "/api/v1/documents/doc-1/v2")):
        client.request(method, path)
    client.post("/api/v1/ask", json={"question": CANARY})
    (row,) = Audit(here).rows()
    assert (row["user"], row["act"]) == ("an", "DELETE /api/v1/documents/doc-1")
    assert row["request_id"]
    (path,) = (tmp_path / "audit").iterdir()
    assert path.stat().st_mode & 0o077 == 0


def test_old_months_are_dropped(settings: Settings, tmp_path: Path) -> None:
    audit = Audit(replace(settings, store=tmp_path, audit_days=60))
    audit.record("an", "x" * 1000, note="a\nb")
    (tmp_path / "audit" / "2020-01.jsonl").write_text('{"act": "cũ"}\n{"half', "utf-8")
    assert [path.name for path in audit.expire(datetime.now(UTC))] == ["2020-01.jsonl"]
    (row,) = audit.rows()
    assert row["note"] == "a\nb"
