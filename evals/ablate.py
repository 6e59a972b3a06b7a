"""What each part of the retrieval earns: the questions of XQuAD-vi asked with parts left out.

``python -m evals.ablate --store DIR [--articles FILE.jsonl]`` puts the 240 contexts, and articles to hide them among,
into a store and prints one Markdown row a variant. Documents are ranked by their best passage. Both halves of the
contexts' articles (parted by a hash of the title) are shown: what only helps one of them is luck.
"""

from __future__ import annotations

import hashlib
import json
import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter

import click
import numpy as np

from evals.derive import DERIVATIONS
from evals.samples import Case
from rag.index.index import Index
from rag.index.ingest import ingest
from rag.index.lexical import LexicalTerm
from rag.retrieve.hybrid import HybridRetriever, Weights
from rag.retrieve.understand import Query, understand_for
from rag.settings import Settings
from rag.text.syllables import bigrams, search_terms

_DATA = Path(__file__).parent / "datasets" / "xquad-vi" / "xquad.vi.json"
_PLAIN = Weights(sentence=0.0, time=0.0, newest=0.0)
_DEPTH = 30


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of the set, the row id of its context, and its article's half."""

    question: str
    document: str
    half: str


@dataclass(frozen=True, slots=True)
class Variant:
    """A retriever with something left out or weighed otherwise."""

    name: str
    dense_weight: float = 0.5
    weights: Weights = _PLAIN
    change: Callable[[Query], Query] = lambda query: query


def _without_pairs(query: Query) -> Query:
    return replace(query, lexical=tuple(t for t in query.lexical if not t.field.endswith("2")))


def _as_typed(query: Query) -> Query:
    """No expansion, no restoring, no correction: the words as they stand."""
    words = search_terms(query.typed)
    terms = [LexicalTerm("exact", w) for w in words] + [LexicalTerm("exact2", p) for p in bigrams(words)]
    return replace(query, lexical=tuple(dict.fromkeys(terms)), encoded=query.typed)


VARIANTS = (
    Variant("dense alone", dense_weight=1.0),
    Variant("words alone, without pairs", dense_weight=0.0, change=_without_pairs),
    Variant("words alone", dense_weight=0.0),
    Variant("fusion of the question as typed", change=_as_typed),
    Variant("fusion", dense_weight=0.5),
    Variant("fusion, .7 dense", dense_weight=0.7),
    Variant("fusion + best sentence", weights=replace(_PLAIN, sentence=Weights().sentence)),
    Variant("fusion + best sentence + time (the product)", weights=Weights()),
)


def questions() -> tuple[dict[str, str], list[Asked]]:
    """Contexts by row id, and all questions in an order that mixes the articles."""
    contexts: dict[str, str] = {}
    asked: list[Asked] = []
    for article in json.loads(_DATA.read_text(encoding="utf-8"))["data"]:
        half = "AB"[hashlib.sha256(article["title"].encode()).digest()[0] % 2]
        for number, paragraph in enumerate(article["paragraphs"]):
            name = f"{article['title']}-{number}"
            contexts[name] = paragraph["context"]
            asked += [Asked(item["question"], name, half) for item in paragraph["qas"]]
    random.Random(0).shuffle(asked)
    return contexts, asked


def prepare(store: Path, articles: Sequence[Path]) -> Index:
    """A store with the contexts and the articles; one that is there already is taken as it is."""
    settings = Settings.load(store)
    if store.exists() and not articles:
        return Index.open(settings)
    with tempfile.TemporaryDirectory() as folder:
        rows = Path(folder) / "xquad.jsonl"
        lines = (json.dumps({"id": name, "text": text}, ensure_ascii=False) for name, text in questions()[0].items())
        rows.write_text("\n".join(lines), encoding="utf-8")
        ingest([rows, *articles], settings)
    return Index.open(settings)


def ranks(index: Index, variant: Variant, asked: Sequence[Asked]) -> Iterator[tuple[int, float]]:
    """For each question the rank of its document (0 where it is not among the first), and the seconds it took."""
    retriever = HybridRetriever(index, dense_weight=variant.dense_weight, weights=variant.weights)
    for one in asked:
        started = perf_counter()
        query = variant.change(understand_for(index, one.question))
        hits = retriever.retrieve(query, _DEPTH)
        taken = perf_counter() - started
        found = list(dict.fromkeys(hit.document.key for hit in hits))
        yield next((i for i, key in enumerate(found, 1) if key.endswith(one.document)), 0), taken


def row(variant: Variant, asked: Sequence[Asked], results: Sequence[tuple[int, float]]) -> str:
    """One line of the table."""
    places = np.array([place for place, _taken in results])
    halves = np.array([one.half for one in asked])
    first, ten = places == 1, (places > 0) & (places <= 10)
    shares = [first.mean(), ten.mean(), first[halves == "A"].mean(), first[halves == "B"].mean()]
    median = 1000 * float(np.median([taken for _place, taken in results]))
    return f"| {variant.name} | " + " | ".join(f"{share:.3f}" for share in shares) + f" | {median:.0f} |"


def _typed(question: str, typing: str, number: int) -> str:
    """The question as someone types it; as it is where the derivation changes nothing."""
    cases = DERIVATIONS[typing]({}, (Case(str(number), question, "other", answerable=False),), 0)[1]
    return cases[0].question if cases else question


@click.command()
@click.option("--store", type=click.Path(path_type=Path), required=True, help="Folder of the store; made when missing.")
@click.option("--articles", type=click.Path(exists=True, path_type=Path), multiple=True, help="Articles to hide among.")
@click.option("--typing", default="", help="Derivation of the questions: no-marks, half-marks, typo, upper, …")
@click.option("--only", default="", help="Variants whose names hold this.")
@click.option("--limit", type=int, default=0, help="First N questions of the mixed order.")
def main(store: Path, articles: tuple[Path, ...], typing: str, only: str, limit: int) -> None:
    """Print the table of variants."""
    index = prepare(store, articles)
    asked = questions()[1][: limit or None]
    if typing:
        asked = [replace(one, question=_typed(one.question, typing, i)) for i, one in enumerate(asked)]
    click.echo(f"{index.n_passages} passages of {index.n_documents} documents, {len(asked)} questions {typing}\n")
    click.echo("| variant | R@1 | R@10 | R@1 half A | R@1 half B | median ms |\n| --- | --- | --- | --- | --- | --- |")
    for variant in VARIANTS:
        if only in variant.name:
            click.echo(row(variant, asked, list(ranks(index, variant, asked))))


if __name__ == "__main__":
    main()
