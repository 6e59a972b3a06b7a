"""Lists: the items that a sentence introduces, however the article lays them out.

News writes a list inside one sentence ("một số nhiệm vụ: a; b; c."), goes on in the next ("Đồng thời d; e."), or puts
each item on a line of its own. Items come back in the text's order, none left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.text.sentences import clause_spans, sentence_spans
from rag.text.unicode import fold
from rag.types import Document, Span

_GOES_ON = re.compile(
    r"(dong thoi|ben canh do|ngoai ra|cung voi do|song song|mat khac|tiep tuc|tiep do|cung do|them vao do|"
    r"thu (hai|ba|tu|nam|sau|bay|tam|chin)|hai la|ba la|bon la|nam la|sau la|bay la|cuoi cung)\b"
)
_FIRST = re.compile(r"(thu nhat|mot la|1[.)])\b")
_ITEM = re.compile(r"\s*([-–—•*+]|\d{1,2}[.)]|[a-zđ][.)]|[IVX]{1,4}[.)])\s+")
_MAX_ITEMS = 40


def list_items(document: Document, at: Span) -> tuple[Span, ...]:
    """The items of the list that begins at a sentence; empty when that sentence introduces none.

    :param at: The sentence that introduces the list or holds its beginning.
    :return: Spans of the items in the document, in order.
    """
    sentences = sentence_spans(document.text)
    first = next((i for i, s in enumerate(sentences) if s.start <= at.start < s.end), None)
    if first is None:
        return ()
    items = _inside(document.text, sentences[first])
    if items:
        items += _going_on(document.text, sentences[first + 1 :], bool(items))
    elif document.text[: sentences[first].end].rstrip().endswith(":"):
        items = _on_lines(document.text, sentences[first + 1 :])
    return tuple(items[:_MAX_ITEMS])


def _inside(text: str, sentence: Span) -> list[Span]:
    """Clauses after the introduction; a sentence with fewer than three is no list."""
    clauses = clause_spans(text, sentence)
    introduced = len(clauses) > 1 and text[clauses[0].start : clauses[0].end].rstrip().endswith(":")
    items = list(clauses[1:] if introduced else clauses)
    return items if len(items) >= (2 if introduced else 3) else []


def _going_on(text: str, following: Sequence[Span], listed: bool) -> list[Span]:
    """Sentences right behind that go on with the list ("Đồng thời …; …")."""
    items: list[Span] = []
    for sentence in following:
        plain = fold(text[sentence.start : sentence.end])
        if not (listed and _GOES_ON.match(plain)) or _introduces_another(plain):
            break
        items += clause_spans(text, sentence)
    return items


def _introduces_another(plain: str) -> bool:
    """Whether a sentence opens a list of its own ("Đồng thời đề xuất một số giải pháp: …")."""
    return bool(re.search(r"(:|nhu:|gom:)\s", plain))


def _on_lines(text: str, following: Sequence[Span]) -> list[Span]:
    items: list[Span] = []
    for sentence in following:
        line = text[sentence.start : sentence.end]
        if not (_ITEM.match(line) or _FIRST.match(fold(line)) or _GOES_ON.match(fold(line)) or line.endswith(";")):
            break
        items.append(sentence)
    return items
