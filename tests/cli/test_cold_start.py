"""Asking from the command line is light: the real store and encoder, none of the heavy packages."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from rag.settings import Settings

SEEDS = Path(__file__).resolve().parents[2] / "seeds"
HEAVY = ("torch", "gradio", "pandas", "sentence_transformers", "transformers", "scipy", "sklearn")


def loaded_after(*command_lines: list[str], models: Path) -> str:
    """What heavy packages are in memory after these command lines, run in a process of their own."""
    script = (
        "import sys\nfrom rag.cli.app import run\n"
        f"codes = [run(args) for args in {command_lines!r}]\n"
        f"print(codes, [name for name in {HEAVY!r} if name in sys.modules])"
    )
    env = {"RAG_MODELS": str(models)}
    done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[-1]


@pytest.mark.encoder
def test_a_small_ingest_asking_and_searching_need_none_of_the_heavy_packages(tmp_path):
    store, models = str(tmp_path / "store"), Settings.load(env={}).models
    ingest = ["ingest", str(SEEDS), "--store", store, "--json"]  # small jobs encode as questions do
    ask = ["ask", "Hội nghị tổ chức ngày nào?", "--store", store]
    search = ["search", "khen thưởng", "--store", store]
    assert loaded_after(ingest, ask, search, models=models) == "[0, 0, 0] []"
