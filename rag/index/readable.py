"""What one group of people may read of an index, as if nothing else were in it.

Filters keep hidden passages out of the hits; this keeps them out of everything that is *counted*. Restoring tone marks
and correcting spelling look words up in the vocabulary of the whole corpus, and the weight of a word depends on how
many passages hold it: a hidden document could be felt through both. Here a word is known only if a readable passage
has it, and as rare as readable passages make it. What is left is the mean length of all passages, one number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from math import log
from typing import TYPE_CHECKING

from rag.index.lexical import Field, LexicalIndex, LexicalTerm
from rag.types import Access

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from rag.index.store import Store

_REMEMBERED = 1 << 15
"""Counts kept a group: the words of some thousands of questions."""


class Readable:
    """A vocabulary (:class:`rag.text.restore.Vocabulary`) and word statistics over the readable passages alone.

    :param access: Whose; its ``collections`` are not ``None``.
    :ivar ids: Numbers of the readable passages, ascending.
    """

    def __init__(self, store: Store, lexical: LexicalIndex, access: Access) -> None:
        self._store = store
        self._lexical = lexical
        self._access = access
        allowed = store.allowed_ids(None, access)
        if allowed is None:
            raise ValueError("everything is readable")
        self.ids: npt.NDArray[np.int64] = allowed
        self._holding = lru_cache(maxsize=_REMEMBERED)(self._count)

    @property
    def n_passages(self) -> int:
        """Readable passages."""
        return len(self.ids)

    def spellings(self, folded: Sequence[str]) -> Mapping[str, Mapping[str, int]]:
        """For each folded syllable the spellings met in readable passages, with how many passages hold them."""
        met = self._store.spellings(folded)
        return {name: self._held("exact", met.get(name, {})) for name in folded}

    def pairs(self, pairs: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], int]:
        """In how many readable passages syllables stand side by side; pairs never met are left out."""
        counts = {pair: self._holding("exact2", "_".join(pair)) for pair in set(pairs)}
        return {pair: count for pair, count in counts.items() if count}

    def weighed(self, terms: Sequence[LexicalTerm]) -> tuple[LexicalTerm, ...]:
        """Terms of a query with weights under which the index scores them by their rarity among readable passages."""
        found = []
        for term in terms:
            held = self._holding(term.field, term.text)
            if held:
                everywhere = _rarity(self._lexical.frequency(term.field, term.text), len(self._lexical))
                scale = _rarity(held, self.n_passages) / everywhere
                found.append(LexicalTerm(term.field, term.text, term.weight * scale))
        return tuple(found)

    def _held(self, field: Field, words: Mapping[str, int]) -> dict[str, int]:
        counts = {word: self._holding(field, word) for word in words}
        return {word: count for word, count in counts.items() if count}

    def _count(self, field: str, text: str) -> int:
        return self._lexical.count(field, text, self._access)


def _rarity(held: int, n_passages: int) -> float:
    """The part of BM25 that depends on how many passages hold a word, as tantivy computes it."""
    return log(1.0 + (max(n_passages - held, 0) + 0.5) / (held + 0.5))
