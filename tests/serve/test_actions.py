"""Taking an answer along, judging it, narrowing down: over HTTP."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from fake_assistant import QUOTE, TITLE, FakeAssistant
from starlette.testclient import TestClient

from rag.serve.app import create_app
from rag.serve.conversation import Exchange
from rag.serve.kept import keep
from rag.settings import Settings


@pytest.fixture
def client(assistant: FakeAssistant, settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(assistant, settings), base_url="http://127.0.0.1:7860") as client:  # type: ignore[arg-type]
        yield client


@pytest.fixture
def kept(assistant: FakeAssistant) -> Any:
    return keep(Exchange("Bao nhiêu công trình?", "done", answer=assistant.answered("Bao nhiêu công trình?")))


def test_a_conversation_is_saved_as_word_and_markdown(client: TestClient, kept: Any) -> None:
    word = client.post("/export?format=docx", json={"exchanges": [kept, kept]})
    assert word.status_code == 200
    assert zipfile.ZipFile(io.BytesIO(word.content)).testzip() is None
    assert ".docx" in word.headers["content-disposition"]
    text = client.post("/export?format=md", json={"exchanges": [kept]}).text
    assert f"“{QUOTE}”" in text
    assert "<http://127.0.0.1:7860/documents/doc-1/v2?start=" in text


def test_a_forged_quote_is_replaced_by_what_the_document_says(client: TestClient, kept: Any) -> None:
    forged = {**kept, "citations": [[1, "doc-1", "v2", 0, len(TITLE)]]}
    assert f"“{TITLE}”" in client.post("/export?format=md", json={"exchanges": [forged]}).text


@pytest.mark.parametrize("body", [{}, {"exchanges": []}, {"exchanges": [{}]}, {"exchanges": "x"}])
def test_what_is_no_conversation_is_refused(client: TestClient, body: Any) -> None:
    response = client.post("/export", json=body)
    assert response.status_code == 422
    assert response.json()["detail"] == "Yêu cầu không hợp lệ."


def test_only_json_and_known_formats(client: TestClient, kept: Any) -> None:
    as_form = {"content-type": "text/plain"}
    assert client.post("/export", content=json.dumps({"exchanges": [kept]}), headers=as_form).status_code == 422
    assert client.post("/export", content="[" * 5000, headers={"content-type": "application/json"}).status_code == 422
    assert client.post("/export?format=exe", json={"exchanges": [kept]}).status_code == 422


def test_a_verdict_is_kept_with_answer_sources_and_index_version(
    client: TestClient, assistant: FakeAssistant, kept: Any
) -> None:
    body = {"exchange": kept, "verdict": "down", "reason": "figure", "comment": " Sai năm. "}
    assert client.post("/feedback", json=body).status_code == 201
    (row,) = assistant.store.feedback()
    assert (row.question, row.verdict, row.reason, row.comment) == (
        "Bao nhiêu công trình?",
        "down",
        "figure",
        "Sai năm.",
    )
    answer = json.loads(row.answer_json)
    assert answer["citations"][0]["quote"] == QUOTE
    assert row.index_version == "fake-1"


@pytest.mark.parametrize("change", [{"verdict": "maybe"}, {"reason": "mood"}, {"comment": "x" * 3000}, {"comment": 5},
                                    {"exchange": None}, {"verdict": ["up"]}])  # fmt: skip
def test_what_is_no_verdict_is_refused(client: TestClient, kept: Any, change: Any) -> None:
    assert client.post("/feedback", json={"exchange": kept, "verdict": "up", **change}).status_code == 422


def test_filters_offer_what_there_is(client: TestClient) -> None:
    offered = client.get("/filters", params={"q": "tổng", "document": "doc-1"}).json()
    assert offered["publishers"] == [{"name": "Báo Mẫu", "documents": 1}]
    assert offered["documents"] == offered["chosen"] == [{"id": "doc-1", "title": TITLE}]


def test_an_original_that_is_gone_says_so(client: TestClient) -> None:
    response = client.get("/documents/doc-1/v2/file")
    assert (response.status_code, response.text) == (404, "Tệp gốc không còn.\n")
