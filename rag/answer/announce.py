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
_SEVERAL = (
    r"(?<!mot trong )(?:nhung|mot so|nhieu|cac|khong it|hang loat|\d+|hai|ba|bon|nam|sau|bay|tam|chin|muoi) "
    r"(?:[a-z]+ ){0,2}"
)
_REPORTS = r"(?:bao cao|tong ket|danh gia|cong bo|de ra|xac dinh|trien khai|thong bao) (?:[a-z]+ ){0,2}"
_TELLS = re.compile(r":|;|,[^,]+(?:,| va )|\b(?:la|nhu|gom|cu the)\b")
_SAYS_WHERE = re.compile(r"\b(?:sau day|duoi day|nhu sau|sau)\W*$")


def announces(question: Question, sentence: str, short: Short | None) -> bool:
    """Whether a sentence names several of what is asked for and tells none.

    :param short: What was found in it as the answer: behind that noun it tells.
    """
    plain = fold(sentence)
    for noun in _nouns(question) if question.wants_list else ():
        found = re.search(rf"\b(?:{_SEVERAL}|{_REPORTS}){noun}\b", plain)
        tells = found and (_TELLS.search(plain, found.end()) or (short and short.start >= found.end()))
        if found and (_SAYS_WHERE.search(plain) or not tells):
            return True
    return False


def announced(question: Question, document: Document, at: Span) -> tuple[Span, ...]:
    """The sentence right behind, which tells what was announced; of results, the figures of the rest of its paragraph.

    Empty at the end of a document.
    """
    behind = [s for s in sentence_spans(document.text) if s.start >= at.end]
    end = document.text.find("\n", at.end)
    paragraph = [s for s in behind if end < 0 or s.end <= end]
    told = [s for s in paragraph if re.search(r"\d", document.text[s.start : s.end])]
    results = _RESULTS.search(plain_words(question.text)) and told
    return tuple(told[:_MOST] if results else behind[:1])


_GOES_INTO_DETAIL = re.compile(r"(?:Cụ thể|Ví dụ|Chẳng hạn|Đó là)(?!\w)")


def detailed(document: Document, at: Span) -> Span | None:
    """The sentence right behind, where it opens by going into detail ("Cụ thể, …"); ``None`` elsewhere."""
    behind = next((s for s in sentence_spans(document.text) if s.start >= at.end), None)
    goes_on = behind is not None and _GOES_INTO_DETAIL.match(document.text, behind.start)
    return behind if goes_on else None


_RESULTS = re.compile(r"\b(?:ket qua|thanh tich|thanh tuu|chi tieu)\b")
_MOST = 8
"""Sentences of a paragraph of results that are given."""


def _nouns(question: Question) -> Iterator[str]:
    """What several are asked for of, folded: "thách thức" of "những thách thức gì"."""
    plain = plain_words(question.text)
    yield from (re.sub(r"^(?:nhung|cac) ", "", m.group(1)) for m in _ASKED.finditer(plain))
    if question.wants_items and (noun := LIST_NOUNS.search(plain)):
        yield noun.group(1)
