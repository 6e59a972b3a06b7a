"""The generated drafts are what they claim to be, and the verification tells them apart."""

from __future__ import annotations

import random

import pytest

from evals.drafts.__main__ import FLOORS, judge, make_drafts, read_documents, right_share
from evals.drafts.alter import alter
from evals.drafts.reword import SPELLINGS, reorder
from evals.drafts.values import find_values

TEXT = "Ngày 8/1/2031, xã Tả Giàng xây 12 cầu, sửa 239 km đường hết 1,5 tỷ đồng theo Nghị quyết số 15/NQ-HĐND."


def test_values_of_every_kind_are_found() -> None:
    found = {(v.kind, v.text) for v in find_values(TEXT)}
    assert found >= {
        ("date", "8/1/2031"), ("number", "12"), ("number", "239"), ("unit", "km"), ("reference", "15/NQ-HĐND"),
        ("name", "Tả Giàng"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("way", "text", "reworded"),
    [
        ("scale", "hết 1,5 tỷ đồng", "hết 1.500.000.000 đồng"),
        ("scale", "hết 1.500.000.000 đồng", "hết 1,5 tỷ đồng"),
        ("percent", "đạt 7,89% kế hoạch", "đạt 7,89 phần trăm kế hoạch"),
        ("count", "có 24 xã", "có hai mươi tư xã"),
        ("day", "vào 08/01/2031", "vào ngày 8 tháng 1 năm 2031"),
        ("abbreviation", "UBND tỉnh", "Ủy ban nhân dân tỉnh"),
    ],
)
def test_rewording_keeps_the_value(way: str, text: str, reworded: str) -> None:
    assert SPELLINGS[way](text, random.Random(0)) == reworded


def test_opening_time_moves_to_the_end() -> None:
    assert reorder("Năm 2030, xã xây 12 cầu.", random.Random(0)) == "Xã xây 12 cầu, năm 2030."


def test_alteration_takes_the_value_from_where_it_says() -> None:
    inside = alter(TEXT, TEXT, "number", True, [], random.Random(0))
    outside = alter(TEXT, TEXT, "number", False, [], random.Random(0))
    assert inside is not None
    assert outside is not None
    assert inside.now in TEXT
    assert outside.now not in TEXT


def test_verification_reaches_its_floors_on_the_shipped_documents() -> None:
    drafts = make_drafts(read_documents(["seeds", "articles", "xquad-vi"], None, None), 600)
    altered = [d.alteration for d in drafts if d.alteration]
    assert len(altered) == len(drafts) / 2
    assert sum(a.same_passage for a in altered) >= len(altered) / 3
    counts, _ = judge(drafts)
    assert {group: right_share(counts, group) >= floor for group, floor in FLOORS.items()} == dict.fromkeys(
        FLOORS, True
    )
