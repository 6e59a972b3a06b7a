"""``python -m evals.bench.parts encode | dense | ingest | ask``: single parts, beside what they replaced, in one run.

Times are processor time of this process where other work on the machine would disturb the clock.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TypeVar

import click
import numpy as np

from evals.bench.corpus import made_articles, write_corpus
from evals.bench.growth import DIM, MadeEncoder
from evals.bench.size import memory_mb
from evals.metrics import percentile
from rag.index.dense import DenseIndex
from rag.lang import say
from rag.settings import Settings
from rag.types import EmbeddingMatrix

T = TypeVar("T")
_QUESTIONS = 50
_WARMING = 10


@click.group(help=say("So sánh từng phần.", "Compare single parts."))
def command() -> None:
    """One part each."""


@command.command(help=say("Hai cách mã hoá đoạn.", "Two ways to encode passages."))
@click.option("--passages", default=128, show_default=True)
def encode(passages: int) -> None:
    """Passages a processor second, and how far the vectors agree."""
    from rag.index.encode import load_encoder, prepare
    from rag.index.encode.base import E5_PASSAGE
    from rag.index.encode.bfloat16 import Bfloat16Network
    from rag.index.encode.bulk import BundledEncoder

    settings = Settings.load()
    serving = load_encoder(settings)
    if not isinstance(serving, BundledEncoder):
        raise click.ClickException("RAG_ENCODER")
    texts = [row["text"][:900] for row in islice(made_articles(), passages)]
    network = Bfloat16Network(prepare(settings), len(os.sched_getaffinity(0)))
    rows = [serving.segmenter.ids(E5_PASSAGE + text) for text in texts]
    network.run(rows[:2])
    reference, onnx_s = _processor_time(lambda: np.concatenate([serving.encode_passages(texts[i : i + 32])
                                                                for i in range(0, passages, 32)]))  # fmt: skip
    vectors, fast_s = _processor_time(lambda: network.run(rows))
    click.echo(json.dumps({
        "passages": passages, "tokens": sum(map(len, rows)) / passages, "onnx_per_cpu_s": passages / onnx_s,
        "bfloat16_per_cpu_s": passages / fast_s, "times": onnx_s / fast_s,
        "min_cosine": float((reference * vectors).sum(axis=1).min()),
    }))  # fmt: skip


@command.command(help=say("Chỉ mục véc-tơ chính xác và 8 bit.", "The exact vector index and the one of 8 bits."))
@click.option("--vectors", default=100_000, show_default=True)
@click.option("--store", type=click.Path(exists=True, file_okay=False, path_type=Path),
              help=say("Lấy véc-tơ của kho này.", "Take the vectors of this store."))  # fmt: skip
def dense(vectors: int, store: Path | None) -> None:
    """Search (on the clock), recall, memory, opening, adding and removing of both."""
    rows = _stored(store)[:vectors] if store else _clustered(vectors)
    vectors = len(rows)
    questions = _questions(rows)
    exact = DenseIndex(DIM)
    exact.add(np.arange(vectors), rows)
    best = [{hit.id for hit in exact.search(question, 10)} for question in questions]
    click.echo(json.dumps({"kind": "exact", "vectors": vectors} | _measured(exact, rows, questions, best)))
    del exact
    quantised = DenseIndex.quantised(rows.shape[1])
    quantised.add(np.arange(vectors), rows)
    click.echo(json.dumps({"kind": "8 bits", "vectors": vectors} | _measured(quantised, rows, questions, best)))


@command.command(help=say("Nạp tài liệu trừ phần mã hoá.", "An ingest but for the encoding."))
@click.option("--articles", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--n", default=600, show_default=True)
def ingest(articles: Path | None, n: int) -> None:
    """Processor milliseconds a passage of reading, cutting, storing and publishing; vectors are drawn, not encoded."""
    from rag.index.ingest import ingest as take_in

    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "articles.jsonl"
        write_corpus(source, n, articles)
        settings = Settings.load(Path(folder) / "store")
        report, cpu_s = _processor_time(lambda: take_in([source], settings, encoder=_Drawn()))
    click.echo(json.dumps({"passages": report.encoded, "cpu_ms_per_passage": 1000 * cpu_s / report.encoded}))


class _Drawn:
    """Vectors that cost nothing."""

    name, dim = "drawn", DIM

    def encode_passages(self, texts: Sequence[str]) -> EmbeddingMatrix:
        """(len(texts), 384) float32, rows of unit length."""
        rows = np.random.default_rng(len(texts)).standard_normal((len(texts), DIM), dtype=np.float32)
        unit: EmbeddingMatrix = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return unit

    encode_queries = encode_passages


@command.command(help=say("Trả lời câu hỏi, có và không đọc kỹ hơn.", "Answers with and without the closer look."))
@click.option("--store", type=click.Path(exists=True, file_okay=False, path_type=Path), required=True)
@click.option("--asked", default=80, show_default=True)
def ask(store: Path, asked: int) -> None:
    """Processor milliseconds a question of XQuAD-vi, asked both ways in turn; the first few are not counted."""
    from evals.hidden import questions
    from rag.assistant import Assistant

    assistant = Assistant.open(store)
    both = {"with": assistant._retriever, "without": replace(assistant._retriever, reader=None)}
    times: dict[str, list[float]] = {name: [] for name in both}
    for number, one in enumerate(questions()[1][:asked]):
        for name in sorted(both, reverse=bool(number % 2)):
            assistant._retriever = both[name]
            _, cpu_s = _processor_time(partial(assistant.ask, one.question))
            times[name].append(1000 * cpu_s)
    found = {name: values[_WARMING:] for name, values in times.items()}
    click.echo(json.dumps({
        name: {"p50_cpu_ms": percentile(values, 0.5), "mean_cpu_ms": float(np.mean(values)), "n": len(values)}
        for name, values in found.items()
    }))  # fmt: skip


def _measured(
    index: DenseIndex, rows: EmbeddingMatrix, questions: EmbeddingMatrix, best: list[set[int]]
) -> dict[str, float]:
    times, right = [], 0
    for question, true in zip(questions, best, strict=True):
        begun = time.perf_counter()  # several threads share a search
        index.search(question, 100, stored=rows.__getitem__)
        times.append(1000 * (time.perf_counter() - begun))
        right += len(true & {hit.id for hit in index.search(question, 10, stored=rows.__getitem__)})
    allowed = np.arange(0, len(rows), 2)
    _, filtered_s = _processor_time(lambda: [index.search(question, 100, allowed) for question in questions[:10]])
    n = len(rows)
    _, add_s = _processor_time(lambda: index.add(np.arange(n, n + 1000), rows[:1000]))
    _, remove_s = _processor_time(lambda: index.remove(np.arange(n, n + 1000)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "dense"
        _, write_s = _processor_time(lambda: index.write(path))
        size = path.stat().st_size / 2**20
        _, open_s = _processor_time(lambda: DenseIndex.read(path))
    return {
        "p50_ms": percentile(times, 0.5), "p95_ms": percentile(times, 0.95), "filtered_ms": 100 * filtered_s,
        "recall_at_10": right / (10 * len(best)), "file_mb": size, "open_s": open_s, "write_s": write_s,
        "add_1000_s": add_s, "remove_1000_s": remove_s, "process_mb": memory_mb(),
    }  # fmt: skip


def _stored(folder: Path) -> EmbeddingMatrix:
    """The vectors of a store, in the order of its passages."""
    from rag.index.opening import open_store

    store = open_store(folder)
    ids, encoder = store.passage_ids().tolist(), store.meta("encoder") or ""
    rows = [store.vectors(ids[at : at + 5000], encoder) for at in range(0, len(ids), 5000)]
    store.close()
    return np.concatenate(rows)


def _clustered(n: int) -> EmbeddingMatrix:
    """Vectors around centres around one direction, as :class:`MadeEncoder` makes them, but all at once."""
    rng = np.random.default_rng(11)
    centres = MadeEncoder(1).encode_passages([f"{i}" for i in range(max(1, n // 200))])
    rows = np.empty((n, DIM), dtype=np.float32)
    for at in range(0, n, 50_000):
        part = rng.standard_normal((min(50_000, n - at), DIM), dtype=np.float32) * np.float32(0.5 / DIM**0.5)
        part += 1.3 * centres[rng.integers(0, len(centres), len(part))]
        rows[at : at + len(part)] = part / np.linalg.norm(part, axis=1, keepdims=True)
    return rows


def _questions(rows: EmbeddingMatrix) -> EmbeddingMatrix:
    rng = np.random.default_rng(12)
    near = rows[rng.choice(len(rows), _QUESTIONS)] + rng.standard_normal((_QUESTIONS, DIM), dtype=np.float32) * 0.018
    unit: EmbeddingMatrix = (near / np.linalg.norm(near, axis=1, keepdims=True)).astype(np.float32)
    return unit


def _processor_time(work: Callable[[], T]) -> tuple[T, float]:
    started = time.process_time()
    found = work()
    return found, time.process_time() - started


if __name__ == "__main__":
    command()
