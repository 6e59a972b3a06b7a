"""Reprints: the same article under several addresses is one hit, with the others listed.

Two passages are the same if they share most runs of four syllables and state the same figures. A correction ("đính
chính") repeats an article word for word with another figure, and must stay a hit of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from itertools import islice

from rag.text.syllables import search_terms
from rag.types import Hit

_RUN = 4
_SAME = 0.8
"""Share of the shorter passage's runs that the longer one has."""
_ENOUGH = 20
"""A passage with fewer runs (a headline, a signature) says too little to be called a reprint."""


class _Print:
    """What tells a passage: its figures, and its runs of syllables, which are made only where the figures agree."""

    def __init__(self, text: str) -> None:
        self._words = search_terms(text)
        self.figures = frozenset(w for w in self._words if w[0].isdigit())

    @cached_property
    def runs(self) -> frozenset[tuple[str, ...]]:
        words = self._words
        return frozenset(tuple(words[i : i + _RUN]) for i in range(len(words) - _RUN + 1))


def collapse(hits: Iterator[Hit], top_k: int) -> tuple[Hit, ...]:
    """The first hits that are not reprints of a better one; each lists the documents of its reprints.

    :param hits: Best first; no more are taken than needed.
    """
    kept: list[Hit] = []
    prints: list[_Print] = []
    for hit in islice(hits, 4 * top_k):
        own = _Print(hit.passage.text)
        same = next((i for i, other in enumerate(prints) if _reprinted(own, other, hit, kept[i])), None)
        if same is not None:
            kept[same] = _with_reprint(kept[same], hit)
        elif len(kept) < top_k:
            kept.append(hit)
            prints.append(own)
        else:
            break
    return tuple(kept)


def _reprinted(own: _Print, other: _Print, hit: Hit, better: Hit) -> bool:
    if hit.document.id == better.document.id or own.figures != other.figures:
        return False
    shorter = min(len(own.runs), len(other.runs))
    return shorter >= _ENOUGH and len(own.runs & other.runs) >= _SAME * shorter


def _with_reprint(better: Hit, hit: Hit) -> Hit:
    if any(info.id == hit.document.id for info in better.also):
        return better
    return replace(better, also=(*better.also, hit.document))
