from __future__ import annotations

import ast
import inspect

import pytest

from rag.cli import click_texts
from rag.lang import use_language

FOR_PROGRAMMERS = (
    "DeprecationWarning",
    "Name '{name}' defined twice",
    "Boolean option {decl!r}",
    "Could not determine name",
    "No options defined but",
    "Arguments take exactly one",
    "Invalid start character",
    "Unknown color",
    "{package_name!r} is not installed",
    "The package {package_name!r}",
    "Could not determine version",
    "{prog}",
    "%(prog)s",
)
"""Texts that only a mistake in a program can bring up."""


def marked_texts():
    """The texts that click marks for translation in the modules that are used here."""
    for module in click_texts.MODULES:
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("_", "ngettext"):
                yield from (
                    arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
                )


@pytest.mark.parametrize("text", sorted(set(marked_texts())))
def test_every_text_of_click_is_translated_or_for_programmers(text):
    assert text in click_texts.VIETNAMESE or text.startswith(FOR_PROGRAMMERS)


@pytest.mark.parametrize(("english", "vietnamese"), click_texts.VIETNAMESE.items())
def test_a_translation_uses_only_values_that_click_fills_in(english, vietnamese):
    def fields(text):
        import string

        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    assert fields(vietnamese) <= fields(english) | {"choices"}


def test_english_is_left_as_it_is():
    use_language("en")
    assert click_texts.translate("Usage:") == "Usage:"
