"""The built wheel, installed elsewhere, does the main job from another folder."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from rag.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("rag", "evals", "prompts", "seeds", "pyproject.toml", "README.md", "LICENSE")
QUESTION = "Năm 2020 khởi công mới bao nhiêu công trình thuộc Chương trình 135?"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built from a copy so that the tree stays clean."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, source / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / part, source / part)
    pip("wheel", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(target), str(source))
    return next(target.glob("news_rag-*.whl"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """An environment with the wheel; the packages it needs are seen through a path file, the checkout is not."""
    folder = tmp_path_factory.mktemp("installed")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    python = folder / "bin" / "python"
    pip("--python", str(python), "install", "--no-deps", "--no-index", str(wheel))
    packages = next(folder.glob("lib/python*/site-packages"))
    (packages / "needed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "bin"


def pip(*args: str) -> None:
    subprocess.run([sys.executable, "-m", "pip", "--quiet", *args], check=True)


def test_data_travels_in_the_wheel(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    expected = {
        str(path.relative_to(ROOT))
        for part in ("rag", "evals", "prompts", "seeds")
        for path in (ROOT / part).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert expected - names == set()


def test_nothing_else_travels_in_the_wheel(wheel):
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"rag", "evals", "prompts", "seeds"}


@pytest.mark.encoder
def test_the_installed_wheel_ingests_asks_and_evaluates_from_another_folder(installed, tmp_path):
    models = Settings.load(env={}).models
    work = tmp_path / "elsewhere"
    work.mkdir()
    (work / "prompts").mkdir()  # folders of these names where a person happens to stand must not matter
    (work / "rag").mkdir()
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "RAG_MODELS": str(models), "COLUMNS": "200"}

    def rag(*args: str) -> subprocess.CompletedProcess[str]:
        command = [str(installed / "rag"), *args]
        return subprocess.run(command, cwd=work, env=env, capture_output=True, text=True, check=False)

    where = subprocess.run(
        [str(installed / "python"), "-c", "import rag; print(rag.__file__)"], cwd=tmp_path, env=env,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert str(ROOT) not in where.stdout

    seeds = next(installed.parent.glob("lib/python*/site-packages/seeds"))
    store = str(tmp_path / "store")
    ingested = rag("ingest", str(seeds), "--store", store, "--json")
    assert ingested.returncode == 0, ingested.stderr
    assert json.loads(ingested.stdout)["added"] == 1

    asked = rag("ask", QUESTION, "--store", store, "--json")
    assert asked.returncode == 0, asked.stderr
    answer = json.loads(asked.stdout)
    assert answer["status"] == "answered"
    assert "112" in answer["short_answer"]

    (listed,) = json.loads(rag("documents", "list", "--store", store, "--json").stdout)
    assert answer["citations"][0]["document_id"] == listed["id"]
    assert rag("doctor", "--store", store).returncode == 0

    evaluated = rag("eval", "run", "--suite", "seeds")
    assert evaluated.returncode == 0, evaluated.stdout + evaluated.stderr
    assert list(work.glob("runs/*"))
