"""What the product is made of: permissive packages, no code from data, no shell, a model file with a pinned hash."""

from __future__ import annotations

import ast
import importlib.util
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
SOURCES = sorted(
    path for room in ("rag", "evals", "prompts", "seeds", "scripts") for path in (REPOSITORY / room).rglob("*.py")
)
CODE_FROM_DATA = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve", "jsonpickle"}
CALLS = {"eval", "exec", "compile", "os.system", "os.popen", "torch.load", "yaml.load", "yaml.unsafe_load", "input"}


@pytest.fixture(scope="module")
def audit():
    spec = importlib.util.spec_from_file_location("audit", REPOSITORY / "scripts" / "audit.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def name_of(node: ast.expr) -> str:
    """``a.b.c`` of a call's target, as far as it is made of names."""
    if isinstance(node, ast.Attribute):
        return f"{name_of(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def offences(source: str) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if alias.name.split(".")[0] in CODE_FROM_DATA]
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in CODE_FROM_DATA:
            found.append(node.module)
        elif isinstance(node, ast.Call):
            name = name_of(node.func)
            given = {keyword.arg: keyword.value for keyword in node.keywords}
            found += [name] if name in CALLS else []
            for word in ("shell", "allow_pickle", "trust_remote_code"):
                if word in given and not (isinstance(given[word], ast.Constant) and given[word].value is False):
                    found.append(f"{name}({word}=…)")
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_no_source_makes_code_of_data_or_runs_a_shell(path: Path) -> None:
    assert offences(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    ["import pickle", "from joblib import load", "eval('1')", "import subprocess\nsubprocess.run('ls', shell=True)",
     "import numpy as np\nnp.load('x', allow_pickle=True)", "import os\nos.system('ls')"],
)  # fmt: skip
def test_the_look_at_the_sources_sees_what_it_looks_for(source: str) -> None:
    assert offences(source)


def test_every_package_that_is_needed_has_a_licence_on_the_list(audit) -> None:
    packages = sorted(audit.needed())
    assert len(packages) > 50
    assert audit.refused(packages, audit.licences()) == {}


@pytest.mark.parametrize(
    ("licence", "allowed"),
    [
        ("MIT", True), ("Apache Software License; MIT License", True), ("BSD-3-Clause AND ISC", True),
        ("MPL-2.0 AND (Apache-2.0 OR MIT)", True), ("GPL-3.0-only OR MIT", True), ("LGPL-2.1", False),
        ("MIT AND GPL-3.0", False), ("UNKNOWN", False), ("CC-BY-NC-4.0", False), ("", False),
    ],
)  # fmt: skip
def test_licences_are_judged_part_by_part(audit, licence: str, allowed: bool) -> None:
    assert audit.is_allowed(licence) is allowed


def test_the_model_is_made_of_the_pinned_file(audit) -> None:
    assert audit.model_is_whole()
