"""Any model that sentence-transformers can load, for those who configure another encoder than the bundled one."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rag.errors import EncoderError
from rag.index.encode.base import E5_PASSAGE, E5_QUERY
from rag.lang import say
from rag.types import EmbeddingMatrix

_SMALL_FILE = 1 << 20
"""Files up to here (configuration) enter a local model's identity by content, larger ones (weights) by size."""


class TorchEncoder:
    """A sentence-transformers model. Models named ``…e5…`` get the prompts they were trained with.

    :param model: Name or folder of the model; nothing is downloaded.
    :param threads: Threads of torch; 0 = its own choice.
    :raises EncoderError: If the model is not on this machine.
    """

    def __init__(self, model: str, threads: int = 0) -> None:
        self._model = _load(model, local=True)
        if threads:
            import torch

            torch.set_num_threads(threads)
        self.name = model_name(model)
        self.dim = int(self._model.get_embedding_dimension())
        is_e5 = "e5" in Path(model).name.lower()
        self._query, self._passage = (E5_QUERY, E5_PASSAGE) if is_e5 else ("", "")

    def encode_queries(self, texts: Sequence[str]) -> EmbeddingMatrix:
        """Embed questions: (len(texts), dim) float32, rows of unit length."""
        return self._encode([self._query + text for text in texts])

    def encode_passages(self, texts: Sequence[str]) -> EmbeddingMatrix:
        """Embed passages: (len(texts), dim) float32, rows of unit length."""
        return self._encode([self._passage + text for text in texts])

    def _encode(self, texts: list[str]) -> EmbeddingMatrix:
        if not texts:
            return np.empty((0, self.dim), dtype=np.float32)
        # The prompt is already in the text: an empty one keeps the model from adding its own.
        vectors = self._model.encode(texts, prompt="", normalize_embeddings=True, show_progress_bar=False, batch_size=8)
        return np.asarray(vectors, dtype=np.float32)


def model_name(model: str) -> str:
    """Identity of a model: its name, and for a local folder also what is in it."""
    folder = Path(model)
    if not folder.is_dir():
        return model
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            size = path.stat().st_size
            digest.update(f"{path.relative_to(folder)}\0{size}\0".encode())
            digest.update(path.read_bytes() if size <= _SMALL_FILE else b"")
    return f"{folder.name}@{digest.hexdigest()[:12]}"


def fetch_model(model: str) -> None:
    """Make sure that a model is on this machine; the only place that may download one.

    :raises EncoderError: If it cannot be had.
    """
    try:
        _load(model, local=True)
    except EncoderError:
        _load(model, local=False)


def _load(model: str, *, local: bool) -> Any:
    from sentence_transformers import SentenceTransformer

    try:
        return SentenceTransformer(model, device="cpu", local_files_only=local)
    except (OSError, ValueError) as error:
        raise EncoderError(
            say(f"Không nạp được bộ mã hoá {model!r}; RAG_ENCODER cần mô hình đã có trên máy hoặc một thư mục.",
                f"Cannot load the encoder {model!r}; RAG_ENCODER needs a model that is on this machine, or a folder.")
        ) from error  # fmt: skip
