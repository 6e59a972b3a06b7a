"""Search by inner product over unit vectors (FAISS), always a pass over all of them. Distances never leave this module.

Small indexes hold the vectors in 16 bits a number, which is half the memory and half the time of 32 and moves a cosine
by less than 0.0003. Large ones hold them in 8 bits and look at the best again with the stored vectors; removal and
filters work as in the small ones, which graphs and inverted lists do not give.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from rag.errors import StoreError
from rag.index.scored import Scored
from rag.types import EmbeddingMatrix

Ids = npt.NDArray[np.int64]
Stored = Callable[[Ids], EmbeddingMatrix]
"""Gives the vectors themselves, in the order asked."""

faiss.omp_set_num_threads(1)  # FAISS would share out many questions; one is shared out here
_CORES = len(os.sched_getaffinity(0))
_pool = ThreadPoolExecutor(_CORES, "dense")
_PART = 100_000
"""Vectors that are worth a thread of their own; at 50,000 two threads take longer than one."""

EXACT_UP_TO = 200_000
"""Vectors up to which the index holds them in 16 bits: 150 MB and about 15 ms a search."""
HALF = 5e-4
"""Most that a number changes, as a share of itself, when it is brought to 16 bits and back (2 ** -11)."""
_EXACT_AGAIN = 150_000
"""A quantised index that shrank to this is made exact again; not at once below the limit, so that it does not flap."""
_STEPS = 127
"""Steps on either side of nought of a number in 8 bits; none of a unit vector lies beyond 1."""
_FEW = 2048
"""Up to so many allowed passages their vectors are compared one by one: cheaper than a pass over the whole index."""
_SPARE = 2
"""A quantised index fetches so many times what is asked, to be looked at again: recall of the best 10 is then 1.00."""
_LEAST_SPARE = 100


class DenseIndex:
    """Vectors under the numbers of their passages. Searching is safe from several threads; changing is not.

    :param dim: Length of a vector.
    :ivar ids: Numbers of all passages, ascending.
    """

    def __init__(self, dim: int, index: Any = None) -> None:
        self.dim = dim
        self._index = index if index is not None else faiss.IndexIDMap2(_codes(dim, faiss.ScalarQuantizer.QT_fp16))
        self._numbers: Ids = faiss.vector_to_array(self._index.id_map)  # by the place at which a vector stands
        self.ids: Ids = np.sort(self._numbers)

    @classmethod
    def quantised(cls, dim: int) -> DenseIndex:
        """An empty index of 8 bits a number, the same steps for all: a third faster than a range for each dimension."""
        return cls(dim, faiss.IndexIDMap2(_codes(dim, faiss.ScalarQuantizer.QT_8bit_direct_signed)))

    @property
    def is_exact(self) -> bool:
        """Whether it ranks by what it holds: 16 bits a number, or 32 as indexes of earlier versions have."""
        return self._kind not in (faiss.ScalarQuantizer.QT_8bit, faiss.ScalarQuantizer.QT_8bit_direct_signed)

    @property
    def _kind(self) -> int | None:
        codes: Any = faiss.downcast_index(self._index.index)
        return int(codes.sq.qtype) if isinstance(codes, faiss.IndexScalarQuantizer) else None

    def suits(self, n: int) -> bool:
        """Whether this kind of index is the one for so many vectors; one of an earlier version suits none."""
        if self.is_exact:
            return n <= EXACT_UP_TO
        return n > _EXACT_AGAIN and self._kind == faiss.ScalarQuantizer.QT_8bit_direct_signed

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def add(self, ids: Sequence[int] | Ids, vectors: EmbeddingMatrix) -> None:
        """Add vectors; a number that is already there gets its new vector.

        :param vectors: (len(ids), dim) float32, rows of unit length.
        """
        numbers = np.asarray(ids, dtype=np.int64)
        if not len(numbers):
            return
        self.remove(numbers)
        self._index.add_with_ids(self._coded(vectors), numbers)
        self._numbers = faiss.vector_to_array(self._index.id_map)
        if len(self.ids) and numbers.min() < self.ids[-1]:
            self.ids = np.union1d(self.ids, numbers)
        else:  # the usual case, and much cheaper where there are many
            self.ids = np.concatenate([self.ids, np.unique(numbers)])

    def remove(self, ids: Sequence[int] | Ids) -> None:
        """Remove vectors; unknown numbers are passed over."""
        numbers = np.asarray(ids, dtype=np.int64)
        numbers = numbers[self._known(numbers)]
        if len(numbers):
            self._index.remove_ids(faiss.IDSelectorBatch(numbers))
            self._numbers = faiss.vector_to_array(self._index.id_map)
            self.ids = np.setdiff1d(self.ids, numbers, assume_unique=True)

    def search(
        self,
        vector: npt.NDArray[np.float32],
        top_k: int,
        allowed: Ids | None = None,
        stored: Stored | None = None,
    ) -> tuple[Scored, ...]:
        """The nearest passages, best first.

        :param vector: (dim,) float32 of unit length.
        :param allowed: Only these are searched; ``None`` means all.
        :param stored: Where a quantised index gets the vectors of the best; without, its own of 8 bits do.
        """
        if self.is_exact:
            return self._best(vector, top_k, allowed)
        found = self._best(vector, max(_SPARE * top_k, _LEAST_SPARE), allowed)
        ids = np.array([one.id for one in found], dtype=np.int64)
        return _ranked(ids, self.scores(vector, ids, stored), top_k)

    def scores(
        self, vector: npt.NDArray[np.float32], ids: Sequence[int] | Ids, stored: Stored | None = None
    ) -> npt.NDArray[np.float32]:
        """Cosines of passages, in the order asked; 0 for one that is not indexed.

        :param stored: As for :meth:`search`.
        """
        numbers = np.asarray(ids, dtype=np.int64)
        known = self._known(numbers)
        scores = np.zeros(len(numbers), dtype=np.float32)
        if known.any():
            scores[known] = self._vectors(numbers[known], stored) @ vector
        return scores

    def reconstruct(self, ids: Sequence[int] | Ids) -> EmbeddingMatrix:
        """The vectors that the index holds, in the order asked.

        :raises RuntimeError: If a number is not indexed.
        """
        numbers = np.ascontiguousarray(ids, dtype=np.int64)
        if not len(numbers):
            return np.empty((0, self.dim), dtype=np.float32)
        found: EmbeddingMatrix = self._index.reconstruct_batch(numbers)
        return found / self._unit

    def holds(self, ids: Sequence[int] | Ids, vectors: EmbeddingMatrix) -> bool:
        """Whether the index has just these vectors, as far as it can tell: a quantised one to one step of its 256.

        Rounding may fall to either side of a step on another processor; a vector of another text is many steps off.

        :param vectors: (len(ids), dim) float32, in the order of ``ids``.
        """
        numbers = np.asarray(ids, dtype=np.int64)
        if len(numbers) and not self._known(numbers).all():
            return False
        held = self.reconstruct(numbers)
        if held.shape != vectors.shape:
            return False
        if self.is_exact:
            return bool(np.all(np.abs(held - vectors) <= HALF * np.abs(vectors) + 1e-6))
        return bool(np.all(np.abs(held - self._coded(vectors) / self._unit) <= 1.01 / self._unit))

    def write(self, path: Path) -> None:
        """Write to a file; the caller sees to fsync and renaming."""
        faiss.write_index(self._index, str(path))

    @classmethod
    def read(cls, path: Path) -> DenseIndex:
        """Read from a file whose checksum the caller has compared: FAISS itself takes flipped bits as they are."""
        index = faiss.read_index(str(path))
        return cls(int(index.d), index)

    def _best(self, vector: npt.NDArray[np.float32], top_k: int, allowed: Ids | None) -> tuple[Scored, ...]:
        if not len(self) or top_k < 1:
            return ()
        if allowed is None:
            return self._search(vector, top_k, None)
        if len(allowed) <= _FEW:
            numbers = allowed[self._known(allowed)]
            return _ranked(numbers, self.reconstruct(numbers) @ vector, top_k)
        return self._search(vector, top_k, faiss.IDSelectorBitmap(_bitmap(allowed)))  # type: ignore[arg-type, call-arg, unused-ignore]

    def _search(self, vector: npt.NDArray[np.float32], top_k: int, selector: Any) -> tuple[Scored, ...]:
        """The nearest of all vectors, or of those whose numbers a selector of FAISS takes; a part for each core."""
        n = len(self)
        n_parts = max(1, min(_CORES, n // _PART))
        bounds = [n * i // n_parts for i in range(n_parts + 1)]
        parts = [partial(self._search_part, vector, top_k, selector, *part) for part in pairwise(bounds)]
        others = [_pool.submit(part) for part in parts[1:]]
        found = [parts[0](), *(other.result() for other in others)]
        scores, places = (np.concatenate(rows) for rows in zip(*found, strict=True))
        kept = places >= 0
        return _ranked(self._numbers[places[kept]], scores[kept], top_k)

    def _search_part(
        self, vector: npt.NDArray[np.float32], top_k: int, selector: Any, first: int, end: int
    ) -> tuple[npt.NDArray[np.float32], Ids]:
        """Scores and places of the nearest among the vectors at the places from ``first`` to before ``end``."""
        inside: Any = faiss.IDSelectorRange(first, end) if end - first < len(self) else None
        if selector is not None:
            taken = faiss.IDSelectorTranslated(self._index.id_map, selector)  # type: ignore[arg-type, unused-ignore]
            inside = faiss.IDSelectorAnd(inside, taken) if inside else taken  # the range first: it costs less
        query = self._asked(vector)[None, :]
        parameters = faiss.SearchParameters(sel=inside) if inside else None  # type: ignore[call-arg, unused-ignore]
        scores, places = self._index.index.search(query, min(top_k, end - first), params=parameters)
        return scores[0], places[0]

    @property
    def _unit(self) -> np.float32:
        """What 1 is in the numbers that the index holds."""
        return np.float32(_STEPS if self._kind == faiss.ScalarQuantizer.QT_8bit_direct_signed else 1)

    def _coded(self, vectors: EmbeddingMatrix) -> EmbeddingMatrix:
        """Vectors in the numbers that the index holds."""
        rows = np.ascontiguousarray(vectors, dtype=np.float32)
        return rows if self._unit == 1 else np.clip(np.rint(rows * self._unit), -_STEPS, _STEPS)

    def _asked(self, vector: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """A question's vector in numbers that the index can be searched with; scores of 8 bits only rank."""
        query = np.ascontiguousarray(vector, dtype=np.float32)
        largest = np.abs(query).max()
        # Codes are compared with a question in whole numbers: it gets all the steps there are.
        return query if self._unit == 1 or not largest else np.rint(query * (_STEPS / largest)).astype(np.float32)

    def _vectors(self, ids: Ids, stored: Stored | None) -> EmbeddingMatrix:
        if stored is None or self.is_exact:
            return self.reconstruct(ids)
        try:
            return stored(ids)
        except StoreError:  # one was removed from the store while this index is still being searched
            return self.reconstruct(ids)

    def _known(self, ids: Ids) -> npt.NDArray[np.bool_]:
        if not len(self):
            return np.zeros(len(ids), dtype=np.bool_)
        places = np.minimum(np.searchsorted(self.ids, ids), len(self) - 1)
        found: npt.NDArray[np.bool_] = self.ids[places] == ids
        return found


def _codes(dim: int, kind: int) -> Any:
    return faiss.IndexScalarQuantizer(dim, kind, faiss.METRIC_INNER_PRODUCT)


def _ranked(ids: Ids, scores: npt.NDArray[np.float32], top_k: int) -> tuple[Scored, ...]:
    best = np.argsort(-scores, kind="stable")[:top_k]
    return tuple(Scored(int(ids[i]), float(scores[i])) for i in best)


def _bitmap(ids: Ids) -> npt.NDArray[np.uint8]:
    """One bit a number: a million take a millisecond, while FAISS takes longer over its own set than over a search."""
    bits = np.zeros(int(ids.max()) // 8 * 8 + 8, dtype=np.uint8)
    bits[ids] = 1
    return np.packbits(bits, bitorder="little")
