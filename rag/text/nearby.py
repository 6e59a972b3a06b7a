"""The spellings of a corpus, leaning towards those of a few texts that a question is probably about.

"ma" in a question about coins is ``mã``, in one about ghosts ``ma``: over the whole corpus one of them always wins. The
texts that share a question's bare letters mostly know which is meant.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from rag.text.restore import Vocabulary
from rag.text.syllables import canonical_word, token_spans
from rag.text.unicode import fold, lower, nfc

_TRUST = 1.0
"""What the texts together count beside the whole corpus."""
_SMOOTHING = 2.0
"""How often a syllable must stand in the texts before half of that trust is given."""


def count_syllables(texts: Iterable[str]) -> tuple[Counter[str], Counter[tuple[str, str]]]:
    """Count syllables and neighbouring pairs: lower-case, one tone placement, only spaces between the two of a pair."""
    singles: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for text in texts:
        plain = lower(nfc(text))
        words: list[str] = []
        neighbours: list[tuple[str, str]] = []
        previous, end = "", 0
        for start, stop in token_spans(plain):
            word = "" if plain[start].isdigit() else canonical_word(plain[start:stop])
            if word:
                words.append(word)
                if previous and plain[end:start].isspace():
                    neighbours.append((previous, word))
            previous, end = word, stop
        singles.update(words)
        pairs.update(neighbours)
    return singles, pairs


class Nearby:
    """A vocabulary (:class:`rag.text.restore.Vocabulary`) blended from a corpus and a few of its texts.

    :param corpus: The whole corpus.
    :param texts: Texts that share the question's letters.
    """

    def __init__(self, corpus: Vocabulary, texts: Iterable[str]) -> None:
        self._corpus = corpus
        self._singles, self._pairs = count_syllables(texts)
        self._by_folded: dict[str, dict[str, int]] = {}
        for word, count in self._singles.items():
            self._by_folded.setdefault(fold(word), {})[word] = count
        self._blended: dict[str, int] = {}

    def spellings(self, folded: Sequence[str]) -> Mapping[str, Mapping[str, int]]:
        """See :class:`rag.text.restore.Vocabulary`; the texts' spellings share out the corpus's count once more."""
        met = self._corpus.spellings(folded)
        found = {name: self._blend(met.get(name, {}), self._by_folded.get(name, {})) for name in folded}
        self._blended |= {word: count for counts in found.values() for word, count in counts.items()}
        return found

    def pairs(self, pairs: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], int]:
        """See :class:`rag.text.restore.Vocabulary`; ask for the spellings first."""
        found = dict(self._corpus.pairs(pairs))
        for first, second in set(pairs):
            near = self._pairs.get((first, second), 0)
            if near:
                share = near / (self._singles[first] + _SMOOTHING)
                added = round(_TRUST * share * self._blended.get(first, 0))
                found[first, second] = found.get((first, second), 0) + added
        return found

    @staticmethod
    def _blend(corpus: Mapping[str, int], near: Mapping[str, int]) -> dict[str, int]:
        total = _TRUST * sum(corpus.values()) / (sum(near.values()) + _SMOOTHING)
        return {word: corpus.get(word, 0) + round(total * near.get(word, 0)) for word in {**corpus, **near}}
