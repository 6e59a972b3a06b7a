"""Asking over the API: the contract's answer, its events, and work that ends when the client goes."""

from __future__ import annotations

import json
import socket
from typing import Any
from urllib.parse import urlsplit

import pytest
from fake_assistant import FakeAssistant
from starlette.testclient import TestClient

from rag.errors import StoreError
from rag.serve.places import FullError, Places
from rag.settings import Settings
from tests.serve.api.conftest import Site, running, wait_until

QUESTION = "Năm 2020 tỉnh khởi công bao nhiêu công trình nước sạch?"


def events(text: str) -> list[tuple[str, Any]]:
    blocks = [block.split("\n") for block in text.strip().split("\n\n")]
    return [(b[0].removeprefix("event: "), json.loads(b[1].removeprefix("data: "))) for b in blocks]


def test_an_answer_quotes_the_stored_document(api: Site) -> None:
    client = api("reader")
    answer = client.post("/api/v1/ask", json={"question": QUESTION}).json()
    assert answer["status"] == "answered"
    assert "112" in answer["text"]
    cited = answer["citations"][0]
    text = client.get(f"/api/v1/documents/{cited['document_id']}/{cited['version']}").json()["text"]
    assert text[cited["start"] : cited["end"]] == cited["quote"]


def test_the_events_end_with_the_same_answer(api: Site) -> None:
    client = api("reader")
    whole = client.post("/api/v1/ask", json={"question": QUESTION}).json()
    response = client.post("/api/v1/ask", json={"question": QUESTION}, headers={"Accept": "text/event-stream"})
    assert response.headers["content-type"].startswith("text/event-stream")
    found = events(response.text)
    assert [kind for kind, _ in found][:2] == ["understood", "hits"]
    assert found[-1][0] == "done"
    assert "".join(data["text"] for kind, data in found if kind == "text").strip() == whole["text"]
    assert {**found[-1][1], "answer_id": "", "timings_ms": {}} == {**whole, "answer_id": "", "timings_ms": {}}


def test_history_and_filters_reach_the_assistant(api: Site) -> None:
    history = [{"question": QUESTION, "answer": "112 công trình."}]
    body = {"question": QUESTION, "history": history, "filters": {"date_from": "2021-01-01"}}
    answer = api("reader").post("/api/v1/ask", json=body).json()
    assert answer["status"] == "abstained"  # the document has no date, so no date matches it
    assert answer["citations"] == []


def test_a_search_gives_passages(api: Site) -> None:
    hits = api("reader").post("/api/v1/search", json={"query": "nước sạch", "top_k": 5}).json()["hits"]
    assert [hit["source"] for hit in hits] == ["cong-khai.txt"]
    assert "112 công trình" in hits[0]["text"]


@pytest.mark.parametrize("path", ["ask", "search"])
def test_what_a_person_may_not_read_does_not_exist(api: Site, path: str) -> None:
    body = {"question" if path == "ask" else "query": "kho dự trữ còn bao nhiêu tấn gạo?"}
    seen = {user: api(user).post(f"/api/v1/{path}", json=body).text for user in ("reader", "chief")}
    assert "55 tấn" in seen["chief"]
    assert "55 tấn" not in seen["reader"]
    assert "Biên bản" not in seen["reader"]


@pytest.mark.parametrize("accept", ["text/event-stream", "application/json"])
def test_leaving_ends_the_work(settings: Settings, slow: FakeAssistant, accept: str) -> None:
    with running(slow, settings) as address:
        body = json.dumps({"question": "Bao nhiêu công trình?"}).encode()
        head = (
            f"POST /api/v1/ask HTTP/1.1\r\nHost: {urlsplit(address).netloc}\r\nAccept: {accept}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        with socket.create_connection(("127.0.0.1", urlsplit(address).port or 0), timeout=5) as connection:
            connection.sendall(head.encode() + body)
            wait_until(lambda: bool(slow.histories))
        wait_until(lambda: slow.closed_streams == 1)
    assert slow.finished == 0


def test_more_than_fit_are_told_to_come_back_at_once(settings: Settings, slow: FakeAssistant) -> None:
    import time
    from concurrent.futures import ThreadPoolExecutor
    from dataclasses import replace

    import httpx

    def ask(address: str) -> tuple[int, float, httpx.Headers]:
        started = time.monotonic()
        found = httpx.post(f"{address}/api/v1/ask", json={"question": "Bao nhiêu công trình?"}, timeout=20)
        return found.status_code, time.monotonic() - started, found.headers

    few = replace(settings, answers_at_once=1, answers_waiting=2)
    with running(slow, few) as address, ThreadPoolExecutor(6) as pool:
        done = list(pool.map(ask, [address] * 6))
    refused = [(seconds, headers) for status, seconds, headers in done if status == 503]
    quickest = min(seconds for status, seconds, _ in done if status == 200)
    assert sorted(status for status, *_ in done) == [200, 200, 200, 503, 503, 503]
    for seconds, headers in refused:
        assert int(headers["retry-after"]) > 0
        assert headers["content-type"] == "application/problem+json"
        assert seconds < quickest  # the promise is 0.1 s; the load test measures it


def test_a_failure_in_the_middle_of_the_events_is_their_end(
    client: TestClient, shared_assistant: FakeAssistant
) -> None:
    shared_assistant.answers["hỏng"] = StoreError("Kho ở /srv/kho bị hỏng.")
    response = client.post("/api/v1/ask", json={"question": "hỏng"})
    assert response.status_code == 500
    assert "/srv" not in response.text
    streamed = client.post("/api/v1/ask", json={"question": "hỏng"}, headers={"Accept": "text/event-stream"})
    kind, data = events(streamed.text)[-1]
    assert (kind, data["status"]) == ("error", 500)
    assert "/srv" not in streamed.text
    assert data["request_id"] == streamed.headers["x-request-id"]


def test_places_are_given_in_turn_and_given_back() -> None:
    places = Places(1, 1)
    first, second = places.reserve(), places.reserve()
    assert (first.is_ready, second.is_ready) == (True, False)
    with pytest.raises(FullError):
        places.reserve()
    first.leave()
    assert second.is_ready
    third = places.reserve()
    third.leave()  # went away while waiting
    third.leave()
    second.leave()
    assert (places.busy, places.waiting) == (0, 0)
