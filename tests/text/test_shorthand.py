from __future__ import annotations

import pytest

from rag.text.shorthand import spell_out


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ho ngheo con bn", "ho ngheo con bao nhiêu"),
        ("ket qua ntn", "ket qua như thế nào"),
        ("gạo 5 kg giá bn?", "gạo 5 kg giá bao nhiêu?"),
        ("UBND TN họp", "UBND TN họp"),
        ("Kết quả năm 2020?", "Kết quả năm 2020?"),
    ],
)
def test_shorthand_is_spelt_out_and_the_rest_left_alone(typed: str, meant: str) -> None:
    assert spell_out(typed) == meant
