"""A small stock of everyday phrases beside the corpus: an index of one article does not know "bao nhiêu"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Final

from rag.text.restore import Vocabulary
from rag.text.syllables import search_terms
from rag.text.unicode import fold

_WEIGHT: Final = 8
"""How often each phrase counts as met: enough for a small corpus, nothing beside a large one."""


@cache
def _stock() -> tuple[dict[str, dict[str, int]], dict[tuple[str, str], int]]:
    text = (resources.files("rag.text") / "phrases.txt").read_text(encoding="utf-8")
    phrases = [search_terms(line) for line in text.splitlines() if not line.startswith("#")]
    singles = Counter(word for phrase in phrases for word in phrase)
    pairs = Counter(pair for phrase in phrases for pair in pairwise(phrase))
    spellings: dict[str, dict[str, int]] = {}
    for word, count in singles.items():
        spellings.setdefault(fold(word), {})[word] = _WEIGHT * count
    return spellings, {pair: _WEIGHT * count for pair, count in pairs.items()}


@dataclass(frozen=True, slots=True)
class WithPhrases:
    """A corpus's vocabulary with the stock of phrases added to its counts."""

    corpus: Vocabulary

    def spellings(self, folded: Sequence[str]) -> Mapping[str, Mapping[str, int]]:
        """See :class:`rag.text.restore.Vocabulary`."""
        found, stock = self.corpus.spellings(folded), _stock()[0]
        return {f: Counter(found.get(f, {})) + Counter(stock.get(f, {})) for f in folded}

    def pairs(self, pairs: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], int]:
        """See :class:`rag.text.restore.Vocabulary`."""
        found, stock = self.corpus.pairs(pairs), _stock()[1]
        return {p: found.get(p, 0) + stock.get(p, 0) for p in pairs}
