"""What is looked up once a passage is, for each sentence, to the last digit what the sentence alone would give."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.answer.match import coverage, pair_coverage, words_of
from rag.answer.question import analyse
from rag.answer.shares import Shares
from rag.text.sentences import sentence_spans

PASSAGE = (
    "Hội nghị của UBND tỉnh Thanh Lâm họp ngày 12/3/2021. Quốc hội thông qua Nghị quyết 88/2019/QH14 về dân tộc thiểu "
    "số; tỉnh có 1.200 hộ DTTS.\nNăm 2021 hộ nghèo giảm 4,5%, hộ cận nghèo giảm 2%. Hội làng mở nghị trường."
)
QUESTIONS = (
    "Hội nghị của UBND tỉnh Thanh Lâm họp khi nào?",
    "Tỉnh có bao nhiêu hộ dân tộc thiểu số?",
    "ty le ho ngheo giam bao nhieu nam 2021",
    "Nghị quyết 88 nói về gì?",
    "Ai?",
)


@pytest.mark.parametrize("text", QUESTIONS)
@pytest.mark.parametrize("weight", [1.0, 0.3])
def test_a_sentence_shares_as_much_as_it_does_alone(text: str, weight: float) -> None:
    question = analyse(text, text)
    telling = tuple(replace(t, weight=weight * t.weight) if i % 2 else t for i, t in enumerate(question.terms))
    shares = Shares(question.terms, telling, PASSAGE)
    for span in sentence_spans(PASSAGE):
        alone = words_of(PASSAGE[span.start : span.end])
        assert shares.of(span.start, span.end) == (coverage(telling, alone), pair_coverage(question.terms, alone))


def test_a_sentence_that_cuts_a_word_is_taken_apart_alone() -> None:
    question = analyse("Hội nghị họp ở đâu?", "Hội nghị họp ở đâu?")
    shares = Shares(question.terms, question.terms, PASSAGE)
    alone = words_of(PASSAGE[2:30])
    assert shares.of(2, 30) == (coverage(question.terms, alone), pair_coverage(question.terms, alone))
