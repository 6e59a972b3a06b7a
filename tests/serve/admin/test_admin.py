"""The administrator's pages over HTTP, on a real store."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from rag.assistant import Assistant
from rag.index.index import Index
from rag.index.ingest import ingest
from rag.serve.admin.feedback import as_csv
from rag.serve.admin.status import shown_value
from rag.serve.app import create_app
from rag.serve.identity import ROLE_SCOPES, Identity, Role
from rag.settings import Settings

ARTICLE = "Xã Mẫu Một trồng rừng\n\nNăm 2020, xã Mẫu Một trồng 15 ha rừng. Xã có 3 trường học."
HOSTILE = "<script>alert(1)</script>\"'><img src=x>"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.load(tmp_path / "store", env={}, threads=1)


@pytest.fixture
def assistant(settings: Settings, tmp_path: Path, letters: Any) -> Assistant:  # type: ignore[override]
    (tmp_path / "tin").mkdir()
    (tmp_path / "tin" / "goc.txt").write_text("Bài gốc\n\nHuyện Mẫu họp ngày 8/1/2021 về nước sạch.", encoding="utf-8")
    ingest([tmp_path / "tin"], settings, encoder=letters)
    return Assistant(Index.open(settings, encoder=letters), settings)


@pytest.fixture
def client(assistant: Assistant, settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(assistant, settings), base_url="http://127.0.0.1:7860") as client:
        yield client


def upload(client: TestClient, name: str = "xa.txt", text: str = ARTICLE) -> Any:
    return client.post("/admin/upload", params={"name": name}, content=text.encode()).json()


def ids(client: TestClient) -> list[str]:
    return re.findall(r'data-remove="([^"]+)"', client.get("/admin").text)


def test_upload_edit_remove_and_undo(client: TestClient) -> None:
    assert upload(client) == {"name": "xa.txt", "outcome": "added", "reason": "", "notes": [], "documents": 1}
    page = client.get("/admin", params={"q": "trong rung"}).text
    assert "Xã Mẫu Một trồng rừng" in page
    (document_id,) = re.findall(r'data-remove="([^"]+)"', page)
    body = {"id": document_id, "title": "Tên mới", "publisher": "Báo Mẫu", "published": "8/1/2021"}
    assert client.post("/admin/edit", json=body).status_code == 200
    assert "08/01/2021" in client.get("/admin", params={"q": "ten moi"}).text
    removed = client.post("/admin/remove", json={"ids": [document_id]}).json()
    assert removed["titles"] == ["Tên mới"]
    assert document_id not in ids(client)
    assert client.get(f"/documents/{document_id}").status_code == 404
    assert client.post("/admin/undo", json={"token": removed["token"]}).json() == {"documents": 1}
    assert document_id in ids(client)


def test_a_bad_file_tells_its_reason_and_a_good_one_its_remarks(client: TestClient) -> None:
    bad = upload(client, "anh.png")
    assert (bad["outcome"], bad["documents"]) == ("failed", 0)
    assert ".png" in bad["reason"]
    for name in ("", "x" * 200, "a|b", "a\nb", "../x"):
        response = client.post("/admin/upload", params={"name": "a.txt", "collection": name}, content=b"x")
        assert response.status_code == 422


@pytest.mark.parametrize(("path", "body"), [
    ("edit", {}), ("edit", {"id": "nope", "title": "x"}), ("edit", {"id": "x", "title": 5}),
    ("edit", {"id": "x", "published": "32/1/2021"}), ("remove", {}), ("remove", {"ids": []}), ("remove", {"ids": [5]}),
    ("remove", {"ids": ["nope"]}), ("undo", {}), ("undo", {"token": "x"}),
])  # fmt: skip
def test_what_cannot_be_done_is_refused_in_words(client: TestClient, path: str, body: Any) -> None:
    response = client.post(f"/admin/{path}", json=body)
    assert response.status_code in (404, 422)
    assert len(response.json()["detail"]) > 10


def test_nothing_from_outside_becomes_markup(client: TestClient) -> None:
    upload(client, f"{HOSTILE}.txt", f"{HOSTILE}\n\nNăm 2020 có 15 ha rừng.")
    (document_id,) = [i for i in ids(client) if HOSTILE in unescape(client.get(f"/documents/{i}").text)]
    client.post("/admin/edit", json={"id": document_id, "title": HOSTILE, "publisher": HOSTILE, "author": HOSTILE})
    for address in ("/admin", f"/admin?q={HOSTILE}&collection={HOSTILE}", f"/admin/search?q={HOSTILE} rừng"):
        html = client.get(address).text
        assert "<script>" not in html
        assert "<img" not in html
        assert "alert(1)" in html


def test_the_list_takes_any_address(client: TestClient) -> None:
    for query in ("sort=evil&down=x", "page=0", "page=-1", "page=99999999999", "page=²", "q=%25%00", "q=" + "x" * 5000):
        assert client.get(f"/admin?{query}").status_code == 200


def test_the_inspector_shows_understanding_both_legs_and_the_fused_list(client: TestClient) -> None:
    html = client.get("/admin/search", params={"q": "huyen mau hop ngay 8/1/2021"}).text
    assert "đã thêm dấu" in html
    assert "8/1/2021 (8/1/2021)" in html
    assert "Bài gốc" in html
    for heading in ("Hợp nhất", "Nghĩa: hạng", "Từ: hạng", "BM25"):
        assert heading in html
    assert "tối đa 2000" in client.get("/admin/search", params={"q": "a" * 2001}).text


def test_feedback_is_listed_and_exported(client: TestClient, assistant: Assistant) -> None:
    assert "Chưa ai góp ý" in client.get("/admin/feedback").text
    answer = json.dumps(assistant.ask("Huyện Mẫu họp ngày nào?").to_dict(), ensure_ascii=False)
    assistant.store.add_feedback("=1+1", answer, "down", "figure", HOSTILE)
    assistant.store.add_feedback("Huyện Mẫu họp ngày nào?", answer, "up")
    html = client.get("/admin/feedback").text
    assert "Sai số liệu" in html
    assert "<script>" not in html
    assert "=1+1" not in client.get("/admin/feedback?verdict=up").text
    rows = list(csv.reader(io.StringIO(client.get("/admin/feedback.csv").content.decode("utf-8-sig"))))
    assert (len(rows), rows[2][5]) == (3, "'=1+1")
    lines = client.get("/admin/feedback.jsonl").text.splitlines()
    assert json.loads(lines[0])["verdict"] == "up"
    cases = [json.loads(line) for line in client.get("/admin/feedback.cases").text.splitlines()]
    assert {case["id"] for case in cases} == {"feedback-1", "feedback-2"}


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t"])
def test_no_cell_of_the_table_would_be_run(assistant: Assistant, start: str) -> None:
    assistant.store.add_feedback("q", "{}", "down", "other", f"{start}cmd|' /C calc'!A0")
    rows = list(csv.reader(io.StringIO(as_csv(assistant.store.feedback()).decode("utf-8-sig"))))
    assert rows[1][4].startswith("'")


def test_status_shows_the_index_and_each_setting_with_its_source(assistant: Assistant, tmp_path: Path) -> None:
    env = {
        "RAG_TOP_K": "7",
        "RAG_LLM_BASE_URL": "http://an:bi-mat@127.0.0.1:1/v1",
        "RAG_EMBED_SECRET": "rat-bi-mat" * 9,
    }
    settings = Settings.load(tmp_path / "store", env=env)
    with TestClient(create_app(assistant, settings), base_url="http://127.0.0.1:7860") as client:
        html = client.get("/admin/status").text
    assert "RAG_TOP_K" in html
    assert "bi-mat" not in html
    assert "số đoạn được đọc để trả lời" in html
    assert assistant.index_version in html
    assert shown_value("x", "a:b@c") == "a:b@c"


def test_who_uploads_too_much_is_told_when_to_come_back(assistant: Assistant, settings: Settings) -> None:
    class Editor:
        sign_in = ""

        def identify(self, request: Any) -> Identity:
            name = request.headers.get("x-as", "an")
            return Identity(name, role="editor", scopes=ROLE_SCOPES["editor"], kind="session", limit_key=name)

    app = create_app(assistant, replace(settings, limit_files=2), who=Editor())
    with TestClient(app, base_url="http://127.0.0.1:7860") as client:
        for name in ("mot.txt", "hai.txt"):
            assert upload(client, name, f"{ARTICLE} {name}")["outcome"] == "added"
        refused = client.post("/admin/upload", params={"name": "ba.txt"}, content=f"{ARTICLE} ba".encode())
        assert refused.status_code == 429
        assert 0 < int(refused.headers["retry-after"]) <= 1800  # two an hour
        assert "quá nhiều tệp" in refused.json()["detail"]
        assert "ba.txt" not in client.get("/admin").text
        client.headers["x-as"] = "binh"
        assert upload(client, "ba.txt", f"{ARTICLE} ba")["outcome"] == "added"
        known = ids(client)
        assert client.post("/admin/remove", json={"ids": known[:1]}).status_code == 200  # counts files, nothing else


@pytest.mark.parametrize(("role", "expected"), [
    ("reader", {"/admin": 403, "/admin/status": 403}), ("editor", {"/admin": 200, "/admin/status": 403}),
    ("administrator", {"/admin": 200, "/admin/status": 200}),
])  # fmt: skip
def test_each_page_is_for_those_who_may(
    assistant: Assistant, settings: Settings, role: Role, expected: dict[str, int]
) -> None:
    class As:
        sign_in = ""

        def identify(self, _request: Any) -> Identity:
            return Identity("an", role=role, scopes=ROLE_SCOPES[role])

    with TestClient(create_app(assistant, settings, who=As()), base_url="http://127.0.0.1:7860") as client:
        assert {path: client.get(path).status_code for path in expected} == expected
        assert ('data-administers="1"' in client.get("/").text) == (role != "reader")
