"""The examples in the docstrings of ``rag.load`` hold."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import rag.load

MODULES = [m.name for m in pkgutil.iter_modules(rag.load.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_hold(name: str) -> None:
    assert doctest.testmod(importlib.import_module(f"rag.load.{name}")).failed == 0
