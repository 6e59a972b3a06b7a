"""Serves the bundled encoder through ONNX Runtime: neither torch nor transformers is imported."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rag.index.encode.base import E5_PASSAGE, E5_QUERY
from rag.index.encode.segment import Segmenter
from rag.types import EmbeddingMatrix

FOLDER = "onnx"
MODEL, PIECES, SCORES, TABLE = "model.onnx", "pieces.txt", "scores.npy", "segmenter.json"

_BATCH_TOKENS = 2048
"""Tokens of one batch, padding included. Small batches keep the working memory near 100 MB; on two cores they are as
fast as large ones (measured: 26 passages a second at 1,000 tokens, 20 at 8,000)."""

_SPIN_US = "20"
"""Microseconds that a thread waits awake: 8.2 ms a question on two cores, 10.4 asleep at once, 9.5 spinning on."""


class OnnxEncoder:
    """The bundled encoder.

    :param folder: The ``onnx`` folder made by :func:`rag.index.encode.bundled.prepare_bundled`.
    :param threads: Threads for one text; 0 = the cores this process may use.
    """

    def __init__(self, folder: Path, name: str, dim: int, threads: int = 0) -> None:
        self.name = name
        self.dim = dim
        self.folder = folder
        self.segmenter = load_segmenter(folder)
        self.threads = threads or len(os.sched_getaffinity(0))
        self._session = open_session(folder / MODEL, self.threads)

    def encode_queries(self, texts: Sequence[str]) -> EmbeddingMatrix:
        """Embed questions: (len(texts), dim) float32, rows of unit length."""
        return self._encode([E5_QUERY + text for text in texts])

    def encode_passages(self, texts: Sequence[str]) -> EmbeddingMatrix:
        """Embed passages: (len(texts), dim) float32, rows of unit length."""
        return self._encode([E5_PASSAGE + text for text in texts])

    def _encode(self, texts: Sequence[str]) -> EmbeddingMatrix:
        rows = [self.segmenter.ids(text) for text in texts]
        vectors = np.empty((len(rows), self.dim), dtype=np.float32)
        for batch in _batches(rows):
            vectors[batch] = self._run([rows[i] for i in batch])
        return vectors

    def _run(self, rows: Sequence[Sequence[int]]) -> EmbeddingMatrix:
        shape = (len(rows), max(map(len, rows)))
        ids = np.full(shape, self.segmenter.pad, dtype=np.int64)
        mask = np.zeros(shape, dtype=np.int64)
        for i, row in enumerate(rows):
            ids[i, : len(row)] = row
            mask[i, : len(row)] = 1
        vectors: EmbeddingMatrix = self._session.run(None, {"ids": ids, "mask": mask})[0]
        return vectors


def load_segmenter(folder: Path) -> Segmenter:
    """Read the tokenizer's table from a prepared ``onnx`` folder."""
    pieces = (folder / PIECES).read_text(encoding="utf-8").split("\n")
    scores = np.load(folder / SCORES, allow_pickle=False).tolist()
    table = json.loads((folder / TABLE).read_text(encoding="utf-8"))
    bos, eos, pad, unk = table["specials"]
    return Segmenter(pieces, scores, table["replacements"], (bos, eos, pad, unk))


def open_session(path: Path, threads: int) -> Any:
    """A session of ONNX Runtime on the processor.

    :param threads: For one input.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Threads that go to sleep at once cost a fifth of a question in wake-ups; those that spin for long, as they do
    # unless told otherwise, fight with whatever else runs on the cores.
    options.add_session_config_entry("session.intra_op.spin_duration_us", _SPIN_US)
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def _batches(rows: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """Indexes of rows of similar length, so that little of a batch is padding."""
    order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
    batch: list[int] = []
    for i in order:
        if batch and (len(batch) + 1) * len(rows[i]) > _BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch
