"""The file of the trained weights: the upper layers and the head as 7-bit integers with a scale for each output.

Seven bits, because processors without VNNI add pairs of products in 16 bits: with weights up to 63 none overflows.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

PATH = Path(__file__).with_name("reader.safetensors")
SHA256 = "2286df7bc1e207f34168107f012ac7150fc1d4ba6c134cb65f208e04389abe39"
"""Of the shipped file; another one is not used."""

LARGEST = 63
"""Largest magnitude of a stored weight."""

MATRICES = ("qkv", "ao", "fi", "fo")
NORMS = ("aln", "oln")


@dataclass(frozen=True, slots=True)
class Matrix:
    """A linear layer: ``weight * scale``, columns are outputs.

    :param weight: (inputs, outputs) int8.
    :param scale: (outputs,) float32.
    """

    weight: npt.NDArray[np.int8]
    scale: npt.NDArray[np.float32]


def quantise(values: npt.NDArray[np.float32]) -> Matrix:
    """Round an (inputs, outputs) matrix to integers, each output with its own scale."""
    scale = np.maximum(np.abs(values).max(axis=0), 1e-12) / LARGEST
    return Matrix(np.rint(values / scale).astype(np.int8), scale.astype(np.float32))


def write(path: Path, learned: Mapping[str, npt.NDArray[np.float32]], about: Mapping[str, str]) -> None:
    """Write trained weights.

    :param learned: ``{layer}.{part}.{weight or bias}`` in torch's shape (outputs, inputs), and ``head.*``.
    :param about: Kept in the file's header.
    """
    from safetensors.numpy import save_file

    tensors: dict[str, npt.NDArray[Any]] = {}
    for name, values in learned.items():
        if name.split(".")[-2] in MATRICES and name.endswith("weight"):
            matrix = quantise(np.ascontiguousarray(values.T))
            tensors[name], tensors[f"{name[: -len('weight')]}scale"] = matrix.weight, matrix.scale
        else:
            tensors[name] = values.astype(np.float32)
    save_file(tensors, path, metadata={"about": json.dumps(dict(about))})


def read(path: Path = PATH) -> dict[str, npt.NDArray[Any]]:
    """The tensors of the file."""
    from safetensors.numpy import load_file

    return dict(load_file(path))


def state(path: Path = PATH) -> str:
    """``ok``, ``missing`` or ``damaged``: whether the shipped file is the pinned one."""
    if not path.is_file():
        return "missing"
    return "ok" if hashlib.sha256(path.read_bytes()).hexdigest() == SHA256 else "damaged"
