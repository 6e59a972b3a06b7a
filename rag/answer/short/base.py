"""What all finders of short answers share."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.answer.match import closeness
from rag.answer.question import Question
from rag.text.names import find_names
from rag.text.unicode import fold


@dataclass(frozen=True, slots=True)
class Short:
    """A short answer: ``sentence[start:end] == text`` unless completed by ``derived``.

    :param score: How near it stands to the question's words, 0 to about 1.5; compared inside one question.
    :param derived: The value completed from elsewhere ("8/1/2021"), empty where it stands as written.
    """

    text: str
    start: int
    end: int
    score: float
    derived: str = ""


def placed(question: Question, sentence: str, start: int, end: int) -> Short:
    """The words of a sentence as a short answer, scored by how near the question's words stand."""
    return Short(sentence[start:end], start, end, closeness(question.own_terms, sentence, start, end))


def in_question(name: str, question: Question) -> bool:
    """Whether the question has a name already, so that it cannot be what it asks for."""
    return fold(name) in fold(question.text)


def names(question: Question, sentence: str) -> list[Short]:
    """Proper names that the question does not have already."""
    return [
        placed(question, sentence, n.start, n.end)
        for n in find_names(sentence)
        if not in_question(n.text, question) and not _is_document(n.text)
    ]


def _is_document(name: str) -> bool:
    return any(c.isdigit() for c in name) or bool(re.match(r"(nghị|quyết|thông|luật|chỉ thị|kế hoạch)", name.lower()))
