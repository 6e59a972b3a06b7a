"""What each part of the retrieval earns: the questions of XQuAD-vi asked with parts left out.

``python -m evals.ablate [--into STORE]`` prints one Markdown row a variant, over the same copy of a store and in the
same columns as ``rag eval hidden``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click

from evals import hidden
from rag.index.index import Index
from rag.index.lexical import LexicalTerm
from rag.retrieve.hybrid import HybridRetriever, Weights
from rag.retrieve.understand import Query
from rag.text.syllables import bigrams, search_terms

_PLAIN = Weights(sentence=0.0, time=0.0, newest=0.0)
_DEPTH = 30


@dataclass(frozen=True, slots=True)
class Variant:
    """A retriever with something left out or weighed otherwise."""

    name: str
    dense_weight: float = 0.5
    weights: Weights = _PLAIN
    change: Callable[[Query], Query] = lambda query: query
    closer: bool = False

    def __call__(self, index: Index, query: Query) -> Sequence[int]:
        """Passages, best first."""
        reader = hidden.closer(index) if self.closer else None
        retriever = HybridRetriever(index, dense_weight=self.dense_weight, weights=self.weights, reader=reader)
        return [hit.passage.id for hit in retriever.retrieve(self.change(query), _DEPTH)]


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
    Variant("fusion + best sentence + time", weights=Weights()),
    Variant("fusion + best sentence + time + closer look (the product)", weights=Weights(), closer=True),
)


@click.command()
@click.option("--into", type=click.Path(exists=True, path_type=Path), help="Store to hide the contexts in.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("runs"), help="Folder that keeps the copy.")
@click.option("--typing", type=click.Choice(hidden.TYPINGS), default=hidden.TYPINGS[0], help="How questions are typed.")
@click.option("--only", default="", help="Variants whose names hold this.")
@click.option("--limit", type=int, default=0, help="First N questions of the mixed order.")
def main(into: Path | None, out: Path, typing: str, only: str, limit: int) -> None:
    """Print the table of variants."""
    contexts, asked = hidden.questions()
    index = hidden.open_index(hidden.put_in(hidden.place_for(into, out / ".stores"), contexts))
    chosen = hidden.typed(asked, typing)[: limit or None]
    click.echo(f"{index.n_passages} passages, {index.n_documents} documents\n\n{hidden.HEAD}")
    for variant in VARIANTS:
        if only in variant.name:
            click.echo(hidden.row(typing, variant.name, chosen, hidden.ask(index, variant, chosen)))


if __name__ == "__main__":
    main()
