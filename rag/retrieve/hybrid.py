"""The retriever: candidates from both legs, scored by both, fused, best first.

Filters and access reach both legs before they search; nothing is thrown away afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rag.index.index import Index
from rag.retrieve.fuse import fuse
from rag.retrieve.understand import Query
from rag.types import Access, Filters, Hit


@dataclass(frozen=True, slots=True)
class HybridRetriever:
    """Finds passages by meaning and by words.

    :param n_candidates: Passages fetched by each leg before the fusion.
    :param dense_weight: Weight of the dense leg, 0 to 1.
    """

    index: Index
    n_candidates: int = 100
    dense_weight: float = 0.5

    def retrieve(
        self, query: Query, top_k: int = 10, filters: Filters | None = None, access: Access | None = None
    ) -> tuple[Hit, ...]:
        """The best passages for a query, best first.

        :param top_k: How many to return at most.
        """
        vector = self.index.encode_query(query.text)
        dense = self.index.search_dense(vector, self.n_candidates, filters, access)
        lexical = self.index.search_lexical(query.lexical, self.n_candidates, filters, access)
        ids = np.array(sorted({s.id for s in dense} | {s.id for s in lexical}), dtype=np.int64)
        if not len(ids):
            return ()
        found = {s.id: s.score for s in lexical}
        cosines = self.index.dense_scores(vector, ids).astype(np.float64)
        bm25 = np.array([found.get(int(i), 0.0) for i in ids])
        fused = fuse(cosines, bm25, self.dense_weight)
        order = np.argsort(-fused, kind="stable")[:top_k]
        return self._hits(ids[order], fused[order], cosines[order], bm25[order])

    def _hits(self, ids: np.ndarray, fused: np.ndarray, cosines: np.ndarray, bm25: np.ndarray) -> tuple[Hit, ...]:
        passages = {p.id: p for p in self.index.store.passages([int(i) for i in ids])}
        infos = {d.id: d for d in self.index.store.documents({p.document_id for p in passages.values()})}
        return tuple(
            Hit(passages[int(i)], infos[passages[int(i)].document_id], float(f), float(c), float(b))
            for i, f, c, b in zip(ids, fused, cosines, bm25, strict=True)
            if int(i) in passages
        )
