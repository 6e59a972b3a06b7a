"""The bundle installs and answers on a machine without a network: a network namespace that has not even a loopback."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

pytestmark = [pytest.mark.long, pytest.mark.manual]
ROOT = Path(__file__).resolve().parents[1]
QUESTION = "Năm 2020 khởi công mới bao nhiêu công trình?"


def test_it_installs_and_answers_with_the_network_cut_off(tmp_path: Path) -> None:
    made = subprocess.run(
        [sys.executable, ROOT / "scripts" / "bundle.py", "--out", tmp_path / "out"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    archive = Path(made.stdout.splitlines()[-1])
    assert archive.stat().st_size > 100_000_000
    with tarfile.open(archive) as tar:
        tar.extractall(tmp_path, filter="data")
    shutil.rmtree(tmp_path / "out")
    (folder,) = tmp_path.glob("news-rag-bundle-*")
    target, store = tmp_path / "opt", tmp_path / "kho"
    rag = f"env -i HOME={tmp_path} RAG_MODELS={target}/models RAG_STORE={store} {target}/venv/bin/rag"
    script = f"""
        set -e
        ! ping -c 1 -W 1 127.0.0.1 >/dev/null 2>&1
        env -i PATH=/usr/bin:/bin HOME={tmp_path} {folder}/install.sh {target} {sys.executable}
        {rag} ingest {target}/seeds >&2
        {rag} ask --json "{QUESTION}"
    """
    done = subprocess.run(
        ["/usr/bin/unshare", "--map-root-user", "--net", "bash", "-c", script],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout.splitlines()[-1])
    assert answer["status"] == "answered"
    assert answer["citations"]
