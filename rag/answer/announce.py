"""Sentences that only announce what is asked for: "đặt ra những thách thức đối với tỉnh." tells none of them.

News goes on with the thing itself in the next sentence, so that belongs to the answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.answer.kinds import LIST_NOUNS, plain_words
from rag.answer.question import Question
from rag.answer.short.base import Short
from rag.text.sentences import sentence_spans
from rag.text.unicode import fold
from rag.types import Document, Span

_ASKED = re.compile(r"\b([a-z]+ [a-z]+) (?:gi|nao)\b")
_SEVERAL = r"(?:nhung|mot so|nhieu|cac|khong it|hang loat|\d+|hai|ba|bon|nam|sau|bay|tam|chin|muoi) (?:[a-z]+ ){0,2}"
_TELLS = re.compile(r":|;|,[^,]+(?:,| va )|\b(?:la|nhu|gom|cu the)\b")
_SAYS_WHERE = re.compile(r"\b(?:sau day|duoi day|nhu sau|sau)\W*$")


def announces(question: Question, sentence: str, short: Short | None) -> bool:
    """Whether a sentence names several of what is asked for and tells none.

    :param short: What was found in it as the answer: behind that noun it tells.
    """
    plain = fold(sentence)
    for noun in _nouns(question) if question.wants_list else ():
        found = re.search(rf"\b{_SEVERAL}{noun}\b", plain)
        tells = found and (_TELLS.search(plain, found.end()) or (short and short.start >= found.end()))
        if found and (_SAYS_WHERE.search(plain) or not tells):
            return True
    return False


def announced(document: Document, at: Span) -> Span | None:
    """The sentence right behind, which tells what was announced; ``None`` at the end of a document."""
    spans = sentence_spans(document.text)
    return next((s for s in spans if s.start >= at.end), None)


def _nouns(question: Question) -> Iterator[str]:
    """What several are asked for of, folded: "thách thức" of "những thách thức gì"."""
    plain = plain_words(question.text)
    yield from (m.group(1) for m in _ASKED.finditer(plain))
    if question.wants_items and (noun := LIST_NOUNS.search(plain)):
        yield noun.group(1)
