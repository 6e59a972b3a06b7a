from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from rag.retrieve.rerank import rarities, sentence_coverage
from rag.retrieve.understand import Term
from rag.types import Passage, Span


class Counts:
    def spellings(self, folded: Sequence[str]) -> Mapping[str, Mapping[str, int]]:
        table = {"nam": {"năm": 900, "nam": 100}, "ngheo": {"nghèo": 5}}
        return {f: table.get(f, {}) for f in folded}

    def pairs(self, pairs: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], int]:
        return {}


def passage(*sentences: str) -> Passage:
    text, spans = "", []
    for sentence in sentences:
        spans.append(Span(100 + len(text), 100 + len(text) + len(sentence)))
        text += sentence + " "
    return Passage(1, "a", "v", 0, 100, 100 + len(text) - 1, text[:-1], tuple(spans))


def exact(*words: str) -> tuple[Term, ...]:
    return tuple(Term(word, False) for word in words)


def test_rare_words_weigh_more_than_frequent_ones() -> None:
    often, seldom = rarities(exact("năm", "nghèo"), Counts(), 1000)
    assert 0 < often < seldom


def test_a_word_typed_without_marks_counts_with_all_its_spellings() -> None:
    loose, marked = rarities((Term("nam", True), Term("nam", False)), Counts(), 1000)
    assert loose < marked


def test_terms_in_one_sentence_beat_the_same_terms_in_two() -> None:
    terms, weights = exact("hộ", "nghèo"), (1.0, 1.0)
    together, apart = passage("Hộ nghèo giảm.", "Hết."), passage("Có hộ.", "Còn nghèo.")
    assert sentence_coverage(terms, weights, [together, apart]).tolist() == [1.0, 0.5]


def test_rare_terms_make_up_more_of_the_share() -> None:
    shares = sentence_coverage(exact("năm", "nghèo"), (1.0, 3.0), [passage("Một năm."), passage("Hết nghèo.")])
    assert shares.tolist() == [0.25, 0.75]


def test_a_loose_term_agrees_with_any_marks_and_an_exact_one_with_its_own() -> None:
    found = sentence_coverage((Term("ngheo", True),), (1.0,), [passage("Hộ nghèo.")])
    assert found.tolist() == [1.0]
    assert sentence_coverage(exact("ngheo"), (1.0,), [passage("Hộ nghèo.")]).tolist() == [0.0]


def test_a_question_of_function_words_prefers_nothing() -> None:
    assert sentence_coverage((), (), [passage("Hộ nghèo."), passage("Hết.")]).tolist() == [0.0, 0.0]


@pytest.mark.parametrize("form", ["HỘ NGHÈO.", "ho\u0323\u0302 nghe\u0300o."])
def test_capitals_and_decomposed_letters_agree(form: str) -> None:
    assert sentence_coverage(exact("hộ", "nghèo"), (1.0, 1.0), [passage(form)]).tolist() == [1.0]


def test_a_sentence_holds_the_words_of_its_abbreviations() -> None:
    terms, told = exact("ủy", "ban", "họp"), (1.0, 1.0, 2.0)
    found = passage("UBND tỉnh họp.", "Ủy ban tỉnh đi.")
    long = {"ubnd": frozenset({"ủy", "ban", "nhân", "dân"})}
    assert sentence_coverage(terms, told, [found]).tolist() == [0.5]
    assert sentence_coverage(terms, told, [found], long).tolist() == [1.0]
