"""Awkward strings through the assistant and the server: an answer or a plain refusal, never a crash."""

from __future__ import annotations

import contextlib
import json
from http.client import HTTPConnection
from urllib.parse import quote, urlsplit

import pytest

from rag.assistant import Assistant
from rag.errors import QuestionError
from rag.types import Filters, Turn
from tests.browser.visit import served

pytestmark = [pytest.mark.long, pytest.mark.encoder]

PLAIN = "Có bao nhiêu công trình?"
NAUGHTY = [
    "", " ", "\n\t\r", "\x00", f"Bao\x00nhiêu {PLAIN}", "\u200b\u200c\u200d\ufeff", "\u202e" + PLAIN + "\u202c",
    "كم عدد المشاريع؟", "כמה פרויקטים?", "\u2066\u2067\u2068", "👩‍👩‍👧‍👦" * 50, "🇻🇳",
    "e" + "\u0301" * 1500, "Z" + "\u0335\u0489" * 900,
    "\ud800", "a\udfffb", PLAIN + "\udc80", "\U0010ffff\ufffe\uffff", "\ufdfa" * 300, "ß" * 500, "İıſK", "ﷺ" * 1999,
    "'; DROP TABLE documents; --", "\" OR 1=1 --", "%' UNION SELECT text FROM versions --", "{}[]()*+?.^$|\\",
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "&lt;&#0;&#x110000;", "[1](javascript:alert(1))",
    "AND OR NOT", "title:(", "text:[* TO *]", "\"chưa đóng", "a~99999 b^-1", "IN [", "*", "+-+-", "/.*/", "\\",
    "{{7*7}} ${7*7} %s %n %(x)s {0}", "../../etc/passwd", "file:///etc/passwd", "-1", "1e999", "NaN", "9" * 1999,
    "a" * 2000, "a " * 1000, "a" * 2001, "ngày 31/02/0000 và 99/99/9999", "năm " + "9" * 400, "tháng 13 năm -1",
    "(" * 2000, "?" * 2000, "." * 2000, "từ ngày đến ngày " * 100, "tỷ đồng " * 200, "1,2,3.4.5," * 180, "ở đâu " * 300,
    "Nguyễn Văn " * 180, "2020 " * 400, "[1][2][3][999999999999]", "\r\nHost: evil.example", "﻿" + PLAIN, "ＡＢＣ１２３",
]  # fmt: skip


@pytest.fixture(scope="module")
def opened(seed_store):
    assistant = Assistant.open(settings=seed_store)
    yield assistant
    assistant.close()


@pytest.mark.parametrize("text", NAUGHTY, ids=range(len(NAUGHTY)))
def test_the_assistant_answers_or_refuses_plainly(opened, text):
    wishes = Filters(publishers=(text,), collections=(text,), documents=(text,))
    for call in (
        lambda: opened.ask(text),
        lambda: opened.search(text),
        lambda: opened.ask(PLAIN, history=[Turn(text, text)]),
        lambda: opened.ask("Còn năm trước?", history=[Turn(text, text)]),
        lambda: opened.search(PLAIN, filters=wishes),
        lambda: opened.document(text, text),
    ):
        with contextlib.suppress(QuestionError):  # a plain refusal, with its reason
            call()


def test_a_wish_that_nothing_matches_finds_nothing(opened):
    for text in NAUGHTY:
        assert opened.search(PLAIN, filters=Filters(documents=(text,))) == ()


def test_the_server_never_fails_inside(opened, figure):
    codes: list[int] = []
    with served(opened) as address:
        for text in NAUGHTY:
            escaped = quote(text.encode("utf-8", "surrogatepass"), safe="")
            data = {"data": [text], "fn_index": 0, "session_hash": text[:50] or "x"}
            codes += [_status(address, "GET", f"/documents/{escaped[:190]}?start={escaped[:900]}&end={escaped[:900]}")]
            codes += [_status(address, "GET", f"/documents/x/{escaped[:190]}")]
            codes += [_status(address, "POST", "/gradio_api/queue/join", json.dumps(data))]
            codes += [
                _status(
                    address,
                    "POST",
                    "/gradio_api/queue/join",
                    json.dumps({"data": text.encode("utf-8", "replace").decode()}),
                )
            ]
            codes += [_status(address, "POST", "/gradio_api/reset", json.dumps({"event_id": text}))]
        assert _status(address, "GET", "/healthz") == 200
    assert [code for code in codes if code >= 500] == []
    figure("requests with awkward strings, none with a status of 500 or more", len(codes), len(codes))


@pytest.mark.parametrize("body", ["NaN", "1e999", '"\\ud800"'])
def test_a_value_that_json_cannot_carry_is_refused(opened, body):
    with served(opened) as address:
        assert _status(address, "POST", "/gradio_api/queue/join", body) == 422


def _status(address: str, method: str, path: str, body: str = "") -> int:
    connection = HTTPConnection(urlsplit(address).netloc, timeout=30)
    content = body.encode("utf-8", "surrogatepass") or None
    connection.request(method, path, content, {"Content-Type": "application/json"} if content else {})
    status = connection.getresponse().status
    connection.close()
    return status
