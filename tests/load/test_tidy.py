from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.load.tidy import is_clean, tidy
from rag.text.unicode import clean


@pytest.mark.parametrize(
    ("broken", "repaired"),
    [
        ("Đ\nồng chí Trưởng Ban", "Đồng chí Trưởng Ban"),
        ("ông.\n\nT\nrong năm 2020", "ông.\n\nTrong năm 2020"),
        ("“Đ\nồng chí", "“Đồng chí"),
        ("Phương án A\nB\nvà C", "Phương án A\nB\nvà C"),
        ("A\nNguyễn", "A\nNguyễn"),
        ("a   \n\n\n\n\tb\r\nc", "a\n\nb\nc"),
    ],
)
def test_layout_is_repaired(broken: str, repaired: str) -> None:
    assert tidy(broken) == repaired


@given(st.text(st.sampled_from("aĐồng \n\r\t.B\u00ad\u200b\u0301"), max_size=40))
def test_tidying_twice_changes_nothing(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)


@given(st.text(max_size=60))
def test_a_text_taken_for_clean_is_clean(text: str) -> None:
    assert not is_clean(text) or clean(text) == text


@given(st.text(max_size=60))
def test_no_blank_runs_and_no_spaces_at_the_edges_of_lines_remain(text: str) -> None:
    tidied = tidy(text)
    assert "\n\n\n" not in tidied
    assert all(line == line.strip() for line in tidied.split("\n"))


def test_a_million_spaces_take_no_time() -> None:
    start = time.perf_counter()
    tidy("a" + " " * 1_000_000 + "b\n" + "\n" * 1_000_000 + "x" * 1_000_000)
    assert time.perf_counter() - start < 2
