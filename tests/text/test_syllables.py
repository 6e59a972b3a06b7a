from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given

from rag.text.syllables import (
    FOLDED_FUNCTION_WORDS,
    FUNCTION_WORDS,
    bigrams,
    content_terms,
    folded_terms,
    is_function_word,
    search_terms,
    tokens,
)
from rag.text.unicode import canonical_tones, fold
from tests.text.vietnamese import ANYTHING, VIETNAMESE, nfd


@given(ANYTHING)
def test_tokens_stand_in_the_text_in_order(text: str) -> None:
    found = tokens(text)
    assert all(text[t.start : t.end] == t.text for t in found)
    assert all(a.end <= b.start for a, b in pairwise(found))


@given(ANYTHING)
def test_no_letter_or_digit_is_left_out(text: str) -> None:
    kept = "".join(t.text for t in tokens(text))
    assert sum(c.isalpha() for c in kept) == sum(c.isalpha() for c in text)
    assert sum(c.isdecimal() for c in kept) == sum(c.isdecimal() for c in text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.200 hộ, 7,89% (8/1)", ["1.200", "hộ", "7,89", "8/1"]),
        ("Nghị quyết 88/2019/QH14, 12-NQ/TU.", ["Nghị", "quyết", "88/2019/QH14", "12-NQ/TU"]),
        ("kinh tế–xã hội", ["kinh", "tế", "xã", "hội"]),
        ("giai đoạn 2021-2030", ["giai", "đoạn", "2021", "2030"]),
        ("COVID-19, F0, QH14", ["COVID", "19", "F0", "QH14"]),
        ("176tỷ", ["176", "tỷ"]),
        ("… – “”", []),
    ],
)
def test_text_is_cut_into_words(text: str, expected: list[str]) -> None:
    assert [t.text for t in tokens(text)] == expected


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("1.200", ("1200",)), ("1.234,50 ha", ("1234,50", "ha")), ("08/01/2021", ("8/1/2021", "8/1", "2021")),
        ("Thông tư 02", ("thông", "tư", "2")), ("12/NQ-CP", ("12/nq-cp", "12", "nq", "cp")), ("0", ("0",)),
    ],
)  # fmt: skip
def test_numbers_are_searched_in_one_form(text: str, terms: tuple[str, ...]) -> None:
    assert search_terms(text) == terms


@given(VIETNAMESE)
def test_normal_form_case_and_tone_placement_make_no_difference(text: str) -> None:
    assert search_terms(nfd(text)) == search_terms(text)
    assert search_terms(canonical_tones(text)) == search_terms(text)


@given(VIETNAMESE)
def test_folded_terms_have_no_marks(text: str) -> None:
    assert all(fold(term) == term for term in folded_terms(text))


@given(VIETNAMESE)
def test_each_neighbouring_pair_becomes_one_bigram(text: str) -> None:
    terms = search_terms(text)
    assert len(bigrams(terms)) == max(0, len(terms) - 1)


def test_function_words_are_told_from_words_of_content() -> None:
    assert is_function_word("của")
    assert not is_function_word("nghèo")
    assert is_function_word("khong", folded=True)
    assert content_terms(("bao", "nhiêu", "hộ", "nghèo")) == ("hộ", "nghèo")


def test_function_words_are_spelt_in_search_form() -> None:
    assert all(canonical_tones(word.lower()) == word for word in FUNCTION_WORDS)
    assert all(fold(word) == word for word in FOLDED_FUNCTION_WORDS)


@pytest.mark.parametrize(
    ("number", "first"),
    [
        ("1234/UBDT-CSDT", "1234/ubdt-csdt"), ("22 - NQ/TW", "22-nq/tw"), ("14/NQ–CP", "14/nq-cp"),
        ("01/2020/TT-UBDT", "1/2020/tt-ubdt"), ("30a/2008/NQ-CP", "30a/2008/nq-cp"), ("900/QĐ-TTg", "900/qđ-ttg"),
    ],
)  # fmt: skip
def test_a_document_number_is_one_unit_however_it_is_typed(number: str, first: str) -> None:
    assert search_terms(number)[0] == first
    assert search_terms(number.lower()) == search_terms(number)
