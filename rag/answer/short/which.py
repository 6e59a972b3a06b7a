"""Which document, and what a thing is."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from rag.answer.match import coverage, words_of
from rag.answer.question import Question
from rag.answer.short.base import Short, in_question, placed
from rag.text.references import find_document_numbers
from rag.text.unicode import fold

_COPULA = re.compile(r"\b(?:được gọi là|gọi là|có tên là|có nghĩa là|chính là|là)\s+")
_CLAUSE_END = re.compile(r"[,;:.!?…)]")
_SUBJECT_TOLD = 0.6
"""Share of the question's words that must stand before "là" for it to say what they are."""
_SUBJECT_NEAR = 30
"""Characters between the last of them and "là"."""


def find_reference(question: Question, sentence: str, _: date | None) -> Short | None:
    """The document that is asked for, by kind and number; of several, the one of the body that is asked for."""
    named = find_document_numbers(sentence)
    ends = (*(r.start for r in named[1:]), len(sentence))
    found = []
    for reference, end in zip(named, ends, strict=False):
        if in_question(reference.text, question) or not any(c.isdigit() for c in reference.text):
            continue
        short = placed(question, sentence, reference.start, reference.end)
        issued = _is_issued_by(question, sentence[reference.end : min(end, reference.end + _ISSUER_REACH)])
        found.append(replace(short, score=short.score + _ISSUED * issued))
    return max(found, key=lambda s: s.score, default=None)


_ISSUER_REACH = 60
"""Characters behind a document number in which the body that issued it is named: "ngày 18/11/2019 của Quốc hội"."""
_ISSUED = 0.5
_ISSUER = re.compile(
    r"\bcua ((?:quoc hoi|chinh phu|thu tuong|bo|so|hdnd|ubnd|tinh uy|huyen uy|ban|uy ban)\b(?: [a-z]+)?)"
)


def _is_issued_by(question: Question, behind: str) -> bool:
    """Whether the words behind a document number name the body that the question names."""
    asked, told = _ISSUER.search(fold(question.text)), _ISSUER.search(fold(behind))
    if asked is None or told is None:
        return False
    shorter, longer = sorted((asked.group(1), told.group(1)), key=len)
    return longer.startswith(shorter)


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
