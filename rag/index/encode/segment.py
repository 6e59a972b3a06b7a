"""Text to token ids for the bundled encoder: XLM-R's unigram pieces, split by the best sum of log probabilities.

The ``tokenizers`` package gives the same ids (a test compares them) but needs 230 MB and most of a second to set its
250,000 pieces up; answering a question must cost neither. Words repeat, so each is split once and remembered.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache

MAX_TOKENS = 512
"""Positions that the network knows; longer inputs are cut."""

_METASPACE = "▁"
_SPACES = re.compile(" {2,}")
_UNKNOWN_PENALTY = 10.0
"""How much less likely an unknown character is than the rarest piece (SentencePiece's constant)."""
_REMEMBERED_WORDS = 1 << 16


class Segmenter:
    """Splits text into pieces.

    :param pieces: Text of each piece; its place is its id. The special ones never match text.
    :param scores: Log probability of each piece.
    :param replacements: Characters changed before NFKC ("" = removed).
    :param specials: Ids of ``<s>``, ``</s>``, padding and unknown, in this order.
    """

    def __init__(
        self,
        pieces: Sequence[str],
        scores: Sequence[float],
        replacements: Mapping[str, str],
        specials: tuple[int, int, int, int],
    ) -> None:
        self.bos, self.eos, self.pad, self.unk = specials
        self._texts = pieces
        self._pieces = dict(zip(pieces, range(len(pieces)), strict=True))
        for index in {*specials, len(pieces) - 1}:  # the last one is <mask>
            del self._pieces[pieces[index]]
        self._scores = scores
        self._table = str.maketrans(dict(replacements))
        self._longest = max(map(len, pieces))
        self._unknown_score = min(scores) - _UNKNOWN_PENALTY
        self._word = lru_cache(_REMEMBERED_WORDS)(self._split)

    def ids(self, text: str) -> list[int]:
        """Token ids of a text between ``<s>`` and ``</s>``, at most 512."""
        found = self._content(text)[: MAX_TOKENS - 2]
        return [self.bos, *found, self.eos]

    def count(self, text: str) -> int:
        """Tokens a text would have if nothing were cut, both ends included."""
        return len(self._content(text)) + 2

    def placed(self, text: str) -> list[tuple[int, int, int]]:
        """Token ids of a text with the characters they stand for: ``(id, start, end)``, nothing cut, no ends added.

        Where the normaliser changes a word, each of its tokens stands for the whole word.
        """
        found: list[tuple[int, int, int]] = []
        for word in re.finditer(r"\S+", text):
            ids = self._content(word.group())
            lengths = [len(self._texts[i].removeprefix(_METASPACE)) for i in ids]
            start, end = word.span()
            exact = self.unk not in ids and "".join(self._texts[i] for i in ids) == _METASPACE + word.group()
            for i, length in zip(ids, lengths, strict=True):
                found.append((i, start, start + length) if exact else (i, *word.span()))
                start = min(end, start + length)
        return found

    def _content(self, text: str) -> list[int]:
        text = _SPACES.sub(" ", unicodedata.normalize("NFKC", text.translate(self._table)))
        if not text:
            return []
        return [piece for word in text.removeprefix(" ").split(" ") for piece in self._word(word)]

    def _split(self, word: str) -> tuple[int, ...]:
        """The best pieces of one word (Viterbi); unknown characters in a row count as one."""
        word = _METASPACE + word
        n = len(word)
        best = [0.0] + [float("-inf")] * n
        came: list[tuple[int, int]] = [(0, 0)] * (n + 1)
        for start in range(n):
            for end, piece, score in self._candidates(word, start):
                if best[start] + score > best[end]:
                    best[end], came[end] = best[start] + score, (start, piece)
        return tuple(self._trace(came, n))

    def _candidates(self, word: str, start: int) -> list[tuple[int, int, float]]:
        found: list[tuple[int, int, float]] = []
        for end in range(start + 1, min(start + self._longest, len(word)) + 1):
            piece = self._pieces.get(word[start:end])
            if piece is not None:
                found.append((end, piece, self._scores[piece]))
        if not found or found[0][0] != start + 1:
            found.append((start + 1, self.unk, self._unknown_score))
        return found

    def _trace(self, came: list[tuple[int, int]], end: int) -> list[int]:
        ids: list[int] = []
        while end > 0:
            end, piece = came[end]
            if not (piece == self.unk and ids and ids[-1] == self.unk):
                ids.append(piece)
        return ids[::-1]
