"""Counts and times for Prometheus; labels are few and hold nothing that a person wrote."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
    start_http_server,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from rag import __version__
from rag.errors import RagError
from rag.lang import say
from rag.serve.places import Places

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """The counts of one application."""

    def __init__(self, places: Places, documents: Callable[[], int]) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._requests = Counter("rag_requests", "Requests", ("method", "route", "status"), registry=self.registry)
        self._seconds = Histogram(
            "rag_request_seconds",
            "Time until a response was complete",
            ("route",),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._answers = Counter("rag_answers", "Answers", ("outcome", "method"), registry=self.registry)
        self._answer_seconds = Histogram(
            "rag_answer_seconds", "Time until an answer was complete", buckets=_SECONDS, registry=self.registry
        )
        self._first = Histogram(
            "rag_first_event_seconds", "Time until the first event", buckets=_SECONDS, registry=self.registry
        )

        def counted() -> float:
            try:
                return documents()
            except RagError:  # a store that cannot be read must not take the other figures away
                return math.nan

        for name, about, value in (
            ("rag_answers_busy", "Answers being worked on", lambda: places.busy),
            ("rag_answers_waiting", "Answers waiting for their turn", lambda: places.waiting),
            ("rag_answers_places", "Answers worked on at once at most", lambda: places.size),
            ("rag_documents", "Documents that are searched", counted),
        ):
            Gauge(name, about, registry=self.registry).set_function(value)
        Gauge("rag_build", "Version of the program", ("version",), registry=self.registry).labels(__version__).set(1)

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request; ``status`` 0 = the client left before an answer."""
        known = method if method in ("GET", "HEAD", "POST", "PATCH", "DELETE") else "other"
        self._requests.labels(known, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def answer(self, outcome: str, method: str, first_s: float, seconds: float) -> None:
        """Count an answer."""
        self._answers.labels(outcome, method).inc()
        self._answer_seconds.observe(seconds)
        self._first.observe(first_s)

    def text(self) -> bytes:
        """All of it, as Prometheus reads it."""
        return generate_latest(self.registry)


@contextlib.contextmanager
def metrics_served(metrics: Metrics, port: int) -> Iterator[None]:
    """Serve the figures on a loopback port of their own while the block runs; 0 = do not.

    :raises RagError: If the port is taken.
    """
    if not port:
        yield
        return
    try:
        server, thread = start_http_server(port, "127.0.0.1", metrics.registry)
    except OSError as error:
        raise RagError(
            say(
                f"Không mở được cổng RAG_METRICS_PORT={port}: {error}.",
                f"Cannot open RAG_METRICS_PORT={port}: {error}.",
            )
        ) from error
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)
