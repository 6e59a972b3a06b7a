"""What an encoder is: text to unit vectors, with the prompts its model was trained with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

from rag.types import EmbeddingMatrix

E5_QUERY, E5_PASSAGE = "query: ", "passage: "

Progress = Callable[[str, int, int | None], None]
"""Told ``(stage, done, total)``; total is ``None`` where it is not known."""


@runtime_checkable
class Encoder(Protocol):
    """Makes embeddings. Safe to use from several threads at once."""

    @property
    def name(self) -> str:
        """Identity of the model; vectors of encoders with different names are never compared."""

    @property
    def dim(self) -> int:
        """Length of a vector."""

    def encode_queries(self, texts: Sequence[str]) -> EmbeddingMatrix:
        """Embed questions: (len(texts), dim) float32, rows of unit length."""

    def encode_passages(self, texts: Sequence[str]) -> EmbeddingMatrix:
        """Embed passages: (len(texts), dim) float32, rows of unit length."""
