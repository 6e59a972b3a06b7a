"""``python -m evals.bench``: one row a corpus size, ratios first, as a table and as JSON."""

from __future__ import annotations

import json
import os
import platform
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from evals.bench.corpus import write_corpus
from evals.bench.measure import Ingest, measure_cold_start, measure_ingest, measure_latency
from evals.bench.size import folder_mb, memory_mb
from rag.lang import say
from rag.settings import Settings

ASKERS = (1, 4, 16)


@click.command(help=say("Đo tốc độ và dung lượng.", "Measure speed and size."))
@click.option(
    "--sizes", default="1,1000", show_default=True, help=say("Số bài, cách nhau dấu phẩy.", "Numbers of articles.")
)
@click.option("--articles", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help=say("Tệp .jsonl(.gz) có title, text; mặc định: văn bản tự sinh.",
                       "A .jsonl(.gz) file with title and text; default: made text."))  # fmt: skip
@click.option("--rounds", default=200, show_default=True, help=say("Số câu hỏi mỗi mức.", "Questions at each level."))
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), default=Path("runs/bench.json"), show_default=True
)
def command(sizes: str, articles: Path | None, rounds: int, out: Path) -> None:
    """Measure each size in a store of its own."""
    from rag.index.encode import load_encoder

    settings = Settings.load()
    encoder = load_encoder(settings)
    rows = []
    for size in (int(part) for part in sizes.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            rows.append(measure(Path(folder), size, articles, rounds, encoder))
        click.echo(table(rows[-1:], with_head=len(rows) == 1))
    report = {"measured": datetime.now(UTC).isoformat(timespec="seconds"), "cores": os.cpu_count(),
              "machine": platform.machine(), "encoder": settings.encoder,
              "articles": articles.name if articles else "made", "rows": rows}  # fmt: skip
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(report, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    click.echo(str(out))


def measure(folder: Path, size: int, articles: Path | None, rounds: int, encoder: Any) -> dict[str, Any]:
    """All figures for one size."""
    from rag.assistant import Assistant

    source = folder / "articles.jsonl"
    questions = write_corpus(source, size, articles)
    settings = Settings.load(folder / "store")
    taken = measure_ingest(source, settings, encoder)
    cold = measure_cold_start(settings.store, questions[0])
    assistant = Assistant.open(settings=settings)
    for question in questions[:5]:
        assistant.ask(question)  # the first questions load what the others use
    latencies = [measure_latency(assistant, questions, askers, rounds) for askers in ASKERS]
    assistant.close()
    text_mb = source.stat().st_size / 2**20
    return {
        "articles": size,
        "ingest_share_of_raw": taken.share_of_raw,
        "p95_over_p50": latencies[0].p95_ms / latencies[0].p50_ms,
        "throughput_16_over_1": latencies[-1].answers_per_s / latencies[0].answers_per_s,
        "index_over_text": folder_mb(settings.store) / text_mb,
        "ingest": _ingest_row(taken),
        "latency": [asdict(latency) for latency in latencies],
        "cold_start": asdict(cold),
        "memory_mb": memory_mb(),
        "index_mb": folder_mb(settings.store),
        "text_mb": text_mb,
    }


def _ingest_row(taken: Ingest) -> dict[str, Any]:
    return asdict(taken) | {"passages_per_s": taken.passages_per_s}


HEAD = ("articles", "ingest / raw", "p95 / p50", "16 / 1 askers", "index / text", "p50 ms 1·4·16", "p95 ms 1·4·16",
        "cold s", "cold MB", "passages/s")  # fmt: skip


def table(rows: Sequence[dict[str, Any]], *, with_head: bool = True) -> str:
    """Rows of figures, ratios first, separated by tabs."""
    lines = ["\t".join(HEAD)] if with_head else []
    for row in rows:
        ratios = [f"{row[key]:.2f}" for key in
                  ("ingest_share_of_raw", "p95_over_p50", "throughput_16_over_1", "index_over_text")]  # fmt: skip
        p50, p95 = ("·".join(f"{level[key]:.0f}" for level in row["latency"]) for key in ("p50_ms", "p95_ms"))
        cold = row["cold_start"]
        lines.append("\t".join([str(row["articles"]), *ratios, p50, p95, f"{cold['seconds']:.2f}",
                                f"{cold['memory_mb']:.0f}", f"{row['ingest']['passages_per_s']:.1f}"]))  # fmt: skip
    return "\n".join(lines)


if __name__ == "__main__":
    command()
