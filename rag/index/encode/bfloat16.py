"""The bundled encoder's network in torch with bfloat16 products, for encoding in bulk on processors that have them.

Only the matrix products are in bfloat16; sums between the layers, norms and the mean stay float32, which keeps the
vectors within cosine 0.99999 of the float32 network (all of it in bfloat16: 0.996). Torch takes seconds and 300 MB to
import, so nothing here is touched when a question is asked or a few documents are added.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rag.types import EmbeddingMatrix

_BATCH_TOKENS = 2048
"""Tokens of one batch, padding included: what a layer works on then fits the processor's cache."""
_STEP = 32
"""Lengths are rounded up to a multiple: torch's attention is a third slower on odd ones, more than padding costs."""
_CPU_FLAGS = {"amx_bf16", "avx512_bf16"}
"""Any of them: without, torch would only imitate bfloat16."""


def has_bfloat16() -> bool:
    """Whether this processor multiplies bfloat16 itself; looks without importing torch."""
    try:
        with Path("/proc/cpuinfo").open(encoding="ascii", errors="replace") as stream:
            return any(line.startswith("flags") and not _CPU_FLAGS.isdisjoint(line.split()) for line in stream)
    except OSError:
        return False


@dataclass(frozen=True, slots=True)
class _Layer:
    """Weights of one layer: bfloat16 where they are multiplied, float32 in the norms."""

    qkv: tuple[Any, Any]
    out: tuple[Any, Any]
    out_norm: tuple[Any, Any]
    up: tuple[Any, Any]
    down: tuple[Any, Any]
    down_norm: tuple[Any, Any]


class Bfloat16Network:
    """Token ids to unit vectors.

    :param folder: The prepared sentence-transformers folder.
    :param threads: Threads of torch, for the whole process.
    :raises ImportError: If torch is not installed.
    :raises OSError: If the folder cannot be read.
    """

    def __init__(self, folder: Path, threads: int, *, heads: int = 12, pad: int = 1, epsilon: float = 1e-12) -> None:
        # With other work on the cores, OpenMP threads that spin while they wait slow each other down several times.
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        import torch
        from safetensors.torch import load_file

        torch.set_num_threads(threads)
        self._torch = torch
        self._heads, self._pad, self._epsilon = heads, pad, epsilon
        weights = load_file(folder / "model.safetensors")  # mapped: only the rows that are looked up are read
        self._tokens = weights["embeddings.word_embeddings.weight"]
        types = weights["embeddings.token_type_embeddings.weight"]
        self._positions = weights["embeddings.position_embeddings.weight"] + types[0]
        self._norm = self._pair(weights, "embeddings.LayerNorm")
        n_layers = 1 + max(int(name.split(".")[2]) for name in weights if name.startswith("encoder.layer."))
        self._layers = [self._layer(weights, f"encoder.layer.{i}") for i in range(n_layers)]

    def run(self, rows: Sequence[Sequence[int]]) -> EmbeddingMatrix:
        """(len(rows), dim) float32, rows of unit length."""
        vectors = np.empty((len(rows), self._tokens.shape[1]), dtype=np.float32)
        with self._torch.inference_mode():
            for batch in _batches(rows):
                vectors[batch] = self._run([rows[i] for i in batch]).numpy()
        return vectors

    def _run(self, rows: Sequence[Sequence[int]]) -> Any:
        torch, functional = self._torch, self._torch.nn.functional
        shape = (len(rows), _rounded(max(map(len, rows))))
        ids = np.full(shape, self._pad, dtype=np.int64)
        for i, row in enumerate(rows):
            ids[i, : len(row)] = row
        lengths = torch.tensor([len(row) for row in rows])
        mask = torch.arange(shape[1])[None, :] < lengths[:, None]
        hidden = self._tokens[torch.from_numpy(ids)] + self._positions[: shape[1]]
        hidden = self._normed(hidden, self._norm)
        for layer in self._layers:
            hidden = self._step(hidden, mask, layer)
        summed = (hidden * mask[:, :, None]).sum(dim=1)  # the mean's divisor cancels in the unit length
        return functional.normalize(summed, dim=-1)

    def _step(self, hidden: Any, mask: Any, layer: _Layer) -> Any:
        """One transformer layer, normalised after each half."""
        functional = self._torch.nn.functional
        batch, length, width = hidden.shape
        parts = self._product(hidden, layer.qkv).view(batch, length, 3, self._heads, width // self._heads)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        seen = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask[:, None, None, :])
        seen = seen.transpose(1, 2).reshape(batch, length, width)
        hidden = self._normed(hidden + self._product(seen, layer.out), layer.out_norm)
        wide = functional.gelu(self._product(hidden, layer.up))
        return self._normed(hidden + self._product(wide, layer.down), layer.down_norm)

    def _product(self, values: Any, weights: tuple[Any, Any]) -> Any:
        """Bfloat16 in and out; added to float32 it becomes float32 again."""
        return self._torch.nn.functional.linear(values.to(self._torch.bfloat16), *weights)

    def _normed(self, values: Any, weights: tuple[Any, Any]) -> Any:
        return self._torch.nn.functional.layer_norm(values, values.shape[-1:], *weights, self._epsilon)

    def _pair(self, weights: dict[str, Any], name: str) -> tuple[Any, Any]:
        return weights[f"{name}.weight"].clone(), weights[f"{name}.bias"].clone()

    def _layer(self, weights: dict[str, Any], name: str) -> _Layer:
        def small(*parts: str) -> tuple[Any, Any]:
            pairs = [self._pair(weights, f"{name}.{part}") for part in parts]
            matrix, bias = (self._torch.cat(side).to(self._torch.bfloat16) for side in zip(*pairs, strict=True))
            return matrix, bias

        return _Layer(
            qkv=small(*(f"attention.self.{part}" for part in ("query", "key", "value"))),
            out=small("attention.output.dense"),
            out_norm=self._pair(weights, f"{name}.attention.output.LayerNorm"),
            up=small("intermediate.dense"),
            down=small("output.dense"),
            down_norm=self._pair(weights, f"{name}.output.LayerNorm"),
        )


def _rounded(length: int) -> int:
    return -(-length // _STEP) * _STEP


def _batches(rows: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """Indexes of rows of one rounded length each, as many as a batch may hold."""
    order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
    batch: list[int] = []
    for i in order:
        if batch and (len(batch) + 1) * _rounded(len(rows[i])) > _BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch
