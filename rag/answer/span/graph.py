"""Writes the reader's network as an ONNX graph beside the encoder's: integer products, the token table shared.

Input ``ids`` (1, length) int64; output ``scores`` (length, 2): of each token as the first and the last of the answer.
The embeddings are taken over from the encoder's graph and point into its data file. The encoder's lower layers are
rounded to integers like the trained ones above them, which makes a pass more than twice as fast as float32.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from rag.answer.span.weights import MATRICES, NORMS, Matrix, quantise
from rag.index.encode import network
from rag.index.files import write_atomic

Tensors = Mapping[str, npt.NDArray[Any]]

_FUSED = "com.microsoft"
_HEADS = 12
_EPSILON = 1e-12


def write_graph(folder: Path, name: str, trained: Tensors) -> None:
    """Write ``<name>.onnx`` and ``<name>.onnx.data`` into the folder of the encoder's graph.

    Another process may have the files of before open and mapped: they are replaced, not written over.

    :param trained: Tensors of the weights' file.
    """
    data = folder / f"{name}.onnx.data"
    aside = folder / f"{data.name}.{os.getpid()}"
    try:
        model = _model(folder, data.name, aside, trained)
        os.replace(aside, data)
    finally:
        aside.unlink(missing_ok=True)
    write_atomic(folder / f"{name}.onnx", model.SerializeToString())  # the data is whole by now


def _model(folder: Path, data: str, aside: Path, trained: Tensors) -> Any:
    """The graph; its weights go to a file aside, which it knows by its later name."""
    encoder = onnx.load(str(folder / network.MODEL_FILE), load_external_data=False)
    lower = _Weights(folder, encoder)
    builder = _Builder(aside, data)
    try:
        hidden = _embed(builder, encoder)
        n_lower = 12 - len({key.split(".")[0] for key in trained if not key.startswith("head")})
        for number in range(n_lower):
            hidden = _layer(builder, f"l{number}", hidden, _lower(lower, number))
        for number in range(12 - n_lower):
            hidden = _layer(builder, f"u{number}", hidden, _upper(trained, number))
        _head(builder, hidden, trained)
    finally:
        builder.close()
    return builder.model(("ids",), "scores", ("length", 2))


class _Weights:
    """The weights of the encoder's graph."""

    def __init__(self, folder: Path, encoder: Any) -> None:
        self._folder = folder
        self._tensors = {t.name: t for t in encoder.graph.initializer}

    def get(self, name: str) -> npt.NDArray[Any]:
        """A weight by its name in the graph."""
        return np.asarray(numpy_helper.to_array(self._tensors[name], base_dir=str(self._folder)))


class _Builder(network.GraphBuilder):
    """Takes over parts of another graph and adds integer products."""

    def take(self, nodes: Any, tensors: Any) -> None:
        """Copy nodes and the weights they use."""
        self._nodes += nodes
        self._tensors += tensors

    def linear(self, values: str, name: str, matrix: Matrix, bias: str = "") -> str:
        """``values @ matrix + bias`` with the values rounded to 8 bits on the fly."""
        weight = self.large(name, np.ascontiguousarray(matrix.weight).tobytes(), TensorProto.INT8, matrix.weight.shape)
        scale = self.small(f"{name}.scale", matrix.scale)
        more = ("", bias) if bias else ()  # the fourth is a zero point, and weights have none
        return self.add("DynamicQuantizeMatMul", values, weight, scale, *more, domain=_FUSED)

    def output(self, values: str, name: str) -> None:
        """Give a value the name of the graph's output."""
        self._nodes.append(helper.make_node("Identity", [values], [name], name))


def _embed(builder: _Builder, encoder: Any) -> str:
    """The encoder's nodes up to its first normalisation."""
    nodes: list[Any] = []
    for node in encoder.graph.node:
        nodes.append(node)
        if node.op_type == "LayerNormalization":
            break
    used = {name for node in nodes for name in node.input}
    builder.take(nodes, [t for t in encoder.graph.initializer if t.name in used])
    return str(nodes[-1].output[0])


_Part = Callable[[str], Any]


def _lower(encoder: _Weights, number: int) -> _Part:
    def part(name: str) -> Any:
        if name in MATRICES:
            return quantise(network.linear_weight(encoder.get, f"l{number}.{name}"))
        return encoder.get(f"l{number}.{name}")

    return part


def _upper(trained: Tensors, number: int) -> _Part:
    def part(name: str) -> Any:
        if name in MATRICES:
            return Matrix(trained[f"{number}.{name}.weight"], trained[f"{number}.{name}.scale"])
        layer, kind = name.split(".")
        return trained[f"{number}.{layer}.{'weight' if kind == 'w' else 'bias'}"]

    return part


def _layer(builder: _Builder, name: str, hidden: str, part: _Part) -> str:
    """One transformer layer, normalised after each half."""
    small = {
        key: builder.small(f"{name}.{key}", part(key))
        for key in (*(f"{m}.b" for m in MATRICES), *(f"{n}.{kind}" for n in NORMS for kind in "wb"))
    }
    wide = builder.linear(hidden, f"{name}.qkv", part("qkv"))
    size = len(part("aln.w"))
    query, key, value = builder.split(wide, [size] * 3)
    attended = builder.add("MultiHeadAttention", query, key, value, small["qkv.b"], domain=_FUSED, num_heads=_HEADS)
    attended = builder.linear(attended, f"{name}.ao", part("ao"), small["ao.b"])
    hidden = builder.add_norm(attended, hidden, small["aln.w"], small["aln.b"], _EPSILON)
    wide = builder.linear(hidden, f"{name}.fi", part("fi"))
    wide = builder.add("BiasGelu", wide, small["fi.b"], domain=_FUSED)
    narrow = builder.linear(wide, f"{name}.fo", part("fo"), small["fo.b"])
    return builder.add_norm(narrow, hidden, small["oln.w"], small["oln.b"], _EPSILON)


def _head(builder: _Builder, hidden: str, trained: Tensors) -> None:
    weight = builder.small("head.w", np.ascontiguousarray(trained["head.weight"].T))
    product = builder.add("MatMul", hidden, weight)
    scores = builder.add("Add", product, builder.small("head.b", trained["head.bias"]))
    builder.output(builder.add("Squeeze", scores, builder.small("head.axis", np.array([0]))), "scores")
