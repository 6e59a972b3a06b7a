"""Numbers written in Vietnamese words: ``một trăm mười hai`` is 112."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

DIGITS: Final = {
    "không": 0, "một": 1, "mốt": 1, "hai": 2, "ba": 3, "bốn": 4, "tư": 4, "năm": 5, "lăm": 5, "nhăm": 5, "sáu": 6,
    "bảy": 7, "bẩy": 7, "tám": 8, "chín": 9,
}  # fmt: skip
SCALES: Final = {"nghìn": 10**3, "ngàn": 10**3, "vạn": 10**4, "triệu": 10**6, "tỷ": 10**9, "tỉ": 10**9}
_TENS: Final = {"mười": 10, "mươi": 10, "chục": 10, "trăm": 100}
_FILLERS: Final = frozenset({"linh", "lẻ"})
NUMBER_WORDS: Final = frozenset({*DIGITS, *SCALES, *_TENS, *_FILLERS, "rưỡi"})
_ENDINGS: Final = frozenset({"mốt", "tư", "lăm", "nhăm"})
"""Digits that only follow tens ("hai mươi mốt") or a filler."""
_NO_START: Final = (NUMBER_WORDS - DIGITS.keys() - {"mười"}) | _ENDINGS


class _Reading:
    """A number read word by word."""

    def __init__(self) -> None:
        self.sections: list[tuple[int, Decimal]] = []  # scale and value of what is closed by nghìn, triệu, tỷ
        self.group = 0  # hundreds and tens of the open section
        self.digit: int | None = None
        self.previous = ""

    def take(self, word: str, following: str) -> bool:
        """Add a word; ``False`` if the number ends before it."""
        if word in DIGITS:
            taken = self._take_digit(word, following)
        elif word in _FILLERS:
            taken = self.previous == "trăm" or self.previous in SCALES
        elif word == "rưỡi":
            taken = self._take_half()
        else:
            taken = self._close(SCALES[word]) if word in SCALES else self._take_tens(word)
        self.previous = word if taken else self.previous
        return taken

    def _take_digit(self, word: str, following: str) -> bool:
        after_tens = self.previous in ("mươi", "mười")
        if self.digit is not None or self.previous in ("chục", "rưỡi"):
            return False
        if word in _ENDINGS and not after_tens and self.previous not in _FILLERS:
            return False
        if word == "năm" and self.previous and self.previous not in _FILLERS:
            counted_on = following in SCALES or following in ("mươi", "trăm")
            if after_tens or not counted_on:
                return False  # "hai mươi năm", "hai trăm năm" are years
        # "một trăm hai" is 120, in speech
        spoken = self.previous == "trăm" and following not in _TENS
        self.group += DIGITS[word] * 10 if spoken else 0
        self.digit = None if spoken else DIGITS[word]
        return True

    def _take_tens(self, word: str) -> bool:
        if (word == "mười") != (self.digit is None) or (word == "trăm" and self.group):
            return False
        self.group += _TENS[word] * (1 if self.digit is None else self.digit)
        self.digit = None
        return True

    def _take_half(self) -> bool:
        if self.previous == "trăm":
            self.group += 50
            return True
        if self.previous not in SCALES:
            return False
        scale, value = self.sections[-1]
        self.sections[-1] = (scale, value + Decimal(SCALES[self.previous]) / 2)
        return True

    def _close(self, scale: int) -> bool:
        """Multiply what is open, and all smaller sections ("hai nghìn tỷ"), by a scale."""
        below = self._open() + sum(value for s, value in self.sections if s < scale)
        kept = [(s, value) for s, value in self.sections if s >= scale]
        if not below or any(s == scale for s, _ in kept):
            return False
        self.sections = [*kept, (scale, below * scale)]
        self.group, self.digit = 0, None
        return True

    def _open(self) -> Decimal:
        return Decimal(self.group + (self.digit or 0))

    def value(self) -> Decimal:
        return self._open() + sum(value for _, value in self.sections)


def leading_number(words: Sequence[str]) -> tuple[int, Decimal]:
    """How many of the first words make a number (0: none), and its value.

    >>> leading_number(["hai", "mươi", "mốt", "xã"])
    (3, Decimal('21'))
    """
    if not words or words[0] in _NO_START or (words[0] == "không" and words[1:2] != ["trăm"]):
        return 0, Decimal(0)
    reading, taken = _Reading(), 0
    for word, following in zip(words, [*words[1:], ""], strict=True):
        if word not in NUMBER_WORDS or not reading.take(word, following):
            break
        taken += 1
    while words[taken - 1] in _FILLERS:
        taken -= 1
    return taken, reading.value()
