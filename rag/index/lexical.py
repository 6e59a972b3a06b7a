"""Word search (tantivy, BM25) over syllables and pairs of them, with and without marks.

The text arrives cut into terms by :mod:`rag.text.syllables`; tantivy only splits at spaces, so both sides always agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any, Literal

import tantivy
from tantivy import FieldType, Occur, Query

from rag.index.chunk import passage_context
from rag.index.scored import Scored
from rag.index.sqlite.filters import is_storable
from rag.text.syllables import bigrams, search_terms
from rag.text.unicode import fold
from rag.types import Access, DocumentInfo, Filters

LEXICAL_FORMAT = 2
"""Raise when fields or terms change, so that indexes are built anew."""

Field = Literal["exact", "exact2", "folded", "folded2"]

_FIELDS: tuple[Field, ...] = ("exact", "exact2", "folded", "folded2")
_HEAP_BYTES = 64_000_000


@dataclass(frozen=True, slots=True)
class LexicalTerm:
    """One term of a query.

    :param field: ``exact`` (with marks) or ``folded`` (without); ``…2`` holds pairs joined by an underscore.
    :param weight: Factor of its BM25 score.
    """

    field: str
    text: str
    weight: float = 1.0


class LexicalIndex:
    """An index in a folder. Searching is safe from several threads; one writer at a time.

    :param folder: Made when missing.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._schema = _schema()
        self._index = tantivy.Index(self._schema, path=str(folder))

    def __len__(self) -> int:
        return int(self._index.searcher().num_docs)

    def update(self, removed: Iterable[int], added: Iterable[tuple[int, str, DocumentInfo]]) -> None:
        """Remove and add passages in one commit.

        :param added: Number, text and document of each passage.
        """
        writer = self._index.writer(_HEAP_BYTES, 1)
        for number in removed:
            writer.delete_documents_by_term("passage", number)
        for number, text, info in added:
            writer.add_document(_entry(number, text, info))
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()

    def search(
        self,
        terms: Sequence[LexicalTerm],
        top_k: int,
        filters: Filters | None = None,
        access: Access | None = None,
    ) -> tuple[Scored, ...]:
        """Passages that share terms with the query, best first by the weighted sum of BM25 scores.

        Filters and access are part of the query: what they shut out is never scored.
        """
        if not terms or top_k < 1:
            return ()
        wanted = Query.boolean_query([(Occur.Should, self._term(term)) for term in terms])
        limits = [Query.const_score_query(query, 0.0) for query in self._limits(filters or Filters(), access)]
        if limits:
            wanted = Query.boolean_query([(Occur.Must, query) for query in (wanted, *limits)])
        searcher = self._index.searcher()
        hits = searcher.search(wanted, top_k, count=False).hits
        numbers = searcher.fast_field_values("passage", [address for _score, address in hits])
        return tuple(Scored(int(number), score) for number, (score, _address) in zip(numbers, hits, strict=True))

    def count(self, field: str, text: str, access: Access | None = None) -> int:
        """How many passages that may be read hold a term."""
        wanted = [Query.term_query(self._schema, field, text, index_option="freq"), *self._limits(Filters(), access)]
        query = Query.boolean_query([(Occur.Must, query) for query in wanted])
        return int(self._index.searcher().search(query, 1, count=True).count)

    def frequency(self, field: str, text: str) -> int:
        """How many passages hold a term, in the statistics that scores are made with."""
        return int(self._index.searcher().doc_freq(field, text))

    def _term(self, term: LexicalTerm) -> Any:
        query = Query.term_query(self._schema, term.field, term.text, index_option="freq")
        return query if term.weight == 1.0 else Query.boost_query(query, term.weight)

    def _limits(self, filters: Filters, access: Access | None) -> list[Any]:
        found: list[Any] = []
        readable = access.collections if access is not None else None
        for column, values in (
            ("collection", readable),
            ("collection", filters.collections or None),
            ("publisher", filters.publishers or None),
            ("document", filters.documents or None),
        ):
            if values is not None:
                known = [value for value in values if is_storable(value)]
                found.append(Query.term_set_query(self._schema, column, known) if known else Query.empty_query())
        if filters.date_from or filters.date_to:
            first = (filters.date_from or date.min).toordinal()
            last = (filters.date_to or date.max).toordinal()
            found.append(Query.range_query(self._schema, "published", FieldType.Integer, first, last))
        return found


def _schema() -> Any:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("passage", indexed=True, fast=True)
    for field in _FIELDS:
        builder.add_text_field(field, tokenizer_name="whitespace", index_option="freq")
    for column in ("document", "collection", "publisher"):
        builder.add_text_field(column, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("published", indexed=True)
    return builder.build()


_folded = lru_cache(maxsize=1 << 16)(fold)
"""Words repeat: folding each once halves the time of making an entry."""


def _entry(number: int, text: str, info: DocumentInfo) -> Any:
    entry = tantivy.Document()
    entry.add_integer("passage", number)
    exact = [search_terms(part) for part in (passage_context(info), text)]
    for name, parts in (("exact", exact), ("folded", [[*map(_folded, terms)] for terms in exact])):
        entry.add_text(name, " ".join(chain.from_iterable(parts)))
        entry.add_text(f"{name}2", " ".join(chain.from_iterable(map(bigrams, parts))))
    for field, value in (("document", info.id), ("collection", info.collection), ("publisher", info.publisher)):
        entry.add_text(field, value)
    if info.published is not None:
        entry.add_integer("published", info.published.toordinal())
    return entry
