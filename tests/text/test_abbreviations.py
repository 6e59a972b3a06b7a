from __future__ import annotations

from importlib.resources import files

import pytest
from hypothesis import given

from rag.text.abbreviations import abbreviation_of, expand, expansion, find_definitions, table
from rag.text.unicode import fold, nfc
from tests.text.vietnamese import STORED


def test_at_least_three_hundred_abbreviations_are_known_and_each_once() -> None:
    lines = (files("rag.text") / "abbreviations.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if line and not line.startswith("#")]
    assert len(rows) == len(table()) >= 300
    assert all(line == nfc(line) and line.count("\t") == 1 for line in rows)


def test_every_abbreviation_is_shorter_than_what_it_stands_for() -> None:
    assert all(len(short) < len(long) for short, long in table().items())


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("UBND", "Ủy ban nhân dân"), ("ubnd", "Ủy ban nhân dân"), ("dtts", "dân tộc thiểu số"),
        ("HĐND", "Hội đồng nhân dân"), ("hdnd", "Hội đồng nhân dân"), ("KT-XH", "kinh tế - xã hội"),
        ("CTMTQG", "chương trình mục tiêu quốc gia"), ("NTM", "nông thôn mới"), ("BHYT", "bảo hiểm y tế"),
    ],
)  # fmt: skip
def test_an_abbreviation_is_expanded_also_in_small_letters(short: str, long: str) -> None:
    assert expansion(short) == long


@pytest.mark.parametrize("word", ["nghèo", "cap", "the", "tỉnh", "hộ", "pho", ""])
def test_a_word_is_no_abbreviation(word: str) -> None:
    assert expansion(word) is None


@pytest.mark.parametrize("phrase", ["Ủy ban nhân dân", "uỷ ban nhân dân", "ỦY BAN  NHÂN DÂN", "uy ban nhan dan"])
def test_a_phrase_is_abbreviated_in_any_spelling(phrase: str) -> None:
    assert abbreviation_of(phrase) == "UBND"


def test_a_question_is_said_another_way() -> None:
    assert expand("ubnd tỉnh hỗ trợ đồng bào dtts") == ("Ủy ban nhân dân", "dân tộc thiểu số")
    assert expand("ủy ban nhân dân tỉnh") == ("UBND",)
    assert expand("ho ngheo dan toc thieu so") == ("DTTS",)
    assert expand("hộ nghèo năm 2020") == ()


def test_what_a_document_defines_wins() -> None:
    assert expand("UBDT họp", {"UBDT": "Ủy ban Du lịch thành phố"}) == ("Ủy ban Du lịch thành phố",)


@pytest.mark.parametrize(
    ("text", "short", "long"),
    [
        ("của Ủy ban Dân tộc (UBDT) nêu", "UBDT", "Ủy ban Dân tộc"),
        ("Sở Giáo dục và Đào tạo (GD&ĐT)", "GD&ĐT", "Giáo dục và Đào tạo"),
        ("Tổ công tác liên ngành (sau đây gọi là TCTLN)", "TCTLN", "Tổ công tác liên ngành"),
        ("xây dựng nông thôn mới (viết tắt: NTM)", "NTM", "nông thôn mới"),
    ],
)
def test_a_definition_in_brackets_is_found(text: str, short: str, long: str) -> None:
    (found,) = find_definitions(text)
    assert (found.short, found.long) == (short, long)
    assert text[found.start : found.end].startswith(long)


@pytest.mark.parametrize("text", ["tỉnh Lạng Sơn (VTV)", "năm (2020)", "hộ (UBND)", "Dân tộc; Ủy ban (DTUB)"])
def test_other_brackets_define_nothing(text: str) -> None:
    assert find_definitions(text) == ()


@given(STORED)
def test_initials_agree_with_the_words_they_stand_for(text: str) -> None:
    for found in find_definitions(text):
        assert fold(found.long)[0] == fold(found.short)[0]
