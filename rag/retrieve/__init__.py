"""From a question to the passages that may hold its answer: understand, search both legs, fuse.

Knows nothing of FAISS, tantivy or SQLite: :class:`rag.index.index.Index` stands in front of them.
"""

from __future__ import annotations

from rag.retrieve.hybrid import HybridRetriever
from rag.retrieve.understand import Query, understand, understand_for

__all__ = ["HybridRetriever", "Query", "understand", "understand_for"]
