"""The assistant as a model of OpenAI's client: the real client, over a real server."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import openai
import pytest
from fake_assistant import FakeAssistant

from rag.errors import StoreError
from rag.serve.auth.database import Database
from rag.serve.auth.keys import Keys
from rag.serve.places import Places
from rag.settings import Settings
from rag.types import Turn
from tests.serve.api.conftest import running, wait_until

ASKED = "Bao nhiêu công trình?"


@pytest.fixture(scope="module")
def assistant() -> FakeAssistant:
    return FakeAssistant(pause_s=0.005)


@pytest.fixture(scope="module")
def address(assistant: FakeAssistant) -> Iterator[str]:
    with running(assistant, Settings(store=Path("unused"), models=Path("unused"))) as address:
        yield address


@pytest.fixture
def client(address: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0, timeout=20) as client:
        yield client


def say_(text: str, *earlier: tuple[str, str]) -> list[Any]:
    return [{"role": role, "content": content} for role, content in (*earlier, ("user", text))]


def test_the_one_model_is_listed(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["news-rag"]
    assert client.models.retrieve("news-rag").owned_by == "news-rag"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("gpt-4")


def test_an_answer_comes_with_its_citations_as_annotations(client: openai.OpenAI, address: str) -> None:
    done = client.chat.completions.create(model="news-rag", messages=say_(ASKED), temperature=0)
    message = done.choices[0].message
    assert message.content == "Năm 2020, cả nước khởi công mới 112 công trình nước sạch [1]."
    assert done.choices[0].finish_reason == "stop"
    assert message.annotations is not None
    cited = message.annotations[0].url_citation
    assert message.content[cited.start_index : cited.end_index] == "[1]"
    assert cited.url == f"{address}/documents/doc-1/v2?start=123&end=180#trich-dan"
    assert message.annotations[0].news_rag["quote"].startswith("Năm 2020")  # type: ignore[attr-defined]
    assert done.usage is not None
    assert done.usage.total_tokens > 0


def test_a_streamed_answer_is_the_same(client: openai.OpenAI) -> None:
    whole = client.chat.completions.create(model="news-rag", messages=say_(ASKED))
    stream = client.chat.completions.create(
        model="news-rag", messages=say_(ASKED), stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text.strip() == whole.choices[0].message.content
    last = [chunk for chunk in chunks if chunk.choices][-1]
    assert last.choices[0].finish_reason == "stop"
    assert last.choices[0].delta.annotations[0]["url_citation"]["title"]  # type: ignore[attr-defined]
    assert chunks[-1].usage is not None


def test_earlier_messages_are_the_conversation(client: openai.OpenAI, assistant: FakeAssistant) -> None:
    earlier = (("system", "Trả lời bằng thơ."), ("user", ASKED), ("assistant", "112."), ("user", "lạc"))
    client.chat.completions.create(model="news-rag", messages=say_("Còn năm 2019?", *earlier))
    assert list(assistant.histories[-1]) == [Turn(ASKED, "112.")]
    parts: list[Any] = [{"role": "user", "content": [{"type": "text", "text": ASKED}]}]
    assert client.chat.completions.create(model="news-rag", messages=parts).choices[0].message.annotations


@pytest.mark.parametrize(
    "given",
    [
        {"messages": say_("")},
        {"messages": [{"role": "assistant", "content": "x"}]},
        {
            "messages": [
                {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "http://169.254.1.1"}}]}
            ]
        },
        {"messages": say_("x" * 3000)},
        {"messages": say_(ASKED), "tools": [{"type": "function", "function": {"name": "f"}}]},
        {"messages": say_(ASKED), "n": 2},
    ],
    ids=["empty", "no question", "picture", "too long", "tools", "several answers"],
)
def test_what_it_cannot_do_is_told(client: openai.OpenAI, given: Any) -> None:
    with pytest.raises(openai.UnprocessableEntityError) as caught:
        client.chat.completions.create(model="news-rag", **given)
    assert caught.value.body["message"]  # type: ignore[index]


def test_another_model_is_not_here(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError, match="news-rag"):
        client.chat.completions.create(model="gpt-4o", messages=say_(ASKED))


def test_a_failure_while_streaming_reaches_the_client(client: openai.OpenAI, assistant: FakeAssistant) -> None:
    assistant.answers["hỏng"] = StoreError("Kho ở /srv/kho hỏng.")
    with pytest.raises(openai.APIError, match="sự cố"):
        list(client.chat.completions.create(model="news-rag", messages=say_("hỏng"), stream=True))


def test_closing_the_stream_ends_the_work(client: openai.OpenAI, assistant: FakeAssistant) -> None:
    before, finished = assistant.closed_streams, assistant.finished
    assistant.pause_s = 0.05
    try:
        stream = client.chat.completions.create(model="news-rag", messages=say_(ASKED), stream=True)
        next(iter(stream))
        stream.close()
        wait_until(lambda: assistant.closed_streams == before + 1)
    finally:
        assistant.pause_s = 0.005
    assert assistant.finished == finished


def test_langchain_can_use_it(address: str) -> None:
    from langchain_openai import ChatOpenAI

    os.environ.pop("OPENAI_API_KEY", None)
    model = ChatOpenAI(model="news-rag", base_url=f"{address}/v1", api_key="none", max_retries=0)  # type: ignore[arg-type]
    assert "112 công trình" in str(model.invoke(ASKED).content)


def test_keys_open_what_they_may_and_nothing_else(tmp_path: Path) -> None:
    settings = replace(Settings(store=tmp_path, models=tmp_path), auth="password")
    keys = Keys(Database(settings))
    asking, asks = keys.create("Open WebUI", ["ask"])
    _, reads = keys.create("chỉ đọc", ["read"])
    with running(FakeAssistant(), settings) as address:

        def ask(key: str) -> Any:
            with openai.OpenAI(base_url=f"{address}/v1", api_key=key, max_retries=0) as client:
                return client.chat.completions.create(model="news-rag", messages=say_(ASKED))

        assert ask(asks).choices[0].message.content
        with pytest.raises(openai.PermissionDeniedError):
            ask(reads)
        for wrong in (
            asks[:-1],
            asks[:-1] + ("A" if asks[-1] != "A" else "B"),
            "rag_",
            "sk-abc",
            reads[:16] + asks[16:],
        ):
            with pytest.raises(openai.AuthenticationError):
                ask(wrong)
        assert keys.revoke(asking.id)
        with pytest.raises(openai.AuthenticationError):
            ask(asks)


def test_no_place_is_told_as_a_busy_server(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = replace(Settings(store=Path("unused"), models=Path("unused")), answers_at_once=1, answers_waiting=0)
    taken: list[Places] = []
    real = Places.__init__

    def noted(self: Places, *args: int) -> None:
        real(self, *args)
        taken.append(self)

    monkeypatch.setattr(Places, "__init__", noted)
    with running(FakeAssistant(), settings) as address:
        place = taken[-1].reserve()
        with openai.OpenAI(base_url=f"{address}/v1", api_key="x", max_retries=0) as client:
            with pytest.raises(openai.InternalServerError) as caught:
                client.chat.completions.create(model="news-rag", messages=say_(ASKED), stream=True)
            assert caught.value.status_code == 503
            assert caught.value.response.headers["retry-after"]
            place.leave()
            assert client.chat.completions.create(model="news-rag", messages=say_(ASKED))
