"""Where the evidence of a case lies in the documents as they were stored. Pure functions.

A loader may tidy white space, so that characters move; the words of the evidence are looked for with any white space
between them, nearest to where the dataset says.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evals.samples import Case, Evidence
from rag.text.unicode import clean
from rag.types import Span

Documents = Mapping[tuple[str, str], Mapping[str, Any]]
"""(document id, version) -> row with ``source`` (file name) and ``text``."""


@dataclass(frozen=True, slots=True)
class Place:
    """Evidence found in a stored document.

    :param group: What is needed: one place of each group that is not optional.
    :param span: Characters of the stored text.
    :param focus: The part that holds the fact; the whole span where the dataset names none.
    """

    document: tuple[str, str]
    group: str
    span: Span
    focus: Span
    optional: bool

    def touches(self, document: tuple[str, str], start: int, end: int, *, fact: bool = False) -> bool:
        """Whether a span of a document overlaps the place (its fact, if asked)."""
        mine = self.focus if fact else self.span
        return document == self.document and start < mine.end and mine.start < end


def places(case: Case, documents: Documents) -> tuple[tuple[Place, ...], bool]:
    """Locate the evidence of a case.

    :return: What was found, and whether all of it can be judged: evidence in a document that was never found or cited
        needs no place; evidence whose words are missing from its document cannot be judged.
    """
    found: list[Place] = []
    judged = True
    for number, item in enumerate(case.evidence):
        for key, row in documents.items():
            if row["source"] != item.document:
                continue
            place = _place(item, item.group or f"#{number}", key, row["text"])
            found += [place] if place else []
            judged &= place is not None
    return tuple(found), judged


def groups(case: Case) -> frozenset[str]:
    """The names of what is needed: each group, and each piece of evidence that belongs to none."""
    return frozenset(item.group or f"#{i}" for i, item in enumerate(case.evidence) if not item.optional)


def touched(
    found: Sequence[Place], document: tuple[str, str], start: int, end: int, *, fact: bool = False
) -> frozenset[str]:
    """The groups that a span of a document overlaps."""
    return frozenset(p.group for p in found if not p.optional and p.touches(document, start, end, fact=fact))


def _place(item: Evidence, group: str, document: tuple[str, str], text: str) -> Place | None:
    span = _find(item, text)
    if span is None:
        return None
    focus = span
    if item.focus and item.start is not None:
        focus = _inside(item.quote, item.start, item.focus, span.start)
    return Place(document, group, span, focus, item.optional)


def _inside(quote: str, start: int, focus: Span, found: int) -> Span:
    """The focus, moved with the quote that begins at ``start`` in the dataset and at ``found`` in the store."""
    first, last = (len(clean(quote[: edge - start])) for edge in (focus.start, focus.end))
    return Span(found + first, found + last)


def _find(item: Evidence, text: str) -> Span | None:
    if not item.quote:
        return Span(item.start or 0, item.end or 0) if (item.end or 0) <= len(text) else None
    words = [re.escape(word) for word in clean(item.quote).split()]
    spans = [Span(*match.span()) for match in re.finditer(r"\s+".join(words), text)]
    return min(spans, key=lambda span: abs(span.start - (item.start or 0)), default=None)
