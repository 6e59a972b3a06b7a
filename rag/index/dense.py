"""Exact search by inner product over unit vectors (FAISS). Distances never leave this module."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from rag.index.scored import Scored
from rag.types import EmbeddingMatrix

Ids = npt.NDArray[np.int64]

faiss.omp_set_num_threads(1)  # several people ask at once: one thread each, none waits for another's

_FEW = 2048
"""Up to so many allowed passages their vectors are compared one by one: cheaper than a pass over the whole index."""


class DenseIndex:
    """Vectors under the numbers of their passages. Searching is safe from several threads; changing is not.

    :param dim: Length of a vector.
    :ivar ids: Numbers of all passages, ascending.
    """

    def __init__(self, dim: int, index: Any = None) -> None:
        self.dim = dim
        self._index = index if index is not None else faiss.IndexIDMap2(faiss.IndexFlatIP(dim))
        self.ids: Ids = np.sort(faiss.vector_to_array(self._index.id_map))

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
        self._index.add_with_ids(np.ascontiguousarray(vectors, dtype=np.float32), numbers)
        self.ids = np.union1d(self.ids, numbers)

    def remove(self, ids: Sequence[int] | Ids) -> None:
        """Remove vectors; unknown numbers are passed over."""
        numbers = np.asarray(ids, dtype=np.int64)
        if len(numbers) and len(self):
            self._index.remove_ids(faiss.IDSelectorBatch(numbers))
            self.ids = np.setdiff1d(self.ids, numbers, assume_unique=True)

    def search(self, vector: npt.NDArray[np.float32], top_k: int, allowed: Ids | None = None) -> tuple[Scored, ...]:
        """The nearest passages, best first.

        :param vector: (dim,) float32 of unit length.
        :param allowed: Only these are searched; ``None`` means all.
        """
        if allowed is None:
            return self._search(vector, top_k, None)
        if len(allowed) <= _FEW:
            return self._compare(vector, top_k, allowed)
        return self._search(
            vector,
            top_k,
            faiss.SearchParameters(  # type: ignore[call-arg, unused-ignore]
                sel=faiss.IDSelectorBatch(allowed)
            ),
        )

    def scores(self, vector: npt.NDArray[np.float32], ids: Sequence[int] | Ids) -> npt.NDArray[np.float32]:
        """Cosines of passages, in the order asked; 0 for one that is not indexed."""
        numbers = np.asarray(ids, dtype=np.int64)
        known = self._known(numbers)
        scores = np.zeros(len(numbers), dtype=np.float32)
        if known.any():
            scores[known] = self.reconstruct(numbers[known]) @ vector
        return scores

    def reconstruct(self, ids: Sequence[int] | Ids) -> EmbeddingMatrix:
        """The stored vectors, in the order asked.

        :raises RuntimeError: If a number is not indexed.
        """
        numbers = np.ascontiguousarray(ids, dtype=np.int64)
        if not len(numbers):
            return np.empty((0, self.dim), dtype=np.float32)
        found: EmbeddingMatrix = self._index.reconstruct_batch(numbers)
        return found

    def write(self, path: Path) -> None:
        """Write to a file; the caller sees to fsync and renaming."""
        faiss.write_index(self._index, str(path))

    @classmethod
    def read(cls, path: Path) -> DenseIndex:
        """Read from a file whose checksum the caller has compared: FAISS itself takes flipped bits as they are."""
        index = faiss.read_index(str(path))
        return cls(int(index.d), index)

    def _search(self, vector: npt.NDArray[np.float32], top_k: int, parameters: Any) -> tuple[Scored, ...]:
        if not len(self) or top_k < 1:
            return ()
        query = np.ascontiguousarray(vector, dtype=np.float32)[None, :]
        scores, ids = self._index.search(query, min(top_k, len(self)), params=parameters)
        pairs = zip(ids[0].tolist(), scores[0].tolist(), strict=True)
        return tuple(Scored(number, score) for number, score in pairs if number >= 0)

    def _compare(self, vector: npt.NDArray[np.float32], top_k: int, allowed: Ids) -> tuple[Scored, ...]:
        numbers = allowed[self._known(allowed)]
        scores = self.reconstruct(numbers) @ vector
        best = np.argsort(-scores, kind="stable")[:top_k]
        return tuple(Scored(int(numbers[i]), float(scores[i])) for i in best)

    def _known(self, ids: Ids) -> npt.NDArray[np.bool_]:
        if not len(self):
            return np.zeros(len(ids), dtype=np.bool_)
        places = np.minimum(np.searchsorted(self.ids, ids), len(self) - 1)
        found: npt.NDArray[np.bool_] = self.ids[places] == ids
        return found
