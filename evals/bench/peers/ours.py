"""The product itself, through the same door: ``ingest`` and the retriever's hits."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from evals.bench.peers.base import TOP_K, Row, Search
from rag.settings import Settings


def ingest(rows: Sequence[Row], model: str, folder: Path) -> int:
    """See :class:`evals.bench.peers.base.Peer`; the model is the bundled one, which the folder was made from."""
    from rag.index.ingest import ingest as take_in

    source = folder / "rows.jsonl"
    lines = (json.dumps({"id": row.id, "title": row.title, "text": row.text}, ensure_ascii=False) for row in rows)
    source.write_text("\n".join(lines), encoding="utf-8")
    report = take_in([source], Settings.load(folder / "store"))
    source.unlink()
    return report.encoded


def load(model: str, folder: Path) -> Search:
    """See :class:`evals.bench.peers.base.Peer`."""
    from evals.hidden import open_retriever
    from rag.index.index import Index
    from rag.retrieve.understand import understand_for

    index = Index.open(Settings.load(folder / "store"))
    retriever = open_retriever(index)

    def search(question: str) -> list[str]:
        hits = retriever.retrieve(understand_for(index, question), TOP_K)
        return [hit.document.key.rpartition("#")[2] for hit in hits]

    return search
