"""Join the scores of the two legs: each is standardised over the candidates of this query, then averaged.

Scores of one query follow no common scale (cosines between .75 and .9, BM25 from 0 to 60); their z-scores do.
Reciprocal rank fusion forgets by how much a leg prefers; ``rag eval run --suite xquad-vi --baseline rrf`` compares.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float64]


def zscore(scores: Scores) -> Scores:
    """Standardise to mean 0 and deviation 1; all zero when the scores do not differ.

    >>> zscore(np.array([1.0, 3.0])).tolist()
    [-1.0, 1.0]
    """
    deviation = float(scores.std()) if len(scores) else 0.0
    if deviation < 1e-9:
        return np.zeros_like(scores)
    return np.asarray((scores - scores.mean()) / deviation, dtype=np.float64)


def fuse(dense: Scores, lexical: Scores, dense_weight: float) -> Scores:
    """Weighted mean of both legs' z-scores.

    :param dense: (n,) cosines of the candidates.
    :param lexical: (n,) BM25 scores of the same candidates, 0 where the leg did not find one.
    :param dense_weight: 1.0 = dense alone, 0.0 = lexical alone.
    :return: (n,) fused scores, higher is better.
    """
    return dense_weight * zscore(dense) + (1.0 - dense_weight) * zscore(lexical)
