import gzip
import json
import threading
import time
from itertools import islice
from pathlib import Path

from evals.bench.__main__ import HEAD, table
from evals.bench.corpus import made_articles, write_corpus
from evals.bench.measure import Ingest, measure_latency
from evals.bench.size import folder_mb, memory_mb
from rag.types import Answer


def test_made_articles_are_different_and_repeatable() -> None:
    first, again = list(islice(made_articles(), 50)), list(islice(made_articles(), 50))
    assert first == again
    assert len({row["title"] for row in first}) == len({row["text"] for row in first}) == 50


def test_a_corpus_of_ones_own_is_read_packed_or_not(tmp_path: Path) -> None:
    source = tmp_path / "news.jsonl.gz"
    with gzip.open(source, "wt", encoding="utf-8") as stream:
        for i in range(5):
            stream.write(json.dumps({"id": i, "title": f"Tin {i}", "text": "Chữ.", "summary": "bỏ"}) + "\n")
    assert write_corpus(tmp_path / "out.jsonl", 3, source) == ["Tin 0", "Tin 1", "Tin 2"]
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [sorted(row) for row in rows] == [["id", "text", "title"]] * 3


def test_the_ingest_share_is_a_ratio_of_rates() -> None:
    taken = Ingest(documents=10, passages=30, seconds=3.0, raw_passages_per_s=20.0)
    assert (taken.passages_per_s, taken.share_of_raw) == (10.0, 0.5)


def test_askers_ask_at_the_same_time() -> None:
    together, most, lock = 0, 0, threading.Lock()

    class Slow:
        index_version = ""

        def ask(self, question: str) -> Answer:
            nonlocal together, most
            with lock:
                together += 1
                most = max(most, together)
            time.sleep(0.01)
            with lock:
                together -= 1
            return Answer(question, "abstained", "")

    found = measure_latency(Slow(), ["Hỏi?"], askers=4, rounds=12)  # type: ignore[arg-type]
    assert most == 4
    assert 10 <= found.p50_ms <= found.p95_ms


def test_memory_and_size_are_measured(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 2**20)
    assert folder_mb(tmp_path) == 1.0
    assert memory_mb() > 1


def test_the_table_has_a_cell_for_every_heading() -> None:
    level = {"p50_ms": 1.0, "p95_ms": 2.0}
    row = {
        "articles": 1, "ingest_share_of_raw": 0.9, "p95_over_p50": 2.0, "throughput_16_over_1": 1.5,
        "index_over_text": 3.0,
        "latency": [level] * 3, "cold_start": {"seconds": 1.0, "memory_mb": 200.0}, "ingest": {"passages_per_s": 10.0},
    }  # fmt: skip
    assert len(table([row], with_head=False).split("\t")) == len(HEAD)
