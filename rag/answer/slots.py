"""The words around each value of a text: what it belongs to.

Two values of different texts stand in the same place when the words around them are the same, the nearer the more.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from itertools import pairwise, takewhile

from rag.answer.mentions import Mention, find_mentions, plain_value
from rag.answer.question import is_comparison
from rag.text.abbreviations import expansion
from rag.text.sentences import sentence_spans
from rag.text.syllables import is_function_word, tokens
from rag.text.unicode import canonical_tones, fold, lower

_REACH = 24
"""Words and stops around a value that are looked at."""
_NEAR = 3
"""Words whose side counts too: "từ 5 đến 7" has its two figures apart by them alone."""
_VALUE_WEIGHT = 2.0
_STOPS = {",": 2, ";": 5, ":": 2, "(": 1, ")": 1, ".": 8, "!": 8, "?": 8, "…": 8, "\n": 8}
_STOP = re.compile(r"[,;:()!?…\n]|\.(?!\d)")


_DENYING = frozenset({"không", "chưa", "chẳng"})
_NO_DENIAL_BEFORE = frozenset({"hàng", "chân", "trên", "hư", "tay", "số"})
_NO_DENIAL_AFTER = frozenset({"khí", "gian", "quân", "lực", "chỉ", "những", "ít", "kể", "quá", "dưới", "vận", "đầy"})
"""With these "không" is a syllable of another word, or denies nothing ("không chỉ", "không dưới")."""


@dataclass(frozen=True, slots=True)
class Around:
    """Words around a value: word -> weight, and the nearest ones with their side (-1 before, 1 behind)."""

    words: dict[str, float]
    near: dict[tuple[str, int], float]


class Slots:
    """A text cut into values and words, with what stands around each value."""

    def __init__(self, text: str, published: date | None) -> None:
        self.text = text
        self.mentions = find_mentions(text, published)
        self._keys: list[str] = []
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._around: dict[tuple[int, int], Around] = {}
        self._cut()

    def _cut(self) -> None:
        """Words in compared form; a value that is no name counts as one word, however it is written."""
        whole = [m for m in self.mentions if m.kind != "name"]
        items = [(m.start, m.end, plain_value(m)) for m in whole]
        for token in tokens(self.text):
            if not any(m.start <= token.start < m.end for m in whole):
                items += [(token.start, token.end, key) for key in spelt_out_words(token.text)]
        for start, end, key in sorted(items, key=lambda item: item[0]):
            self._starts.append(start)
            self._ends.append(end)
            self._keys.append(key)

    def likeness(self, mention: Mention, other: Slots, place: Mention) -> float:
        """How much of what stands around a value also stands around a place of another text, 0 to 1."""
        mine, theirs = self._around_of(mention), other._around_of(place)
        total = sum(mine.words.values())
        if not total:
            return 1.0
        shared = sum(min(w, theirs.words.get(key, 0.0)) for key, w in mine.words.items()) / total
        beside = sum(min(w, theirs.near.get(key, 0.0)) for key, w in mine.near.items())
        beside = beside / sum(mine.near.values()) if mine.near else shared
        return (shared + beside + self.told(other, place)) / 3

    def told(self, other: Slots, place: Mention) -> float:
        """Share of the words of content that also stand in the sentence of a place of another text."""
        sentence = other.sentence_of(place)
        mine = self.content
        return sum(word in sentence for word in mine) / len(mine) if mine else 1.0

    @cached_property
    def content(self) -> frozenset[str]:
        """The words that are no function words."""
        return frozenset(key for key in self._keys if not is_function_word(key))

    def sentence_of(self, mention: Mention) -> frozenset[str]:
        """The words of the sentence that a value stands in."""
        at = bisect_right(self._sentence_starts, mention.start) - 1
        return self._sentences[max(0, at)]

    @cached_property
    def _sentence_starts(self) -> list[int]:
        return [span.start for span in sentence_spans(self.text)] or [0]

    @cached_property
    def _sentences(self) -> list[frozenset[str]]:
        edges = [bisect_left(self._starts, start) for start in self._sentence_starts[1:]]
        return [frozenset(self._keys[a:b]) for a, b in pairwise((0, *edges, len(self._keys)))]

    def _around_of(self, mention: Mention) -> Around:
        place = (mention.start, mention.end)
        if place not in self._around:
            self._around[place] = self._look_around(mention)
        return self._around[place]

    def _look_around(self, mention: Mention) -> Around:
        words: dict[str, float] = {}
        near: dict[tuple[str, int], float] = {}
        first = bisect_left(self._starts, mention.start)
        behind = bisect_left(self._starts, mention.end)
        for side, numbers in ((-1, range(first - 1, -1, -1)), (1, range(behind, len(self._keys)))):
            distance, edge = 0, mention.start if side < 0 else mention.end
            for number in numbers:
                gap = self.text[self._ends[number] : edge] if side < 0 else self.text[edge : self._starts[number]]
                distance += 1 + sum(_STOPS.get(s, 8) for s in _STOP.findall(gap))
                if distance > _REACH:
                    break
                key = self._keys[number]
                weight = _weight(key) / (1.0 + distance / 3.0)
                words[key] = max(weight, words.get(key, 0.0))
                if distance <= _NEAR:
                    near.setdefault((key, side), 1.0 / distance)
                edge = self._starts[number] if side < 0 else self._ends[number]
        return Around(words, near)

    def compares(self, mention: Mention) -> bool:
        """Whether a time is only a point of comparison ("so với năm 2019")."""
        return mention.kind == "date" and is_comparison(self.text, mention.start)

    def owner(self, day: Mention) -> Mention | None:
        """The document whose date a day is ("Nghị quyết số … ngày 18/11/2019")."""
        near = (m for m in self.mentions if m.kind == "reference" and 0 <= day.start - m.end <= 8)
        return next(near, None)

    def negated(self) -> tuple[str, ...]:
        """The words that are denied: the first word of content behind each "không" or "chưa"."""
        return tuple(word for word, _ in self._denials)

    def denies(self, word: str) -> bool:
        """Whether a word is denied somewhere."""
        return any(word == denied for denied, _ in self._denials)

    def only_denies(self, word: str, mention_of: frozenset[str]) -> bool:
        """Whether the sentence that shares most words with others has a word, and each time denied."""
        best = max(range(len(self._sentences)), key=lambda n: len(self._sentences[n] & mention_of), default=0)
        places = [n for n in self._numbers_of(best) if self._keys[n] == word]
        denied = {n for w, n in self._denials}
        return bool(places) and all(n in denied for n in places)

    def _numbers_of(self, sentence: int) -> range:
        edges = [*(bisect_left(self._starts, s) for s in self._sentence_starts), len(self._keys)]
        return range(edges[sentence], edges[sentence + 1])

    @cached_property
    def _denials(self) -> tuple[tuple[str, int], ...]:
        found = []
        for at, key in enumerate(self._keys[:-1]):
            if key not in _DENYING or (at and self._keys[at - 1] in _NO_DENIAL_BEFORE):
                continue
            following = (n for n in range(at + 1, min(at + 4, len(self._keys))) if not is_function_word(self._keys[n]))
            number = next(following, None)
            if number is not None and self._keys[number][0] not in "#@§" and self._keys[at + 1] not in _NO_DENIAL_AFTER:
                found.append((self._keys[number], number))
        return tuple(found)

    def word_after(self, mention: Mention) -> str:
        """The word of content right behind a value, empty where a stop, a name or a function word follows."""
        at = bisect_left(self._starts, mention.end)
        if at >= len(self._keys) or self.text[mention.end : self._starts[at]].strip(" "):
            return ""
        word = self._keys[at]
        written = self.text[self._starts[at]]
        return "" if is_function_word(word) or not written.islower() else word

    def words_near(self, mention: Mention) -> frozenset[str]:
        """The words within a few of a value, up to the next number."""
        first, behind = bisect_left(self._starts, mention.start), bisect_left(self._starts, mention.end)
        after = takewhile(lambda key: not key.startswith("#"), self._keys[behind : behind + 4])
        before = takewhile(lambda key: not key.startswith("#"), reversed(self._keys[max(0, first - 4) : first]))
        return frozenset((*after, *before))

    def occurrences(self, words: tuple[str, ...]) -> list[Mention]:
        """Where words stand in a row, as names."""
        wanted = [fold(w) for word in words for w in spelt_out_words(word)]
        found = []
        for at in range(len(self._all) - len(wanted) + 1):
            run = self._all[at : at + len(wanted)]
            if wanted and [key for key, _, _ in run] == wanted:
                start, end = run[0][1], run[-1][2]
                found.append(Mention("name", start, end, self.text[start:end], words, ""))
        return found

    @cached_property
    def _all(self) -> list[tuple[str, int, int]]:
        """Every word folded, also those inside a value ("Nghị quyết" of "Nghị quyết số 12")."""
        return [(fold(key), t.start, t.end) for t in tokens(self.text) for key in spelt_out_words(t.text)]


def _weight(key: str) -> float:
    return 0.5 if is_function_word(key) else _VALUE_WEIGHT if key[0] in "#@§" else 1.0


def spelt_out_words(word: str) -> tuple[str, ...]:
    """A word in compared form; an abbreviation of the administration as the words that it stands for."""
    long = expansion(word) if len(word) > 1 and word.isupper() else None
    return tuple(lower(canonical_tones(t.text)) for t in tokens(long)) if long else (lower(canonical_tones(word)),)


@lru_cache(maxsize=512)
def slots_of(text: str, published: date | None = None) -> Slots:
    """Take a text apart once."""
    return Slots(text, published)
