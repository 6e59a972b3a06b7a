"""Documents over the API: what is added is found, each file has its own result, nobody reaches another's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from rag.lang import use_language
from rag.serve.app import create_app
from tests.serve.api.conftest import PEOPLE, Site, Someone

ARTICLE = "Xã Mẫu Một trồng rừng\n\nNăm 2020, xã Mẫu Một trồng 15 ha rừng.\n"


def upload(client: TestClient, *files: tuple[str, bytes], collection: str = "cong-khai", **headers: str) -> Any:
    parts = [("files", (name, content)) for name, content in files]
    return client.post("/api/v1/documents", data={"collection": collection}, files=parts, headers=headers)


def hidden_id(api: Site) -> str:
    return str(api("chief").get("/api/v1/documents", params={"collection": "kin"}).json()["items"][0]["id"])


def test_the_list_has_pages_and_filters(api: Site) -> None:
    client = api("chief")
    first = client.get("/api/v1/documents", params={"limit": 1, "order": "collection", "descending": "false"}).json()
    second = client.get("/api/v1/documents", params={"limit": 1, "offset": 1, "order": "collection",
                                                     "descending": "false"}).json()  # fmt: skip
    assert (first["total"], second["offset"]) == (2, 1)
    assert [page["items"][0]["collection"] for page in (first, second)] == ["cong-khai", "kin"]
    found = client.get("/api/v1/documents", params={"q": "bien ban"}).json()
    assert [row["title"] for row in found["items"]] == ["Biên bản kín"]


def test_an_uploaded_file_is_found_and_the_others_go_on(fresh: Site) -> None:
    client = fresh("editor")
    rows = upload(client, ("xã.txt", ARTICLE.encode()), ("x.exe", b"MZ"), ("hỏng.docx", b"PK\x03\x04rubbish")).json()
    added, unknown, broken = rows["files"]
    assert (added["outcome"], added["name"], len(added["documents"])) == ("added", "xã.txt", 1)
    assert (unknown["outcome"], broken["outcome"]) == ("failed", "failed")
    assert ".exe" in unknown["reason"]
    assert broken["reason"]
    assert client.get(f"/api/v1/documents/{added['documents'][0]}").json()["text"].startswith("Xã Mẫu Một")
    assert client.post("/api/v1/search", json={"query": "trồng rừng"}).json()["hits"][0]["source"] == "xã.txt"


def test_an_upload_can_tell_each_file_as_it_is_done(fresh: Site) -> None:
    response = upload(fresh("editor"), ("a.txt", ARTICLE.encode()), Accept="text/event-stream")
    assert [line for line in response.text.splitlines() if line.startswith("event:")] == ["event: file", "event: done"]


def test_who_uploads_too_much_is_told_when_to_come_back(fresh: Site) -> None:
    app = create_app(fresh.assistant, replace(fresh.settings, limit_files=2), who=Someone(*PEOPLE))
    client = replace(fresh, app=app)("editor")
    two = [(f"{name}.txt", f"{ARTICLE} {name}".encode()) for name in ("mot", "hai")]
    assert upload(client, *two).status_code == 200
    refused = upload(client, two[0])
    assert (refused.status_code, refused.json()["title"]) == (429, "Gửi quá nhiều yêu cầu")
    assert 0 < int(refused.headers["retry-after"]) <= 1800  # two an hour
    assert client.get("/api/v1/documents").status_code == 200


def test_corrected_details_stay_when_the_file_comes_again(fresh: Site) -> None:
    client = fresh("editor")
    known = upload(client, ("a.txt", ARTICLE.encode())).json()["files"][0]["documents"][0]
    before = client.get(f"/api/v1/documents/{known}").json()
    after = client.patch(f"/api/v1/documents/{known}", json={"publisher": "Báo Mẫu", "published": "2021-01-22"}).json()
    assert (after["title"], after["publisher"], after["published"]) == (before["title"], "Báo Mẫu", "2021-01-22")
    upload(client, ("a.txt", ARTICLE.replace("15", "16").encode()))
    again = client.get(f"/api/v1/documents/{known}").json()
    assert ("16 ha" in again["text"], again["publisher"], again["published"]) == (True, "Báo Mẫu", "2021-01-22")
    assert len(again["versions"]) == 3
    old = client.get(f"/api/v1/documents/{known}/{before['version']}").json()
    assert (old["publisher"], old["current_version"]) == ("", again["version"])
    assert client.patch(f"/api/v1/documents/{known}", json={"published": None}).json()["published"] is None


def test_what_is_removed_is_gone_and_can_come_back(fresh: Site) -> None:
    client = fresh("editor")
    known = client.get("/api/v1/documents").json()["items"][0]["id"]
    removed = client.delete(f"/api/v1/documents/{known}").json()
    assert client.get(f"/api/v1/documents/{known}").status_code == 404
    assert client.post("/api/v1/search", json={"query": "nước sạch"}).json()["hits"] == []
    assert client.post("/api/v1/documents/undo", json={"undo": "guess"}).status_code == 404
    assert client.post("/api/v1/documents/undo", json={"undo": removed["undo"]}).json() == {"restored": 1}
    assert client.get(f"/api/v1/documents/{known}").status_code == 200


@pytest.mark.parametrize(("method", "tail"), [("GET", ""), ("GET", "/{version}"), ("PATCH", ""), ("DELETE", "")])
def test_a_document_of_others_cannot_be_told_from_none(api: Site, method: str, tail: str) -> None:
    known = hidden_id(api)
    version = api("chief").get(f"/api/v1/documents/{known}").json()["version"]
    body = {"title": "x"} if method == "PATCH" else None
    answers = [
        api("editor").request(method, f"/api/v1/documents/{one}{tail.format(version=version)}", json=body)
        for one in (known, "0" * len(known))
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].json()["detail"] == answers[1].json()["detail"]
    assert api("chief").get(f"/api/v1/documents/{known}").json()["title"] == "Biên bản kín"


def test_others_collections_are_not_listed_nor_written(api: Site) -> None:
    assert api("editor").get("/api/v1/documents").json()["total"] == 1
    assert api("editor").get("/api/v1/documents", params={"collection": "kin"}).json()["total"] == 0
    assert upload(api("editor"), ("a.txt", b"x"), collection="kin").status_code == 403


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_a_reader_changes_nothing(api: Site, method: str) -> None:
    known = api("reader").get("/api/v1/documents").json()["items"][0]["id"]
    path = "/api/v1/documents" if method == "POST" else f"/api/v1/documents/{known}"
    response = api("reader").request(method, path, json={"title": "x"} if method == "PATCH" else None)
    assert (response.status_code, response.headers["content-type"]) == (403, "application/problem+json")


def test_nobody_known_is_asked_for_a_key(api: Site) -> None:
    response = api("nobody").get("/api/v1/documents")
    assert (response.status_code, response.json()["title"]) == (401, "Cần đăng nhập")
    assert response.headers["www-authenticate"] == "Bearer"


def test_an_answer_is_judged_only_by_its_reader(fresh: Site) -> None:
    given = fresh("reader").post("/api/v1/ask", json={"question": "Tỷ lệ hộ nghèo còn bao nhiêu?"}).json()
    verdict = {"answer_id": given["answer_id"], "verdict": "down", "reason": "figure", "comment": "Sai năm"}
    assert fresh("other").post("/api/v1/feedback", json=verdict).status_code == 404
    assert fresh("reader").post("/api/v1/feedback", json=verdict).json() == {"id": 1}
    (kept,) = fresh.assistant.store.feedback()
    assert (kept.verdict, kept.reason, kept.comment) == ("down", "figure", "Sai năm")
    assert given["text"] in kept.answer_json


def test_the_status_tells_what_concerns_the_person(api: Site) -> None:
    status = api("reader").get("/api/v1/status").json()
    assert (status["documents"], status["role"], status["scopes"]) == (1, "reader", ["ask", "read"])


def test_problems_speak_the_language_of_the_client(api: Site) -> None:
    client = api("reader")
    english = client.get("/api/v1/documents/nope", headers={"Accept-Language": "en-GB, vi;q=0.5"})
    assert english.json()["title"] == "Not found"
    assert client.get("/api/v1/documents/nope").json()["title"] == "Không tìm thấy"
    use_language("en")
    vietnamese = client.get("/api/v1/nowhere", headers={"Accept-Language": "vi"})
    assert vietnamese.json()["detail"] == "Không có trang này."
