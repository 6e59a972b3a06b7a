"""``python -m evals.bench.peers.run TOOL ingest|ask …``: one measurement in one process, by the tool's own Python.

Prints one line of JSON. Ingest is timed from the first document to what is saved, imports left out; answers one by one.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from evals.bench.peers.base import Row
from evals.bench.size import memory_mb

_WARMING = 5


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("tool")
    parser.add_argument("work", choices=("ingest", "ask"))
    parser.add_argument("--model", required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True, help="documents, or questions with their documents")
    given = parser.parse_args()
    tool = importlib.import_module(f"evals.bench.peers.{given.tool}")
    rows = [json.loads(line) for line in given.data.read_text(encoding="utf-8").splitlines()]
    work = _ingest if given.work == "ingest" else _ask
    sys.stdout.write("\n" + json.dumps(work(tool, rows, given.model, given.folder)) + "\n")


def _ingest(tool: Any, rows: list[dict[str, str]], model: str, folder: Path) -> dict[str, float]:
    started, worked = time.perf_counter(), _processor_s()
    passages = tool.ingest([Row(**row) for row in rows], model, folder)
    seconds, processor = time.perf_counter() - started, _processor_s() - worked
    return {"passages": passages, "ingest_s": seconds, "ingest_cpu_s": processor, "ingest_mb": memory_mb("VmHWM")}


def _processor_s() -> float:
    """Processor time of this process and of those it waited for: unlike the clock, the same beside other work."""
    return sum(os.times()[:4])


def _ask(tool: Any, rows: list[dict[str, str]], model: str, folder: Path) -> dict[str, Any]:
    search = tool.load(model, folder)
    for row in rows[:_WARMING]:
        search(row["question"])
    if len(rows) == 1:  # only the start is asked for
        return {}
    times, ranks = [], []
    for row in rows:
        begun = time.perf_counter()
        found = search(row["question"])
        times.append(1000 * (time.perf_counter() - begun))
        documents = list(dict.fromkeys(found))
        ranks.append(1 + documents.index(row["document"]) if row["document"] in documents else 0)
    return {"ms": times, "ranks": ranks, "ask_mb": memory_mb("VmHWM")}


if __name__ == "__main__":
    main()
