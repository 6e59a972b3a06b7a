"""The unit of ``docs/van-hanh.md``, as systemd itself reads it."""

from __future__ import annotations

import re
import shutil
import subprocess
import textwrap
from pathlib import Path

import pytest

from rag.serve.run import DRAIN_S
from tests.conftest import REPOSITORY

HIGHEST_EXPOSURE = 5.0
"""Of 10, as ``systemd-analyze security`` counts."""


def unit() -> str:
    """The block of the document."""
    text = (REPOSITORY / "docs" / "van-hanh.md").read_text(encoding="utf-8")
    found = re.search(r"`/etc/systemd/system/news-rag\.service`:\n\n((?: {4}.*\n|\n)+?)\n {4}systemctl", text)
    assert found
    return textwrap.dedent(found[1])


def test_systemd_waits_longer_than_answers_may_take_to_end() -> None:
    wait = re.search(r"^TimeoutStopSec=(\d+)$", unit(), re.MULTILINE)
    assert wait
    assert int(wait[1]) > DRAIN_S


@pytest.mark.long
@pytest.mark.manual
def test_systemd_takes_the_unit_and_counts_little_exposure(tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    assert program, "systemd is needed: apt-get install systemd"
    path = tmp_path / "news-rag.service"
    path.write_text(unit().replace("/opt/news-rag/venv/bin/rag", "/bin/true"), encoding="utf-8")
    read = subprocess.run([program, "verify", path], capture_output=True, text=True, check=False)
    assert (read.returncode, read.stderr) == (0, "")
    judged = subprocess.run([program, "security", "--offline=true", path], capture_output=True, text=True, check=True)
    level = re.search(r"exposure level for \S+: ([\d.]+)", judged.stdout)
    assert level
    assert float(level[1]) < HIGHEST_EXPOSURE
