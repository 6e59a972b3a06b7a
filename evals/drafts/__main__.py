"""``python -m evals.drafts``: does the verification catch what is wrong and let pass what is right?

Sentences of documents, each with the passage that it would cite. Half of them have one value altered, two in five of
these to another value of the same kind from the same passage; the other half say the same in other spellings or order.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from evals.drafts.alter import Alteration, alter
from evals.drafts.reword import SHAPES, SPELLINGS, Reword
from evals.drafts.values import KINDS, Kind, find_values
from evals.stats import wilson
from evals.suite import load_suite
from rag.answer.verify import Source, problems
from rag.index.chunk import chunk_document
from rag.types import Document, DocumentInfo

_SHARES: dict[bool, dict[Kind, float]] = {
    False: {"number": 0.3, "date": 0.2, "reference": 0.1, "unit": 0.2, "name": 0.2},
    True: {"number": 0.4, "date": 0.2, "reference": 0.05, "unit": 0.1, "name": 0.25},
}
"""How the alterations are shared out; what a corpus has too few of goes to the kinds that it has."""
_SAME_PASSAGE = 0.4
FLOORS = {"elsewhere": 0.99, "same passage": 0.90, "faithful": 0.99}


@dataclass(frozen=True, slots=True)
class Draft:
    """A sentence as a model might write it, and what it cites.

    :param how: Rewordings made.
    """

    text: str
    source: Source
    how: tuple[str, ...] = ()
    alteration: Alteration | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    sentence: str
    source: Source


def make_drafts(documents: Sequence[Document], n: int, seed: int = 0) -> list[Draft]:
    """``n`` drafts, half of them altered; the same for the same documents and seed."""
    draw = random.Random(seed)
    places = [p for d in documents for p in _places(d) if find_values(p.sentence)]
    draw.shuffle(places)
    pool = sorted({v.text for p in places for v in find_values(p.source.text) if v.kind == "name"})
    faithful = [_faithful(p, draw) for p in _cycled(places, n // 2)]
    altered: list[Draft] = []
    for same in (True, False):
        wanted = round(n / 2 * (_SAME_PASSAGE if same else 1 - _SAME_PASSAGE))
        altered += _altered(places, wanted, same, pool, draw)
    return [*faithful, *altered]


def _cycled(places: Sequence[_Place], n: int) -> Iterator[_Place]:
    return (places[i % len(places)] for i in range(n))


def _places(document: Document) -> Iterator[_Place]:
    for passage in chunk_document(document, 900):
        source = Source(document.text[passage.start : passage.end], document.info.title, document.info.published)
        for span in passage.sentences:
            sentence = " ".join(document.text[span.start : span.end].split())
            if 40 <= len(sentence) <= 400:
                yield _Place(sentence, source)


def _reworded(text: str, ways: Iterable[tuple[str, Reword]], draw: random.Random) -> tuple[str, tuple[str, ...]]:
    how: list[str] = []
    for name, way in ways:
        changed = way(text, draw) if draw.random() < 0.6 else text
        if changed != text:
            text, how = changed, [*how, name]
    return text, tuple(how)


def _faithful(place: _Place, draw: random.Random) -> Draft:
    text, how = _reworded(place.sentence, [*SHAPES.items(), *SPELLINGS.items()], draw)
    return Draft(text, place.source, how)


def _altered(places: Sequence[_Place], n: int, same: bool, pool: Sequence[str], draw: random.Random) -> list[Draft]:
    made: list[Draft] = []
    quota = {kind: round(n * share) for kind, share in _SHARES[same].items()}
    for enough in (False, True):  # a second turn fills up what some kinds had too few of
        for place in places:
            kinds = [k for k in KINDS if enough or quota[k] > 0]
            if len(made) >= n or not kinds:
                break
            draft = _one_altered(place, kinds, same, pool, draw)
            if draft and draft.alteration:
                made.append(draft)
                quota[draft.alteration.kind] -= 1
    return made


def _one_altered(
    place: _Place, kinds: list[Kind], same: bool, pool: Sequence[str], draw: random.Random
) -> Draft | None:
    text, shapes = _reworded(place.sentence, SHAPES.items(), draw)
    draw.shuffle(kinds)
    for kind in kinds:
        known = "\n".join((place.source.text, place.source.title, str(place.source.published or "")))
        made = alter(text, place.source.text if same else known, kind, same, pool, draw)
        if made:
            spelt, spellings = _reworded(made.text, SPELLINGS.items(), draw)
            return Draft(spelt, place.source, (*shapes, *spellings), made)
    return None


def judge(drafts: Iterable[Draft]) -> tuple[dict[str, Counter[str]], list[Draft]]:
    """Counts of drafts and of rejected ones for each group, and the drafts that were judged wrongly."""
    counts: dict[str, Counter[str]] = {}
    missed = []
    for draft in drafts:
        rejected = bool(problems(draft.text, [draft.source]))
        for group in _groups(draft):
            count = counts.setdefault(group, Counter())
            count["n"] += 1
            count["rejected"] += rejected
        if rejected != (draft.alteration is not None):
            missed.append(draft)
    return counts, missed


def _groups(draft: Draft) -> list[str]:
    if draft.alteration is None:
        return ["faithful", *(f"faithful: {how}" for how in draft.how or ("as it stands",))]
    where = "same passage" if draft.alteration.same_passage else "elsewhere"
    return [where, f"{where}: {draft.alteration.kind}"]


def right_share(counts: dict[str, Counter[str]], group: str) -> float:
    """Share of a group that was judged rightly, 0 to 1."""
    count = counts[group]
    rejected = count["rejected"] / count["n"]
    return 1.0 - rejected if group.startswith("faithful") else rejected


def read_documents(suites: Sequence[str], articles: Path | None, store: Path | None) -> list[Document]:
    """Documents of suites, of a file of articles (``.jsonl`` or ``.jsonl.gz``), or of a store."""
    if store:
        from rag.index.index import Index
        from rag.settings import Settings

        with_store = Index.open(Settings.load(store)).store
        found = (with_store.document(info.id) for info in with_store.list_documents())
        return [d for d in found if d is not None]
    if articles:
        from evals.bench.corpus import read_articles

        rows = list(read_articles(articles))
        return [_document(str(i), row["title"], row["text"], row.get("published", "")) for i, row in enumerate(rows)]
    texts = {name: text for suite in suites for name, text in load_suite(suite).documents.items()}
    return [_document(name, text.split("\n", 1)[0], text, "") for name, text in texts.items()]


def _document(name: str, title: str, text: str, published: str) -> Document:
    day = date.fromisoformat(published[:10]) if published else None
    return Document(DocumentInfo(name, name, "v", "default", name, title, published=day), text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Make drafts, judge them, print the figures; 1 where a floor is missed."""
    parser = argparse.ArgumentParser(prog="python -m evals.drafts", description=__doc__)
    parser.add_argument("--n", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--suite", default="seeds,articles,xquad-vi", help="suites whose documents are used")
    parser.add_argument("--articles", type=Path, help="a .jsonl or .jsonl.gz file of articles instead")
    parser.add_argument("--store", type=Path, help="the documents of a store instead")
    parser.add_argument("--show", type=int, default=0, help="print so many drafts that were judged wrongly")
    given = parser.parse_args(arguments)
    drafts = make_drafts(read_documents(given.suite.split(","), given.articles, given.store), given.n, given.seed)
    counts, missed = judge(drafts)
    for group in sorted(counts):
        count, share = counts[group], right_share(counts, group)
        interval = wilson(round(share * count["n"]), count["n"])
        print(f"{group:28} n={count['n']:5}  right {share:.3f}  ({interval.low:.3f}–{interval.high:.3f})")
    for draft in missed[: given.show]:
        found = [f"{p.kind}: {p.value}" for p in problems(draft.text, [draft.source])]
        print(f"\n{draft.how} {draft.alteration}\n  {draft.text}\n  {found}")
    return int(any(right_share(counts, group) < floor for group, floor in FLOORS.items() if group in counts))


if __name__ == "__main__":
    sys.exit(main())
