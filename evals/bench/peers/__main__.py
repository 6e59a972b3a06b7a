"""``python -m evals.bench.peers``: the same documents, encoder and questions for every tool; a table and JSON.

The documents are the 240 contexts of XQuAD-vi among articles; a question counts as found at 1 when the first passage is
of its context. Results of tools measured before stay in the file, as long as documents and questions were the same.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import click

from evals.bench.corpus import made_articles, read_articles
from evals.bench.peers.base import Row
from evals.bench.peers.environment import make, versions
from evals.bench.size import folder_mb
from evals.hidden import questions
from evals.metrics import percentile
from evals.stats import mean_estimate
from rag.lang import say

OURS = "ours"
TOOLS = (OURS, "langchain_faiss", "txtai_hybrid", "haystack_hybrid", "llamaindex_fusion")
_STARTS = 3
_ROOT = Path(__file__).parents[3]
_NAMED = ("faiss-cpu", "haystack-ai", "langchain-community", "langchain-huggingface", "llama-index-core",
          "sentence-transformers", "torch", "transformers", "txtai")  # fmt: skip


@click.command(help=say("So với các công cụ khác.", "Measure beside other tools."))
@click.option("--tools", default=",".join(TOOLS), show_default=True, help=say("Công cụ nào.", "Which tools."))
@click.option("--articles", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help=say("Tệp .jsonl(.gz) có title, text; mặc định: văn bản tự sinh.",
                       "A .jsonl(.gz) file with title and text; default: made text."))  # fmt: skip
@click.option("--n", default=500, show_default=True, help=say("Số bài.", "Number of articles."))
@click.option("--asked", default=500, show_default=True, help=say("Số câu hỏi.", "Number of questions."))
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), default=Path("runs/peers"),
              help=say("Nơi để môi trường và chỉ mục.", "Place of environments and indexes."))  # fmt: skip
@click.option("--prepare", is_flag=True, help=say("Chỉ tạo môi trường.", "Only make the environments."))
@click.option("--only", type=click.Choice(("ingest", "ask")),
              help=say("Chỉ một nửa: nạp bài, hay hỏi chỉ mục đã có.",
                       "One half: taking in, or asking the index that is there."))  # fmt: skip
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), default=Path("runs/peers.json"))
def command(
    *, tools: str, articles: Path | None, n: int, asked: int, folder: Path, prepare: bool, only: str | None, out: Path
) -> None:
    """Measure each tool."""
    pythons = {tool: _python(tool, folder) for tool in tools.split(",")}
    if prepare:
        return
    data = folder / "data"
    write_data(data, articles, n, asked)
    what = {"articles": articles.name if articles else "made", "n_articles": n, "n_questions": asked}
    report = _before(out, what) | what
    for tool, python in pythons.items():
        place, row = folder / "indexes" / tool, report["tools"].setdefault(tool, {})
        row |= measure_ingest(tool, python, data, place) if only != "ask" else {}
        row |= measure_asking(tool, python, data, place) if only != "ingest" else {}
        report |= {"measured": datetime.now(UTC).isoformat(timespec="seconds"), "cores": os.cpu_count()}
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    click.echo(table(report["tools"]))


def _python(tool: str, folder: Path) -> Path:
    return Path(sys.executable) if tool == OURS else make(tool, (folder / "environments").absolute())


def _before(out: Path, what: dict[str, Any]) -> dict[str, Any]:
    """What was measured before of the same documents and questions."""
    try:
        found: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {"tools": {}}
    return found if what.items() <= found.items() else {"tools": {}}


def write_data(folder: Path, articles: Path | None, n: int, asked: int) -> None:
    """Write the documents, all questions, and the first alone."""
    folder.mkdir(parents=True, exist_ok=True)
    contexts, every = questions()
    source = islice(read_articles(articles) if articles else made_articles(), n)
    rows = [Row(f"article-{i}", str(row["title"]), str(row["text"])) for i, row in enumerate(source)]
    rows += [Row(name, "", text) for name, text in contexts.items()]
    _write(folder / "documents.jsonl", [{"id": row.id, "title": row.title, "text": row.text} for row in rows])
    chosen = [{"question": one.question, "document": one.document} for one in every[:asked]]
    _write(folder / "questions.jsonl", chosen)
    _write(folder / "one.jsonl", chosen[:1])


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")


def measure_ingest(tool: str, python: Path, data: Path, folder: Path) -> dict[str, Any]:
    """Take all documents into an empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    taken = _run(tool, python, "ingest", data / "documents.jsonl", folder)
    del taken["wall_s"]
    installed = versions(python)
    return taken | {
        "index_mb": folder_mb(folder),
        "ingest_load": os.getloadavg()[0],
        "versions": {name: installed[name] for name in _NAMED if name in installed},
    }


