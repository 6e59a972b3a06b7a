"""What a hostile client sends to the API: it gets a problem, never a traceback, a folder's name or somebody's data."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rag.serve.routes import MAX_JSON_BYTES
from tests.serve.api.conftest import Site

JSON = {"Content-Type": "application/json"}
BODIES = [b"", b"{", b"[]", b"null", b'"x"', b"{}", b'{"question": 1}', b'{"question": ""}', b'{"question": null}',
          b'{"question": "\\ud800"}', b'{"question": NaN}', b'{"question": "x", "history": [1]}', b"\xff\xfe",
          b"[" * 5000,
          b'{"question": "x", "top": 1}', b'{"question": "x", "filters": {"date_from": "31/02/2020"}}',
          b'{"question": "x", "filters": {"documents": ["' + b"x" * 300 + b'"]}}', b"9" * 5000,
          b'{"question": {"$ne": ""}}', b'{"__proto__": {"question": "x"}}']  # fmt: skip


def check(response: Any, statuses: tuple[int, ...] = (400, 404, 405, 413, 415, 422)) -> None:
    """A refusal that gives nothing away."""
    assert response.status_code in statuses, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["request_id"] == response.headers["x-request-id"]
    for leak in ("Traceback", ".py", "/site", "site-packages", "rag.db", "SELECT"):
        assert leak not in response.text


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
@pytest.mark.parametrize("path", ["ask", "search", "feedback", "documents/undo"])
def test_malformed_bodies(api: Site, path: str, body: bytes) -> None:
    check(api("chief").post(f"/api/v1/{path}", content=body, headers=JSON))


@pytest.mark.parametrize("path", ["ask", "search", "feedback", "documents/undo", "documents/x"])
def test_oversized_bodies(api: Site, path: str) -> None:
    method = "PATCH" if path == "documents/x" else "POST"
    whole = api("chief").request(method, f"/api/v1/{path}", content=b"x" * (MAX_JSON_BYTES + 1))
    pieces = api("chief").request(method, f"/api/v1/{path}", content=(b"x" * 65_536 for _ in range(9)))
    for response in (whole, pieces):
        check(response, (413,))


def test_an_upload_is_counted_while_it_comes(api: Site) -> None:
    head = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\n'
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    pieces = (piece for piece in [head, *([b"x" * 65_536] * 40)])
    check(api("chief").post("/api/v1/documents", content=pieces, headers=kind), (413,))
    told = {**kind, "Content-Length": str(1 << 40)}
    check(api("chief").post("/api/v1/documents", content=b"", headers=told), (413,))


@pytest.mark.parametrize("body", [b"", b"--x", b"--x\r\n\r\n", b"--x--\r\n", b"\x00" * 100,
                                  b'--x\r\nContent-Disposition: form-data; name="files"\r\n\r\nabc\r\n--x--\r\n',
                                  ])  # fmt: skip
def test_malformed_uploads(api: Site, body: bytes) -> None:
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    check(api("chief").post("/api/v1/documents", content=body, headers=kind))
    check(api("chief").post("/api/v1/documents", json={"files": ["/etc/passwd"]}))


def test_too_many_files(api: Site) -> None:
    files = [("files", (f"{n}.txt", b"x")) for n in range(21)]
    check(api("chief").post("/api/v1/documents", files=files), (400,))


NAMES = ["../../x.txt", "/etc/cron.d/x.txt", "..\\..\\x.txt", "C:\\x.txt", "a/../../x.txt", "x.txt\x00.exe",
         "\u202etxt.x.txt",
         "%2e%2e%2fx.txt", "x" * 400 + ".txt", ".txt", "con.txt", "a\r\nSet-Cookie: x.txt",
         "<img src=x>.txt"]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_name_writes_nothing_outside(api: Site, name: str) -> None:
    before = {path for path in api.folder.rglob("*") if "store" not in path.parts}
    quoted = name.replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22").encode("utf-8", "replace")
    body = (
        b'--x\r\nContent-Disposition: form-data; name="files"; filename="'
        + quoted
        + b'"\r\n\r\nN\xc4\x83m 2020\r\n--x--\r\n'
    )
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    response = api("chief").post("/api/v1/documents", content=body, headers=kind)
    assert response.status_code in (200, 400)
    assert {path for path in api.folder.rglob("*") if "store" not in path.parts} == before
    assert not (api.folder.parent / "x.txt").exists()
    for kept in (api.folder / "store" / "originals").glob("*"):
        assert len(kept.stem) == 64


PATHS = ["../../etc/passwd", "..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e", "a/b/c", "%00", "x" * 300,
         "'; DROP TABLE documents;--",
         "\u202e", "%ff%fe", "{{7*7}}", "${jndi:ldap://x}", "a?version=1", "NaN", "%ED%A0%80"]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_ids_lead_nowhere_else(api: Site, path: str, method: str) -> None:
    check(api("chief").request(method, f"/api/v1/documents/{path}"), (404, 405))
    if method == "GET":
        check(api("chief").get(f"/api/v1/documents/x/{path}"), (404,))


@pytest.mark.parametrize("query", ["limit=0", "limit=1e9", "limit=-1", "offset=-1",
                                   "offset=99999999999999999999", "order=;DROP",
                                   "date_from=x", "descending=maybe", "unknown=1", "q=" + "x" * 300])  # fmt: skip
def test_bad_queries(api: Site, query: str) -> None:
    check(api("chief").get(f"/api/v1/documents?{query}"), (422,))


def test_search_words_are_words(api: Site) -> None:
    for words in ("%", "_", "' OR 1=1 --", "%00", "\\", "!"):
        assert api("reader").get("/api/v1/documents", params={"q": words}).json()["total"] in (0, 1)


@pytest.mark.parametrize("method", ["PUT", "TRACE", "OPTIONS", "CONNECT", "PROPFIND"])
def test_other_methods(api: Site, method: str) -> None:
    check(api("chief").request(method, "/api/v1/documents"), (405,))


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}]
)
def test_pages_of_other_sites_get_nothing_even_with_a_key(api: Site, headers: dict[str, str]) -> None:
    more = {**headers, "Authorization": "Bearer rag_whatever"}
    for method, path in (("GET", "documents"), ("POST", "ask"), ("DELETE", "documents/x"), ("POST", "documents")):
        response = api("chief").request(method, f"/api/v1/{path}", headers=more)
        assert response.status_code == 403
        assert "access-control-allow-origin" not in response.headers


def test_a_url_as_a_document_is_never_fetched(api: Site) -> None:
    """The API takes no address to fetch: as a file it is text, as a field it is an unknown one."""
    page = b'<html><head><base href="http://169.254.169.254/"></head><body><img src="http://127.0.0.1:1/x"><p>N</p></body></html>'
    row = api("chief").post("/api/v1/documents", files=[("files", ("a.html", page))]).json()["files"][0]
    assert row["outcome"] in ("added", "failed")  # pytest-socket would fail the test on any call out
    check(api("chief").patch("/api/v1/documents/x", json={"url": "http://169.254.169.254/"}), (422,))


def test_an_unexpected_failure_tells_a_code_and_nothing_else(
    api: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from rag.assistant import Assistant

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError(f"geheim {api.folder}")

    monkeypatch.setattr(Assistant, "search", broken)
    response = api("chief").post("/api/v1/search", json={"query": "x"})
    check(response, (500,))
    assert "geheim" not in response.text
    assert response.headers["x-request-id"] in caplog.text


def test_the_openapi_document_is_ours_and_in_both_languages(api: Site) -> None:
    document = api("reader").get("/api/v1/openapi.json").json()
    assert document["openapi"].startswith("3.")
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert " / " in operation["summary"], (path, method)
            assert "application/problem+json" in operation["responses"]["422"]["content"]
    assert "HTTPValidationError" not in json.dumps(document)
