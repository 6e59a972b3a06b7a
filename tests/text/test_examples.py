"""The examples in the docstrings of ``rag.text`` hold."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import rag.text

MODULES = [m.name for m in pkgutil.iter_modules(rag.text.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_hold(name: str) -> None:
    result = doctest.testmod(importlib.import_module(f"rag.text.{name}"))
    assert result.failed == 0


def test_most_modules_have_an_example() -> None:
    counts = [doctest.testmod(importlib.import_module(f"rag.text.{name}")).attempted for name in MODULES]
    assert sum(count > 0 for count in counts) >= 12
