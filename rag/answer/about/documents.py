"""Document numbers and other bare numbers that a question names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.answer.about.base import Difference, Setting
from rag.answer.match import words_of
from rag.answer.question import Question, key
from rag.text.references import find_document_numbers, refers_to
from rag.text.syllables import tokens
from rag.text.unicode import fold


def reference_differences(question: Question, sentence: str, setting: Setting) -> tuple[Difference, ...]:
    """Documents that the question names by number and neither sentence, passage nor title has."""
    wanted = [r for r in question.references if any(c.isdigit() for c in r.text)]
    if not wanted:
        return ()
    known = find_document_numbers(f"{sentence}\n{setting.passage}\n{setting.title}")
    return tuple(
        Difference("reference", r.text, ", ".join([k.text for k in known if k.kind == r.kind][:3]))
        for r in wanted
        if not any(refers_to(r, k) or refers_to(k, r) for k in known)
    )


def number_differences(question: Question, sentence: str, setting: Setting) -> tuple[Difference, ...]:
    """Bare numbers of the question, years, dates and document numbers apart ("lần thứ 12", "135")."""
    taken = [(d.start, d.end) for d in question.dates] + [(r.start, r.end) for r in question.references]
    asked = [
        t.text
        for t in tokens(question.text)
        if t.text[0].isdigit() and not any(start <= t.start < end for start, end in taken)
    ]
    known = [words_of(text) for text in (setting.title, setting.passage, sentence)] if asked else []
    absent = [number for number in asked if not any(k.has(key(number)) for k in known)]
    return (*(Difference("number", number) for number in absent), *_other_models(question.text, sentence))


_MODEL = re.compile(r"(?<![\w-])(?!covid|sars|ncov)(?:[a-z]{1,4}-\d{1,4}[a-z]{0,2})(?![\w-])", re.IGNORECASE)


def _other_models(asked: str, sentence: str) -> Iterator[Difference]:
    """Another model of the series: "F-16" where "F-35" is asked for."""
    told = [m.group() for m in _MODEL.finditer(sentence)]
    for model in (m.group() for m in _MODEL.finditer(asked)):
        series = [t for t in told if _series(t) == _series(model)]
        if series and key(model) not in {key(t) for t in series}:
            yield Difference("number", model, series[0])


def _series(model: str) -> str:
    return fold(model).partition("-")[0]
