"""The measurements, each a function of an index that is there. Times in seconds or milliseconds as named."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evals.asker import Asker
from evals.metrics import percentile
from rag.settings import Settings

if TYPE_CHECKING:
    from rag.index.encode import Encoder

RAW_SAMPLE = 256


@dataclass(frozen=True, slots=True)
class Ingest:
    """How fast documents are taken in; the raw rate is the encoder's own, on the same strings in the same run."""

    documents: int
    passages: int
    seconds: float
    raw_passages_per_s: float

    @property
    def passages_per_s(self) -> float:
        """Passages a second, loading, storing and publishing included."""
        return self.passages / self.seconds

    @property
    def share_of_raw(self) -> float:
        """1 = nothing but encoding costs time."""
        return self.passages_per_s / self.raw_passages_per_s


@dataclass(frozen=True, slots=True)
class Latency:
    """Question to full answer, with so many askers at once."""

    askers: int
    p50_ms: float
    p95_ms: float
    answers_per_s: float


@dataclass(frozen=True, slots=True)
class ColdStart:
    """``rag ask`` as a new process: wall time and largest resident memory."""

    seconds: float
    memory_mb: float


def measure_ingest(path: Path, settings: Settings, encoder: Encoder) -> Ingest:
    """Index one file in an empty store."""
    from rag.index.ingest import ingest

    started = time.perf_counter()
    report = ingest([path], settings, encoder=encoder)
    seconds = time.perf_counter() - started
    return Ingest(report.added, report.encoded, seconds, raw_rate(settings, encoder))


def raw_rate(settings: Settings, encoder: Encoder) -> float:
    """Passages a second of the encoder alone, on a sample of the strings that the index holds."""
    texts = _encoded_strings(settings)
    started = time.perf_counter()
    encoder.encode_passages(texts)
    return len(texts) / (time.perf_counter() - started)


def _encoded_strings(settings: Settings) -> list[str]:
    from rag.index.chunk import chunk_document, encoded_text
    from rag.index.opening import open_store

    store = open_store(settings.store)
    texts: list[str] = []
    for info in store.list_documents(limit=RAW_SAMPLE):
        document = store.document(info.id)
        if document is None:
            continue
        passages = chunk_document(document, settings.chunk_size)
        texts += [encoded_text(info, document.text[p.start : p.end]) for p in passages]
    store.close()
    return sorted(texts, key=len)[:: max(1, len(texts) // RAW_SAMPLE)]


def measure_latency(assistant: Asker, questions: Sequence[str], askers: int, rounds: int) -> Latency:
    """Ask ``rounds`` questions, ``askers`` at a time."""
    asked = [questions[i % len(questions)] for i in range(rounds)]

    def one(question: str) -> float:
        started = time.perf_counter()
        assistant.ask(question)
        return 1000 * (time.perf_counter() - started)

    started = time.perf_counter()
    with ThreadPoolExecutor(askers) as pool:
        times = list(pool.map(one, asked))
    took = time.perf_counter() - started
    return Latency(askers, percentile(times, 0.5), percentile(times, 0.95), len(times) / took)


def measure_cold_start(store: Path, question: str) -> ColdStart:
    """Run ``rag ask`` in a new process, which tells its own largest memory.

    What the system tells the parent holds the parent's own memory, from before the new program was loaded.
    """
    started = time.perf_counter()
    code = (
        "import sys; from rag.cli.app import run; code = run(sys.argv[1:]); "
        "from evals.bench.size import memory_mb; sys.stderr.write(f'\\n{memory_mb(\"VmHWM\")}'); sys.exit(code)"
    )
    command = [sys.executable, "-c", code, "ask", question, "--json", "--store", str(store)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    return ColdStart(time.perf_counter() - started, float(done.stderr.splitlines()[-1]))
