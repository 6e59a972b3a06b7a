"""How much one person and one address may ask for; and the page that says so."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from fake_assistant import FakeAssistant
from starlette.requests import HTTPConnection
from starlette.testclient import TestClient

from rag.serve.app import create_app
from rag.serve.chat import Chat
from rag.serve.conversation import Conversation
from rag.serve.identity import LOCAL, Identity
from rag.serve.limits import Buckets, Limits, TooManyError
from rag.serve.places import FullError, Places
from rag.settings import Settings

AN, BINH = (Identity(name, limit_key=name) for name in ("an", "bình"))


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def limits(settings: Settings, clock: Clock, **given: Any) -> Limits:
    return Limits(replace(settings, **given), Places(2, 1), clock)


def test_a_bucket_fills_again_evenly(clock: Clock) -> None:
    bucket = Buckets(6, 60, clock)
    for _ in range(6):
        assert bucket.wait_s("a") == 0
        bucket.take("a")
    assert bucket.wait_s("a") == pytest.approx(10)
    assert bucket.wait_s("b") == 0
    clock.now += 10
    assert bucket.wait_s("a") == 0
    clock.now += 1000
    assert bucket.wait_s("a", 6) == 0
    assert Buckets(0, 60, clock).wait_s("a", 1000) == 0


def test_questions_are_counted_for_each_person(settings: Settings, clock: Clock) -> None:
    here = limits(settings, clock, limit_questions=2)
    for _ in range(2):
        here.admit(AN, "1.1.1.1").leave()
    with pytest.raises(TooManyError) as caught:
        here.admit(AN, "1.1.1.1")
    assert caught.value.wait_s == 30
    here.admit(BINH, "1.1.1.1").leave()
    clock.now += 30
    here.admit(AN, "1.1.1.1").leave()


def test_an_address_may_do_as_much_as_six(settings: Settings, clock: Clock) -> None:
    here = limits(settings, clock, limit_requests=1)
    for n in range(6):
        here.request(replace(AN, limit_key=f"p{n}"), "1.1.1.1")
    with pytest.raises(TooManyError):
        here.request(BINH, "1.1.1.1")
    here.request(BINH, "2.2.2.2")
    with pytest.raises(TooManyError):
        here.request(None, "1.1.1.1")


def test_visitors_without_a_name_get_a_third(settings: Settings, clock: Clock) -> None:
    here = limits(settings, clock, limit_questions=9)
    visitor = replace(AN, user="anonymous", kind="embed-token", limit_key="anonymous:1.1.1.1")
    for _ in range(3):
        here.admit(visitor, "1.1.1.1").leave()
    with pytest.raises(TooManyError):
        here.admit(visitor, "1.1.1.1")
    here.admit(AN, "1.1.1.1").leave()


def test_answers_under_way_are_counted_and_given_back(settings: Settings, clock: Clock) -> None:
    here = limits(settings, clock, limit_answers=1, limit_questions=0)
    place = here.admit(AN, "")
    with pytest.raises(TooManyError):
        here.admit(AN, "")
    other, waiting = here.admit(BINH, ""), here.admit(replace(BINH, limit_key="c"), "")
    with pytest.raises(FullError):
        here.admit(replace(BINH, limit_key="d"), "")
    place.leave()
    place.leave()
    assert waiting.is_ready
    for one in (other, waiting):
        one.leave()
    with here.admitted(AN, ""):
        assert here.places.busy == 1
    assert (here.places.busy, here.places.waiting) == (0, 0)
    with pytest.raises(TooManyError), here.admitted(AN, ""):
        here.admit(AN, "")
    here.admit(AN, "").leave()


def test_what_a_model_was_asked_is_a_daily_share(settings: Settings, clock: Clock) -> None:
    here = limits(settings, clock, limit_model_tokens=1000)
    an = replace(AN, access=replace(AN.access, user="an"))
    here.spent("an", 1500)
    with pytest.raises(TooManyError):
        here.admit(an, "")
    here.admit(BINH, "").leave()
    clock.now += 86_400
    here.admit(an, "").leave()


def test_files_are_counted(settings: Settings, clock: Clock) -> None:
    here = limits(settings, clock, limit_files=10)
    here.files(AN, 8)
    with pytest.raises(TooManyError):
        here.files(AN, 8)
    here.files(LOCAL, 1000)


def test_the_local_user_is_not_counted_but_needs_a_place(settings: Settings, clock: Clock) -> None:
    here = limits(settings, clock, limit_questions=1, limit_requests=1, limit_answers=1)
    places = [here.admit(LOCAL, "") for _ in range(3)]
    for _ in range(5):
        here.request(LOCAL, "127.0.0.1")
    with pytest.raises(FullError):
        here.admit(LOCAL, "")
    for place in places:
        place.leave()


class Always:
    sign_in = ""

    def identify(self, request: HTTPConnection) -> Identity | None:
        return AN


def visit(settings: Settings, **given: Any) -> TestClient:
    app = create_app(FakeAssistant(), replace(settings, **given), who=Always())  # type: ignore[arg-type]
    return TestClient(app, base_url="http://127.0.0.1:7860")


def test_too_many_are_told_when_to_come_back(settings: Settings) -> None:
    client = visit(settings, limit_requests=3, limit_questions=1)
    asked = [client.post("/api/v1/ask", json={"question": "Bao nhiêu công trình?"}) for _ in range(4)]
    assert [response.status_code for response in asked] == [200, 429, 429, 429]
    for response in asked[1:]:
        assert response.json()["title"] == "Gửi quá nhiều yêu cầu"
        assert int(response.headers["retry-after"]) >= 1
    assert client.get("/ui/tokens.css").status_code == 200
    assert client.get("/healthz").status_code == 200


async def test_the_chat_says_it_in_place_of_an_answer(settings: Settings, clock: Clock) -> None:
    here = limits(settings, clock, limit_questions=1)
    chat = Chat(FakeAssistant(), lambda _: None, lambda _: here.admit(AN, ""))  # type: ignore[arg-type]
    request: Any = object()
    conversation: Conversation = ()
    for _ in range(2):
        _, conversation, _, _, *_ = chat.begin("Bao nhiêu công trình?", conversation, "", request)
        *_, last = [step async for step in chat.answer(conversation, request)]
        conversation = last[0]
    assert [exchange.phase for exchange in conversation] == ["done", "failed"]
    assert "Xin thử lại sau 60 giây" in conversation[-1].problem


def test_a_full_page_queue_speaks_the_persons_language(settings: Settings) -> None:
    import asyncio

    from rag.serve.mount import build_page

    async def full() -> tuple[Any, ...]:
        page = build_page(Chat(FakeAssistant(), lambda _: None), settings)  # type: ignore[arg-type]
        page._queue.max_size = 0
        body: Any = SimpleNamespace(fn_index=0)
        return await page._queue.push(body, body, "")  # type: ignore[no-any-return]

    assert asyncio.run(full()) == (False, str(FullError()), "queue_full")
