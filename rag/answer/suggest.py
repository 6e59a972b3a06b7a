"""First questions to offer, drawn from what is indexed: each is one that the named article can answer."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rag.text.names import find_people
from rag.text.numbers import find_quantities
from rag.text.sentences import sentence_spans
from rag.text.unicode import fold
from rag.types import Document

_LIST = re.compile(r"(?:một số |những |các )?((?:nhiệm vụ|giải pháp|mục tiêu|nội dung)(?: trọng tâm| chủ yếu| chính)?)")
_COUNTED = re.compile(r"\s*([a-zà-ỹđ]+ [a-zà-ỹđ]+)")
_DONE = re.compile(r"\b((?:đã|được|tặng|trao|hỗ trợ|xây dựng|khen thưởng|có)(?: [^\W\d_]+){0,5}) $")
_TITLE_CHARS = 90


def suggest(documents: Iterable[Document], n: int) -> tuple[str, ...]:
    """Up to ``n`` questions, one or two an article, the kinds mixed."""
    rows = [_questions(document) for document in documents]
    mixed = [q for turn in zip(*(_padded(row) for row in rows), strict=True) for q in turn if q] if rows else []
    return tuple(dict.fromkeys(mixed))[:n]


def _padded(questions: list[str], length: int = 4) -> list[str]:
    return (questions + [""] * length)[:length]


def _questions(document: Document) -> list[str]:
    found = [_topic(document), _listing(document), _counting(document), _speaking(document)]
    return [q for q in found if q]


def _topic(document: Document) -> str:
    title = document.info.title.strip(" .")
    return f"Bài “{title}” nêu những gì?" if 0 < len(title) <= _TITLE_CHARS else ""


def _listing(document: Document) -> str:
    for span in sentence_spans(document.text):
        sentence = document.text[span.start : span.end]
        found = _LIST.search(sentence)
        if found and ";" in sentence and ":" in sentence:
            year = re.search(r"năm ((?:19|20)\d\d)", document.info.title)
            when = f" năm {year.group(1)}" if year and "nhiem vu" in fold(found.group(1)) else ""
            return f"{found.group(1).capitalize()}{when} là gì?"
    return ""


def _counting(document: Document) -> str:
    """A figure, the noun it counts and the verb before it: "tặng … 11 cá nhân" asks "bao nhiêu cá nhân"."""
    for span in sentence_spans(document.text):
        sentence = document.text[span.start : span.end]
        for quantity in find_quantities(sentence):
            noun = _COUNTED.match(sentence, quantity.end)
            if quantity.unit or noun is None:
                continue
            verb = _DONE.search(sentence[: quantity.start])
            if verb:
                return f"{verb.group(1).capitalize()} bao nhiêu {noun.group(1)}?"
    return ""


def _speaking(document: Document) -> str:
    for span in sentence_spans(document.text):
        sentence = document.text[span.start : span.end]
        if find_people(sentence) and re.search(r"phát biểu", sentence):
            return "Ai phát biểu tại hội nghị?" if "hội nghị" in sentence else "Ai phát biểu?"
    return ""
