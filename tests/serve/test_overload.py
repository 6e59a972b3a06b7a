"""Past capacity the server says so at once: people who hold a place keep it, the others hear 503 within 100 ms."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import httpx
import pytest
from fake_assistant import FakeAssistant

from rag.settings import Settings
from rag.types import Event
from tests.conftest import Figure
from tests.serve.api.conftest import running, wait_until

pytestmark = pytest.mark.long
AT_ONCE, WAITING = 4, 46
ASK = {"question": "Bao nhiêu công trình?"}


class Held(FakeAssistant):
    """Answers nobody until it is let go."""

    def __init__(self) -> None:
        super().__init__(pause_s=0.02)
        self.go = threading.Event()

    def stream(self, *args: Any, **options: Any) -> Iterator[Event]:
        assert self.go.wait(120)
        yield from super().stream(*args, **options)


def test_fifty_are_served_and_more_are_refused_within_a_tenth_of_a_second(settings: Settings, figure: Figure) -> None:
    assistant = Held()
    here = replace(settings, answers_at_once=AT_ONCE, answers_waiting=WAITING)
    with running(assistant, here) as address, ThreadPoolExecutor(AT_ONCE + WAITING) as pool:
        served = [pool.submit(httpx.post, f"{address}/api/v1/ask", json=ASK, timeout=120) for _ in range(50)]
        try:
            seconds = refusals(address)
        finally:
            assistant.go.set()
        answers = [one.result() for one in served]
    p95 = statistics.quantiles(seconds, n=20)[-1]
    assert [one.status_code for one in answers] == [200] * (AT_ONCE + WAITING)
    assert p95 < 0.1, f"n={len(seconds)}, p50 {1000 * statistics.median(seconds):.1f} ms, p95 {1000 * p95:.1f} ms"
    assert threading.active_count() < 100
    figure("refusals past capacity, time of one p95, ms", 1000 * p95, len(seconds))
    figure("answers given to those who had a place", sum(one.status_code == 200 for one in answers), len(answers))


def refusals(address: str, n: int = 60) -> list[float]:
    """How long it takes to hear that there is no place, in seconds, each time."""
    seconds: list[float] = []
    with httpx.Client(base_url=address, timeout=60) as client:
        # Whoever asked sooner would take a place, and with it the line.
        wait_until(lambda: f"rag_answers_waiting {WAITING}.0" in client.get("/metrics").text)
        for _ in range(n):
            started = time.perf_counter()
            response = client.post("/api/v1/ask", json=ASK)
            seconds.append(time.perf_counter() - started)
            assert response.status_code == 503
            assert response.headers["retry-after"]
    return seconds
