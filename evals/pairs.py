"""Does a question with an abbreviation find what the same question in full words finds?

``rag eval pairs --store DIR`` draws passages of a store, cuts a few words around an abbreviation out of each, and
searches for them twice: with the abbreviation and with its words. Two kinds: abbreviations of the table, and
those that a document defines itself. No question is written by hand, and none is kept.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rag.index.store import Store
from rag.retrieve.hybrid import HybridRetriever
from rag.retrieve.understand import understand_for
from rag.text.abbreviations import expansion, find_definitions, table
from rag.types import Passage

_AROUND = 7
"""Words kept on each side of the abbreviation."""
_WORD = re.compile(r"[^\W_](?:[\w]|[-&/.](?=\w))*")
_DRAWN = 512


@dataclass(frozen=True, slots=True)
class Pair:
    """The same words with an abbreviation and without.

    :param kind: ``table`` or ``defined``.
    """

    kind: str
    short: str
    full: str


def pairs(store: Store, n: int, seed: int = 0) -> list[Pair]:
    """Up to ``n`` pairs of each kind, each from another passage; an abbreviation comes in three pairs at most."""
    numbers = store.passage_ids().tolist()
    random.Random(seed).shuffle(numbers)
    found: dict[str, list[Pair]] = {"table": [], "defined": []}
    met: dict[str, int] = {}
    for at in range(0, len(numbers), _DRAWN):
        for passage in store.passages(numbers[at : at + _DRAWN]):
            for kind, make in (("table", _from_table), ("defined", _defined)):
                drawn = next((x for x in make(passage, store) if met.get(x[0], 0) < 3), None)
                if drawn and len(found[kind]) < n:
                    met[drawn[0]] = met.get(drawn[0], 0) + 1
                    found[kind].append(Pair(kind, drawn[1], drawn[2]))
        if all(len(some) >= n for some in found.values()):
            break
    return [pair for some in found.values() for pair in some]


Drawn = tuple[str, str, str]


def _from_table(passage: Passage, store: Store) -> Iterator[Drawn]:
    """Abbreviations of the table that a passage uses: the abbreviation, and the words around it both ways."""
    for match in _WORD.finditer(passage.text):
        if match.group() in table():
            yield match.group(), *_both(passage, match, table()[match.group()])


def _defined(passage: Passage, store: Store) -> Iterator[Drawn]:
    """Abbreviations that a passage defines, where another passage of its document uses them."""
    for definition in find_definitions(passage.text):
        if expansion(definition.short):
            continue
        for other in store.passages_of(passage.document_id):
            uses = (m for m in _WORD.finditer(other.text) if m.group() == definition.short and other.id != passage.id)
            yield from ((definition.short, *_both(other, match, definition.long)) for match in uses)


def _both(passage: Passage, match: re.Match[str], long: str) -> tuple[str, str]:
    """The words around an abbreviation in its sentence, with it and with what it stands for."""
    text, base = passage.text, passage.start
    start, end = next(
        ((s.start - base, s.end - base) for s in passage.sentences if s.start - base <= match.start() < s.end - base),
        (0, len(text)),
    )
    before = " ".join(text[start : match.start()].split()[-_AROUND:])
    after = " ".join(text[match.end() : end].split()[:_AROUND])
    return f"{before} {match.group()} {after}".strip(), f"{before} {long} {after}".strip()


def agreement(retriever: HybridRetriever, drawn: Sequence[Pair], tick: Callable[[], None] = lambda: None) -> list[bool]:
    """For each pair whether both searches have the same first document."""
    same = []
    for pair in drawn:
        same.append(_first(retriever, pair.short) == _first(retriever, pair.full))
        tick()
    return same


def _first(retriever: HybridRetriever, question: str) -> str:
    hits = retriever.retrieve(understand_for(retriever.index, question), 1)
    return hits[0].document.id if hits else ""
