from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.restore import restore
from rag.text.unicode import canonical_tones, fold, lower
from tests.text.vietnamese import VIETNAMESE

CORPUS = """
tỷ lệ hộ nghèo năm 2020 của tỉnh còn 7,89%. kết quả công tác dân tộc năm 2020 của ban dân tộc tỉnh.
chương trình 135 đã khởi công mới bao nhiêu công trình. nhiệm vụ trọng tâm năm 2021 là gì.
họ tên các hộ dân. hồ nước lớn của huyện. ông nghèo
khó. người nam và người nữ. phía nam của tỉnh. miền nam việt nam. con đường mới. còn nhiều hộ nghèo. bàn ghế của trường.
ban chỉ đạo tỉnh họp bàn về công tác giảm nghèo. tình hình của các hộ nghèo ở huyện. tính đến nay. dân tộc thiểu số.
"""


class CountedVocabulary:
    """Counts of a small text."""

    def __init__(self, text: str) -> None:
        sentences = [re.findall(r"[^\W\d_]+", s) for s in canonical_tones(lower(text)).split(".")]
        self._words = Counter(word for words in sentences for word in words)
        self._pairs = Counter(pair for words in sentences for pair in pairwise(words))

    def spellings(self, folded: Sequence[str]) -> Mapping[str, Mapping[str, int]]:
        return {f: {w: n for w, n in self._words.items() if fold(w) == f} for f in folded}

    def pairs(self, pairs: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], int]:
        return {pair: self._pairs[pair] for pair in pairs if pair in self._pairs}


VOCABULARY = CountedVocabulary(CORPUS)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ty le ho ngheo nam 2020", "tỷ lệ hộ nghèo năm 2020"),
        ("Ty le ho ngheo nam 2020?", "Tỷ lệ hộ nghèo năm 2020?"),
        ("TY LE HO NGHEO", "TỶ LỆ HỘ NGHÈO"),
        ("ban dan toc tinh", "ban dân tộc tỉnh"),
        ("mien nam viet nam", "miền nam việt nam"),
        ("chuong trinh 135 khoi cong moi bao nhieu cong trinh", "chương trình 135 khởi công mới bao nhiêu công trình"),
        ("tỷ lệ ho ngheo nam 2020", "tỷ lệ hộ nghèo năm 2020"),
        ("co bao nhieu ho", "có bao nhiêu hộ"),
        ("tinh nao con ho ngheo", "tỉnh nào còn hộ nghèo"),
        ("mien nam 2020 co bao nhieu truong", "miền nam 2020 có bao nhiêu trường"),
        ("ho ngheo cua tinh, huyen", "hộ nghèo của tỉnh, huyện"),
    ],
)
def test_missing_marks_are_given_back(typed: str, meant: str) -> None:
    restored = restore(typed, VOCABULARY)
    assert restored.text == meant
    assert restored.changed
    assert 0.5 < restored.confidence <= 1


@pytest.mark.parametrize(
    "question",
    [
        "Kết quả công tác dân tộc năm 2020 của ban dân tộc tỉnh?",
        "Phía nam của tỉnh còn nhiều hộ nghèo?",
        "Ban Chỉ đạo tỉnh họp bàn về con đường mới",
        "What is the result of the programme in this year?",
        "UBND DTTS 2020",
        "",
        "2020?",
    ],
)
def test_a_question_that_misses_nothing_stays_as_it_is(question: str) -> None:
    restored = restore(question, VOCABULARY)
    assert (restored.text, restored.changed, restored.confidence) == (question, False, 1.0)


@given(VIETNAMESE)
def test_only_marks_change_and_marked_syllables_never_do(text: str) -> None:
    restored = restore(text, VOCABULARY)
    assert fold(restored.text) == fold(text)
    assert [c.isupper() for c in restored.text] == [c.isupper() for c in text]
    assert all(new == old for new, old in zip(restored.text, text, strict=True) if fold(old) != old.lower())


@given(st.lists(st.sampled_from([s.strip() for s in CORPUS.split(".") if s.strip()]), min_size=1, max_size=2))
def test_a_corpus_sentence_with_its_marks_is_never_harmed(sentences: list[str]) -> None:
    text = " ".join(" ".join(sentences).split())
    assert restore(text, VOCABULARY).text == text


def test_asking_words_are_asking_words_whatever_the_corpus_says_most() -> None:
    news = CountedVocabulary("báo đưa tin nhiều. báo nhiều lần. báo nhiều kỳ. báo nói nhiều. số công trình là.")
    assert restore("so cong trinh la bao nhieu", news).text == "số công trình là bao nhiêu"


def test_unknown_words_and_an_empty_corpus_change_nothing() -> None:
    assert restore("ho ngheo", CountedVocabulary("")).text == "ho ngheo"
