"""Typing errors are put right from the corpus's own spellings, and only there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.correct import corrected, find_errors
from rag.text.unicode import fold, nfc

SENTENCE = "tỷ lệ hộ nghèo của tỉnh giảm còn năm phần trăm"


class Corpus:
    """A vocabulary of one sentence, met many times."""

    def __init__(self, sentence: str = SENTENCE, count: int = 200) -> None:
        self.words = sentence.split()
        self.count = count

    def spellings(self, folded: Sequence[str]) -> Mapping[str, Mapping[str, int]]:
        return {f: {w: self.count for w in self.words if fold(w) == f} for f in folded}

    def pairs(self, pairs: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], int]:
        known = set(zip(self.words, self.words[1:], strict=False))
        return {p: self.count for p in pairs if p in known}


def meant(question: str, corpus: Corpus | None = None) -> str:
    return corrected(question, find_errors(question, corpus or Corpus()))


@pytest.mark.parametrize("typed", ["hộ ngèho", "hộ nghoè", "hộ nghèoo", "hộ nnghèo", "hộ ngèo", "hộ nghfèo"])
def test_one_slip_is_put_right(typed: str) -> None:
    assert meant(typed) == "hộ nghèo"


def test_a_slip_in_a_word_typed_without_marks_is_put_right() -> None:
    assert meant("ho ngheeo") == "ho nghèo"


@pytest.mark.parametrize(("typed", "right"), [("giamm nghèo", "giảm nghèo"), ("giamm đốc", "giám đốc")])
def test_the_neighbour_decides_between_two_corrections(typed: str, right: str) -> None:
    assert meant(typed, Corpus("giảm nghèo giám đốc")) == right


def test_a_neighbour_that_agrees_makes_sure_and_none_does_not() -> None:
    assert [e.sure for e in find_errors("hộ nghèoo", Corpus())] == [True]
    assert [e.sure for e in find_errors("Nghèoo", Corpus())] == [False]


@pytest.mark.parametrize("question", ["UBND tỉnh", "bhyt", "12/NQ-CP", "thiết bị", "AI", "supercalifragilistic"])
def test_abbreviations_numbers_and_words_that_the_corpus_lacks_stay(question: str) -> None:
    assert find_errors(question, Corpus()) == ()


@given(st.permutations(SENTENCE.split()))
def test_words_that_the_corpus_spells_so_are_never_doubted(words: list[str]) -> None:
    assert find_errors(" ".join(words), Corpus()) == ()


@given(st.text(max_size=60))
def test_an_error_is_named_where_it_stands(text: str) -> None:
    question = nfc(text)
    for error in find_errors(question, Corpus()):
        assert question[error.start : error.end] == error.typed
        assert error.meant in Corpus().words
