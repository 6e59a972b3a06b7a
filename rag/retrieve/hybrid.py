"""The retriever: candidates from both legs, scored by both, fused, the best looked at again, reprints joined.

Filters and access reach both legs before they search; nothing is thrown away afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from rag.index.index import Index
from rag.index.scored import Scored
from rag.retrieve.closer import CloserReader, look_closer
from rag.retrieve.definitions import abbreviated_in, defined_in
from rag.retrieve.duplicates import collapse
from rag.retrieve.fuse import Scores, fuse, zscore
from rag.retrieve.rerank import rarities, sentence_coverage
from rag.retrieve.times import agreement, recency, wants_newest
from rag.retrieve.understand import Query, with_abbreviations, with_definitions
from rag.types import Access, Filters, Hit

Vector = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Weights:
    """What the signals of the second look count beside the fused score, whose unit is a standard deviation.

    :param sentence: Best sentence's share of the question's terms, standardised.
    :param time: Agreement with the time that the question names, 0 to 1.
    :param newest: Place in time, 0 to 1, where the question asks for what is recent.
    """

    sentence: float = 0.3
    time: float = 0.2
    newest: float = 0.6


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that was looked at, and why it stands where it does.

    :param dense_rank: Place in the dense leg, from 1; 0 where that leg did not find it.
    :param lexical_rank: The same for the lexical leg.
    :param fused: Both legs' z-scores, weighted.
    :param sentence: Share of the question's terms that its best sentence holds, 0 to 1.
    :param time: Agreement with the time that the question names, 0 to 1.
    """

    hit: Hit
    dense_rank: int
    lexical_rank: int
    fused: float
    sentence: float
    time: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a search came to its hits.

    :param candidates: All passages that were looked at twice, best first, before reprints were joined and close
        ones were read.
    """

    query: Query
    hits: tuple[Hit, ...]
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """What the legs found: hits scored by both, best fused first, and each leg's ranks by passage."""

    query: Query
    hits: tuple[Hit, ...]
    dense_ranks: Mapping[int, int]
    lexical_ranks: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class HybridRetriever:
    """Finds passages by meaning and by words.

    :param n_candidates: Passages fetched by each leg before the fusion.
    :param dense_weight: Weight of the dense leg, 0 to 1.
    :param n_reranked: Best fused passages that are looked at again.
    :param reader: Reads the first passages where their scores are close; ``None`` leaves it to the scores.
    """

    index: Index
    n_candidates: int = 100
    dense_weight: float = 0.5
    n_reranked: int = 30
    weights: Weights = Weights()
    reader: CloserReader | None = None

    def retrieve(
        self, query: Query, top_k: int = 10, filters: Filters | None = None, access: Access | None = None
    ) -> tuple[Hit, ...]:
        """The best passages for a query, best first.

        :param top_k: How many to return at most.
        """
        return self.explain(query, top_k, filters, access).hits

    def explain(
        self, query: Query, top_k: int = 10, filters: Filters | None = None, access: Access | None = None
    ) -> Explanation:
        """The same with every candidate's scores."""
        defined = defined_in(self.index, query.text, access)
        query = with_definitions(query, defined) if defined else query
        vector = self.index.encode_query(query.encoded)
        found = self._search(query, vector, top_k, filters, access)
        if short := abbreviated_in([hit.passage for hit in found.hits], query.text, defined):
            query = with_abbreviations(query, short)
            found = self._search(query, vector, top_k, filters, access)
        if not found.hits:
            return Explanation(query, (), ())
        rare = rarities(query.terms, self.index.vocabulary(access), self.index.n_readable(access))
        rows = self._look_again(found, rare)
        hits = collapse((row.hit for row in rows), top_k)
        return Explanation(query, look_closer(query.text, hits, self.reader), rows)

    def _search(
        self, query: Query, vector: Vector, top_k: int, filters: Filters | None, access: Access | None
    ) -> _Found:
        """Ask both legs; the best of what either found, scored by both."""
        n = max(self.n_candidates, top_k)
        dense = self.index.search_dense(vector, n, filters, access)
        lexical = self.index.search_lexical(query.lexical, n, filters, access)
        ids = np.array(sorted({s.id for s in dense} | {s.id for s in lexical}), dtype=np.int64)
        if not len(ids):
            return _Found(query, (), {}, {})
        words = {s.id: s.score for s in lexical}
        cosines = self.index.dense_scores(vector, ids).astype(np.float64)
        bm25 = np.array([words.get(int(i), 0.0) for i in ids])
        best = np.argsort(-fuse(cosines, bm25, self.dense_weight), kind="stable")[: max(self.n_reranked, top_k)]
        return _Found(query, self._hits(ids[best], cosines[best], bm25[best]), _ranks(dense), _ranks(lexical))

    def _hits(self, ids: np.ndarray, cosines: Scores, bm25: Scores) -> tuple[Hit, ...]:
        """Passages with the scores of both legs; one that was purged meanwhile is left out."""
        passages = {p.id: p for p in self.index.store.passages([int(i) for i in ids])}
        infos = self.index.store.infos_of(passages.values())
        found = ((passages.get(int(i)), float(c), float(b)) for i, c, b in zip(ids, cosines, bm25, strict=True))
        return tuple(Hit(p, infos[p.id], 0.0, c, b) for p, c, b in found if p and p.id in infos)

    def _look_again(self, found: _Found, rare: Sequence[float]) -> tuple[Candidate, ...]:
        """The hits with their final scores, best first.

        :param rare: How much each term of the query tells.
        """
        query, hits = found.query, found.hits
        passages, infos = [hit.passage for hit in hits], [hit.document for hit in hits]
        fused = fuse(np.array([h.dense for h in hits]), np.array([h.lexical for h in hits]), self.dense_weight)
        sentence = sentence_coverage(query.terms, rare, passages, query.abbreviations)
        time = agreement(query.dates, passages, infos)
        score = fused + self.weights.sentence * zscore(sentence) + self.weights.time * time
        if wants_newest(query.text):
            score = score + self.weights.newest * recency(infos)
        return tuple(
            Candidate(
                replace(hits[i], score=float(score[i])),
                found.dense_ranks.get(passages[i].id, 0),
                found.lexical_ranks.get(passages[i].id, 0),
                float(fused[i]),
                float(sentence[i]),
                float(time[i]),
            )
            for i in np.argsort(-score, kind="stable")
        )


def _ranks(leg: Sequence[Scored]) -> dict[int, int]:
    return {scored.id: rank for rank, scored in enumerate(leg, 1)}
