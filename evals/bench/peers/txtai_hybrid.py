"""txtai with ``hybrid=True``: vectors and BM25, both weighted alike, contents kept.

Texts are cut into paragraphs by its ``Segmentation``, e5's prefixes are its ``instructions``.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from txtai import Embeddings
from txtai.pipeline import Segmentation

from evals.bench.peers.base import PASSAGE, QUERY, TOP_K, Row, Search


def ingest(rows: Sequence[Row], model: str, folder: Path) -> int:
    """See :class:`evals.bench.peers.base.Peer`."""
    cut = Segmentation(paragraphs=True)
    parts = [(f"{row.id}/{i}", part) for row in rows for i, part in enumerate(cut(row.content))]
    embeddings = Embeddings(
        path=model, instructions={"query": QUERY, "data": PASSAGE}, hybrid=True, content=True, gpu=False
    )
    embeddings.index(parts)
    embeddings.save(str(folder))
    return len(parts)


def load(model: str, folder: Path) -> Search:
    """See :class:`evals.bench.peers.base.Peer`; the model's path is part of what was saved."""
    embeddings = Embeddings()
    embeddings.load(str(folder))
    return lambda question: [hit["id"].rpartition("/")[0] for hit in embeddings.search(question, TOP_K)]
