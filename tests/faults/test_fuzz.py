"""Texts, files and requests that nobody thought of, for a stated time; what was found once is kept as an example."""

from __future__ import annotations

import importlib
import inspect
import io
import itertools
import pkgutil
import random
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import rag.text
from rag.errors import LoadError
from rag.load.formats import FORMATS, check_magic
from rag.load.limits import Limits, check_archive
from rag.text.sentences import sentence_spans
from tests.faults.test_mutants import fixtures, mutant

SECONDS = 60.0
LIMITS = Limits(max_chars=200_000, max_unpacked=20 << 20)
ALPHABET = st.one_of(
    st.sampled_from(list("aăâđêôơưáàảãạắằẳẵặ ĐƯƠ 0123456789./-–:;,()%&\n\t\"“”'…|#[]{}<>\\")),
    st.characters(),
    st.sampled_from(
        ["\u0301", "\u0323", "\u200b", "\u202e", "\ufeff", "\xad", "\x00", "ngày ", "tháng ", "năm ", "tỷ "]
    ),
)
TEXT = st.lists(ALPHABET, max_size=400).map("".join)


def text_functions() -> list[Callable[[str], Any]]:
    """Every public function of ``rag.text`` that wants nothing but a text."""
    found = []
    for module in pkgutil.iter_modules(rag.text.__path__):
        if module.name in ("words", "phrases", "name_lists"):
            continue
        opened = importlib.import_module(f"rag.text.{module.name}")
        for _name, function in inspect.getmembers(opened, inspect.isfunction):
            first, *others = [*inspect.signature(function).parameters.values()] or [None]
            is_ours = function.__module__ == opened.__name__ and not function.__name__.startswith("_")
            if is_ours and first and first.annotation == "str" and all(p.default is not p.empty for p in others):
                found.append(function)
    return found


FUNCTIONS = text_functions()


def hold(text: str) -> None:
    """Run every function; hold those that promise spans to them."""
    for function in FUNCTIONS:
        function(text)
    spans = sentence_spans(text)
    assert all(0 <= a.start < a.end <= len(text) for a in spans)
    assert all(a.end <= b.start for a, b in itertools.pairwise(spans))


def read_in_place(suffix: str, data: bytes) -> None:
    """Read a file as the reading process would, without its limits on time and memory."""
    known = FORMATS[suffix]
    reader = importlib.import_module(f"rag.load.{known.module}")
    file = io.BufferedReader(io.BytesIO(data))  # type: ignore[arg-type]
    check_magic(suffix, file.peek(1024))
    if known.is_rows:
        list(reader.read_rows(file, f"a{suffix}", LIMITS))
        return
    if known.magic.startswith(b"PK"):
        check_archive(data, LIMITS)
    reader.read(data, LIMITS)


@example("")
@example("\x00")
@example("ngày 31/02/0000")
@settings(max_examples=60, deadline=None)
@given(TEXT)
def test_no_text_upsets_a_function_on_texts(text: str) -> None:
    hold(text)


@pytest.mark.long
def test_a_minute_of_texts(figure) -> None:
    until, n = time.monotonic() + SECONDS, 0

    @settings(max_examples=200, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(TEXT)
    def a_lot(text: str) -> None:
        nonlocal n
        hold(text)
        n += 1

    while time.monotonic() < until:
        a_lot()
    figure("texts through every function on texts, in a minute", n, n)


@pytest.mark.long
def test_two_minutes_of_damaged_files_are_never_fatal(figure) -> None:
    """The reading process turns every exception into a reason; here each kind is counted, and none may be fatal."""
    dice = random.Random(20261125)
    kinds: dict[str, int] = {}
    until, n = time.monotonic() + 2 * SECONDS, 0
    sound = fixtures()
    while time.monotonic() < until:
        suffix = dice.choice(list(sound))
        data = sound[suffix]
        for _ in range(dice.randint(1, 3)):
            data = mutant(data or b"x", dice)
        try:
            read_in_place(suffix, data)
            kind = "read"
        except LoadError:
            kind = "LoadError"
        except (RecursionError, MemoryError):
            raise
        except Exception as error:
            kind = type(error).__name__
        kinds[kind] = kinds.get(kind, 0) + 1
        n += 1
    assert kinds["read"] > 0
    assert kinds["LoadError"] > 0
    figure("damaged files read in place in two minutes", n, n)
    figure("of these, kinds of error that became a reason", len(kinds) - 1, n)
