"""The reader's network in torch, for training: the encoder's layers, of which only the upper ones learn, and a head."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional

_BERT = {
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


class _Linear(nn.Linear):
    """Weights are kept as float32 and multiplied as bfloat16."""

    def forward(self, values: Any) -> Any:
        return functional.linear(values, self.weight.to(values.dtype), self.bias.to(values.dtype))


class _Norm(nn.LayerNorm):
    def forward(self, values: Any) -> Any:
        shape, dtype = self.normalized_shape, values.dtype
        return functional.layer_norm(values, shape, self.weight.to(dtype), self.bias.to(dtype), self.eps)


class Layer(nn.Module):
    """One transformer layer, normalised after each half."""

    def __init__(self, hidden: int, heads: int, wide: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = _Linear(hidden, 3 * hidden)
        self.ao = _Linear(hidden, hidden)
        self.aln = _Norm(hidden, eps=1e-12)
        self.fi = _Linear(hidden, wide)
        self.fo = _Linear(wide, hidden)
        self.oln = _Norm(hidden, eps=1e-12)

    def forward(self, values: Any, bias: Any) -> Any:
        """:param bias: Added to the attention scores: 0, or a large negative number for padding."""
        batch, length, hidden = values.shape
        size = hidden // self.heads
        query, key, value = self.qkv(values).view(batch, length, 3, self.heads, size).permute(2, 0, 3, 1, 4)
        scores = torch.matmul(query * size**-0.5, key.transpose(-1, -2)) + bias
        mixed = torch.matmul(scores.softmax(-1), value)
        values = self.aln(values + self.ao(mixed.transpose(1, 2).reshape(batch, length, hidden)))
        return self.oln(values + self.fo(functional.gelu(self.fi(values))))


class SpanNetwork(nn.Module):
    """Scores of each token as the first and as the last of the answer.

    :param folder: The prepared encoder.
    :param trained: Number of upper layers that learn.
    """

    def __init__(self, folder: Path, trained: int) -> None:
        super().__init__()
        weights = load_file(folder / "model.safetensors")
        words = weights["embeddings.word_embeddings.weight"]
        places = (
            weights["embeddings.position_embeddings.weight"] + weights["embeddings.token_type_embeddings.weight"][0]
        )
        self.register_buffer("words", words, persistent=False)
        self.register_buffer("places", places, persistent=False)
        self.norm = _Norm(words.shape[1], eps=1e-12)
        self.norm.load_state_dict(_part(weights, "embeddings.LayerNorm"))
        layers = [_layer(weights, number) for number in range(12)]
        self.lower = nn.ModuleList(layers[: 12 - trained])
        self.upper = nn.ModuleList(layers[12 - trained :])
        self.head = nn.Linear(words.shape[1], 2)
        nn.init.normal_(self.head.weight, std=0.02)
        nn.init.zeros_(self.head.bias)
        for frozen in (self.norm, self.lower):
            frozen.requires_grad_(False)

    def forward(self, ids: Any, mask: Any, allowed: Any) -> Any:
        """Scores (batch, length, 2), very low where no answer may be.

        :param mask: 1 for tokens, 0 for padding.
        :param allowed: Whether a token may be part of the answer (or is the first one, which stands for none).
        """
        with torch.no_grad():
            values = self.norm(self.words[ids] + self.places[: ids.shape[1]]).bfloat16()
            bias = ((1 - mask)[:, None, None, :] * -1e4).bfloat16()
            for layer in self.lower:
                values = layer(values, bias)
        for layer in self.upper:
            values = layer(values, bias)
        return self.head(values.float()).masked_fill(~allowed[:, :, None], -1e4)


def _part(weights: dict[str, Any], name: str) -> dict[str, Any]:
    return {kind: weights[f"{name}.{kind}"] for kind in ("weight", "bias")}


def _layer(weights: dict[str, Any], number: int) -> Layer:
    at = f"encoder.layer.{number}."
    layer = Layer(384, 12, 1536)
    for name, long in _BERT.items():
        getattr(layer, name).load_state_dict(_part(weights, at + long))
    for kind in ("weight", "bias"):
        parts = [weights[f"{at}attention.self.{part}.{kind}"] for part in ("query", "key", "value")]
        getattr(layer.qkv, kind).data = torch.cat(parts)
    return layer
