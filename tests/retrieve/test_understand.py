from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from rag.index.lexical import LexicalTerm
from rag.retrieve.understand import understand


class Counts:
    """A vocabulary of one sentence: "tỷ lệ hộ nghèo giảm"."""

    _words = ("tỷ", "lệ", "hộ", "nghèo", "giảm")
    _folded = ("ty", "le", "ho", "ngheo", "giam")

    def spellings(self, folded: Sequence[str]) -> Mapping[str, Mapping[str, int]]:
        table = dict(zip(self._folded, self._words, strict=True))
        return {f: {table[f]: 5} for f in folded if f in table}

    def pairs(self, pairs: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], int]:
        known = set(zip(self._words, self._words[1:], strict=False))
        return {p: 5 for p in pairs if p in known}


def test_marks_are_restored_for_the_encoder_and_folded_words_searched() -> None:
    query = understand("ty le ho ngheo", Counts())
    assert query.text == "tỷ lệ hộ nghèo"
    assert query.restored
    weights = {(t.field, t.text): t.weight for t in query.lexical}
    assert weights["folded", "ngheo"] > weights["exact", "nghèo"] > 0
    assert ("folded2", "ho_ngheo") in weights


def test_question_with_marks_is_left_as_typed_and_searched_exactly() -> None:
    query = understand("Tỷ lệ hộ nghèo?", Counts())
    assert query.text == "Tỷ lệ hộ nghèo?"
    assert not query.restored
    assert {t.field for t in query.lexical} == {"exact", "exact2"}


def test_decomposed_letters_mean_the_same() -> None:
    import unicodedata

    typed = "Tỷ lệ hộ nghèo?"
    assert understand(unicodedata.normalize("NFD", typed), Counts()) == understand(typed, Counts())


def test_relative_words_count_from_today() -> None:
    query = understand("Tỷ lệ hộ nghèo năm ngoái", Counts(), today=date(2031, 5, 1))
    assert [d.year for d in query.dates] == [2030]


def test_each_term_is_sent_once() -> None:
    terms = [(t.field, t.text) for t in understand("hộ nghèo hộ nghèo", Counts()).lexical]
    assert len(terms) == len(set(terms))


def test_passages_that_share_the_letters_decide_which_marks_were_meant() -> None:
    asked: list[list[str]] = []

    def texts(terms: Sequence[LexicalTerm]) -> Sequence[str]:
        asked.append([term.text for term in terms])
        return ["Hồ nghèo cá."] * 9

    assert understand("ho ngheo", Counts()).text == "hộ nghèo"
    assert understand("ho ngheo", Counts(), texts=texts).text == "hồ nghèo"
    assert asked == [["ho", "ngheo", "ho_ngheo"]]


def test_a_question_with_its_marks_looks_no_passages_up() -> None:
    def texts(terms: Sequence[LexicalTerm]) -> Sequence[str]:
        raise AssertionError

    assert understand("Tỷ lệ hộ nghèo?", Counts(), texts=texts).text == "Tỷ lệ hộ nghèo?"
