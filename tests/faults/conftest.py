"""The figures that the long tests measure, kept as dated lines that the documents quote."""

from __future__ import annotations

import fcntl
import json
import os
import platform
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
RESULTS = REPOSITORY / "docs" / "results" / "test-long.jsonl"
Figure = Callable[[str, float, int], None]


def machine() -> dict[str, object]:
    """What the figures were measured on."""
    cpuinfo = Path("/proc/cpuinfo")
    flags = set(cpuinfo.read_text().split()) if cpuinfo.exists() else set()
    shown = [flag for flag in ("avx2", "avx512f", "avx512_vnni") if flag in flags]
    return {"cores": os.cpu_count(), "cpu_flags": shown, "python": platform.python_version()}


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Figure:
    """Keep a figure: its name, its value, and the number of cases it rests on. The newest of each name stays."""

    def keep(name: str, value: float, n: int) -> None:
        test = f"{request.path.name}::{request.node.name}"
        date = datetime.now(UTC).isoformat(timespec="seconds")
        row = {"test": test, "figure": name, "value": round(value, 3), "n": n, "date": date, "machine": machine()}
        RESULTS.parent.mkdir(parents=True, exist_ok=True)
        with RESULTS.open("a+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            rows = [json.loads(line) for line in file]
            rows = [old for old in rows if (old["test"], old["figure"]) != (test, name)]
            file.truncate(0)
            file.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in [*rows, row])

    return keep
