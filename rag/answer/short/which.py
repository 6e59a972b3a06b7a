"""Which document, and what a thing is."""

from __future__ import annotations

import re
from datetime import date

from rag.answer.match import coverage, words_of
from rag.answer.question import Question
from rag.answer.short.base import Short, in_question, placed
from rag.text.references import find_document_numbers

_COPULA = re.compile(r"\b(?:được gọi là|gọi là|có tên là|có nghĩa là|chính là|là)\s+")
_CLAUSE_END = re.compile(r"[,;:.!?…)]")
_SUBJECT_TOLD = 0.6
"""Share of the question's words that must stand before "là" for it to say what they are."""
_SUBJECT_NEAR = 30
"""Characters between the last of them and "là"."""


def find_reference(question: Question, sentence: str, _: date | None) -> Short | None:
    """The document that is asked for, by kind and number."""
    found = [
        placed(question, sentence, r.start, r.end)
        for r in find_document_numbers(sentence)
        if not in_question(r.text, question) and any(c.isdigit() for c in r.text)
    ]
    return max(found, key=lambda s: s.score, default=None)


def find_definition(question: Question, sentence: str, _: date | None) -> Short | None:
    """What stands after "là" when the words before it are the question's: "Đề án X là …"."""
    words = words_of(sentence)
    for copula in _COPULA.finditer(sentence):
        before = [n for term in question.terms for n in words.find(term) if words.starts[n] < copula.start()]
        told = coverage(question.terms, words_of(sentence[: copula.start()]))
        if not before or told < _SUBJECT_TOLD or copula.start() - max(words.starts[n] for n in before) > _SUBJECT_NEAR:
            continue
        end = _CLAUSE_END.search(sentence, copula.end())
        stop = end.start() if end else len(sentence)
        return Short(sentence[copula.end() : stop], copula.end(), stop, told)
    return None