def measure_asking(tool: str, python: Path, data: Path, folder: Path) -> dict[str, Any]:
    """Ask everything in one process, and start a few times more."""
    asked = _run(tool, python, "ask", data / "questions.jsonl", folder)
    starts = [_run(tool, python, "ask", data / "one.jsonl", folder)["wall_s"] for _ in range(_STARTS)]
    ranks = asked["ranks"]
    first, ten = mean_estimate([float(r == 1) for r in ranks]), mean_estimate([float(r > 0) for r in ranks])
    return {
        "p50_ms": percentile(asked["ms"], 0.5),
        "p95_ms": percentile(asked["ms"], 0.95),
        "cold_s": sorted(starts)[len(starts) // 2],
        "ask_mb": asked["ask_mb"],
        "recall_at_1": first.value,
        "recall_at_1_95": [first.low, first.high],
        "recall_at_10": ten.value,
        "ask_load": os.getloadavg()[0],
    }


def _run(tool: str, python: Path, work: str, data: Path, folder: Path) -> dict[str, Any]:
    """One process; what it printed, and how long it took from start to end."""
    from rag.index.encode import prepare
    from rag.settings import Settings

    model = prepare(Settings.load())
    code = [str(python), "-m", "evals.bench.peers.run", tool, work, "--model", str(model)]
    environment = os.environ | {"PYTHONPATH": str(_ROOT), "HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1",
                                "HAYSTACK_TELEMETRY_ENABLED": "False"}  # fmt: skip
    begun = time.perf_counter()
    done = subprocess.run(  # noqa: S603
        [*code, "--folder", str(folder), "--data", str(data)],
        check=True, stdout=subprocess.PIPE, text=True, env=environment,
    )  # fmt: skip
    wall = time.perf_counter() - begun
    return dict(json.loads(done.stdout.splitlines()[-1])) | {"wall_s": wall}


HEAD = (
    "| tool | passages | ingest, processor s (clock s) | p50 · p95 ms | cold start s | memory MB, ingest · ask "
    "| index MB | R@1 (95 %) | R@10 |\n|---|---|---|---|---|---|---|---|---|"
)


def table(tools: dict[str, dict[str, Any]]) -> str:
    """All tools of which both halves were measured, as Markdown."""
    lines = [HEAD]
    for tool, row in tools.items():
        if not {"passages", "p50_ms"} <= row.keys():
            continue
        low, high = row["recall_at_1_95"]
        lines.append(
            f"| {tool} | {row['passages']:,} | {row.get('ingest_cpu_s', math.nan):.0f} ({row['ingest_s']:.0f}) "
            f"| {row['p50_ms']:.0f} · {row['p95_ms']:.0f} "
            f"| {row['cold_s']:.1f} | {row['ingest_mb']:.0f} · {row['ask_mb']:.0f} | {row['index_mb']:.1f} "
            f"| **{row['recall_at_1']:.3f}** {low:.3f}–{high:.3f} | {row['recall_at_10']:.3f} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    command()
