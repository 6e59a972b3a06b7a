"""One form of Vietnamese letters: NFC, tone placement, folding, and removal of invisible characters.

:func:`fold` and :func:`canonical_tones` keep the length of NFC text, so that offsets are shared with it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from rag.types import Span

TONES: Final = "\u0300\u0301\u0309\u0303\u0323"
"""Combining grave, acute, hook above, tilde, dot below: the tones huyền, sắc, hỏi, ngã, nặng."""

_PLAIN_VOWELS: Final = "aăâeêioôơuưy"
_TONED: Final = {v: tuple(unicodedata.normalize("NFC", v + t) for t in TONES) for v in _PLAIN_VOWELS}
VOWELS: Final = _PLAIN_VOWELS + "".join("".join(forms) for forms in _TONED.values())
"""Every lower-case vowel letter of Vietnamese, with and without tone."""
UPPER: Final = "A-Z" + "".join(c for c in VOWELS.upper() if c > "z") + "Đ"
"""Capital letters of Vietnamese, for a character class (a range such as Ạ-Ỹ would hold small letters too)."""

_MARKED: Final = "".join(c for c in VOWELS if c not in "aeiouy") + "đ"
_HAS_MARK: Final = re.compile(f"[{_MARKED}{_MARKED.upper()}ðÐ{TONES}\u0302\u0306\u031b]")


def _fold_table() -> dict[int, str]:
    table = {ord("İ"): "i", ord("đ"): "d", ord("Đ"): "d", ord("ð"): "d", ord("Ð"): "d", ord("Ɖ"): "d", ord("ɖ"): "d"}
    for code in (*range(0x41, 0x5B), *range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        base = unicodedata.normalize("NFD", chr(code))[0].lower()
        if code not in table and len(base) == 1 and base != chr(code):
            table[code] = base
    return table


class _Folding(dict[int, str]):
    """Characters outside the Latin blocks become lower-case where that is one character; remembered once met."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        lower = char.lower()
        if len(self) > 4096:  # a hostile text must not grow the memory of a server
            return lower if len(lower) == 1 else char
        self[code] = lower if len(lower) == 1 else char
        return self[code]


_FOLD: Final = _Folding(_fold_table())


def nfc(text: str) -> str:
    r"""The text in normal form C, the form in which everything is stored.

    >>> len(nfc("e\u0302\u0301"))
    1
    """
    return unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """Lower-case without tone and letter marks, đ as d; character by character for NFC text.

    >>> fold("Tỷ lệ hộ nghèo ở Đắk Lắk")
    'ty le ho ngheo o dak lak'
    """
    return text.translate(_FOLD)


def lower(text: str) -> str:
    """Lower-case, keeping the length (``"İ".lower()`` has two characters)."""
    return text.lower() if "İ" not in text else text.replace("İ", "i").lower()


def has_marks(text: str) -> bool:
    """Whether any Vietnamese diacritic or đ occurs.

    >>> has_marks("đi"), has_marks("ho ngheo")
    (True, False)
    """
    return _HAS_MARK.search(text) is not None


def _shifts() -> tuple[dict[str, str], dict[str, str]]:
    """Pairs of letters with the tone on the second one -> on the first, and the reverse."""
    left: dict[str, str] = {}
    right: dict[str, str] = {}
    for first, seconds in (("o", "ae"), ("u", "yaeêơâăiô")):
        for second in seconds:
            for toned_first, toned_second in zip(_TONED[first], _TONED[second], strict=True):
                for a, b, ta, tb in _cases(first, second, toned_first, toned_second):
                    right[ta + b] = a + tb
                    if second in "aey" and first + second not in ("ua", "ue"):
                        left[a + tb] = ta + b
    return left, right


def _cases(*letters: str) -> tuple[tuple[str, ...], ...]:
    a, b, ta, tb = letters
    return (
        letters,
        (a.upper(), b.upper(), ta.upper(), tb.upper()),
        (a.upper(), b, ta.upper(), tb),
        (a, b.upper(), ta, tb.upper()),
    )


_LEFT, _RIGHT = _shifts()
_LETTER: Final = r"[^\W\d_]"
_OPEN_RIGHT: Final = re.compile(rf"(?<![qQ])(?:{'|'.join(_LEFT)})(?!{_LETTER})")
_CLOSED_LEFT: Final = re.compile(rf"(?<![qQ])(?:{'|'.join(_LEFT.values())})(?={_LETTER})")
_AFTER_Q: Final = re.compile(rf"(?<=[qQ])(?:{'|'.join(k for k in _RIGHT if k[0].lower() in _TONED['u'])})")


def canonical_tones(text: str) -> str:
    """The one tone placement used for comparing: ``hòa``, ``thúy``, ``khỏe``, ``ủy``, but ``hoàn``, ``quý``.

    Keeps length and case of NFC text.

    >>> canonical_tones("Uỷ ban, hoà bình, sức khoẻ, quý, tòan")
    'Ủy ban, hòa bình, sức khỏe, quý, toàn'
    """
    text = _OPEN_RIGHT.sub(lambda m: _LEFT[m.group()], text)
    text = _CLOSED_LEFT.sub(lambda m: _RIGHT[m.group()], text)
    return _AFTER_Q.sub(lambda m: _RIGHT[m.group()], text)


@dataclass(frozen=True, slots=True)
class NormalizedText:
    """NFC text that remembers where its characters stood.

    :param offsets: For each character the start of its source; one more for the end.
    """

    text: str
    offsets: tuple[int, ...]

    def to_source(self, span: Span) -> Span:
        """The smallest part of the source that holds the span."""
        if span.end <= span.start:
            return Span(self.offsets[span.start], self.offsets[span.start])
        last = self.offsets[span.end - 1]
        end = span.end
        while end < len(self.text) and self.offsets[end] == last:
            end += 1
        return Span(self.offsets[span.start], self.offsets[end])


def normalize(text: str) -> NormalizedText:
    r"""NFC text, eth corrected, with a way back to the offsets of ``text``.

    >>> normal = normalize("hoa\u0300 bi\u0300nh")
    >>> normal.text, normal.to_source(Span(4, 8))
    ('hoà bình', Span(start=5, end=10))
    """
    if unicodedata.is_normalized("NFC", text):
        return NormalizedText(_correct_eth(text), tuple(range(len(text) + 1)))
    pieces: list[str] = []
    offsets: list[int] = []
    for start, end in _clusters(text):
        source = text[start:end]
        piece = nfc(source)
        pieces.append(piece)
        offsets.extend(range(start, end) if piece == source else [start] * len(piece))
    return NormalizedText(_correct_eth("".join(pieces)), (*offsets, len(text)))


def _clusters(text: str) -> list[tuple[int, int]]:
    """Ranges that normalise on their own: a character and the marks (or Korean jamo) that join it."""
    starts = [i for i, char in enumerate(text) if not i or not _joins(char)]
    return list(zip(starts, [*starts[1:], len(text)], strict=True))


def _joins(char: str) -> bool:
    return char > "\u02ff" and (unicodedata.category(char)[0] == "M" or "\u1160" <= char <= "\u11ff")


_ETH: Final = re.compile(
    rf"(?<!{_LETTER})[ðÐ](?=[{VOWELS}{VOWELS.upper()}])"  # Icelandic words never begin with it
    rf"|(?<![{VOWELS}b-z])Ð(?=[{UPPER}]{{1,3}}(?!{_LETTER}))|(?<=[{UPPER}])Ð(?!{_LETTER})"  # HÐND, QÐ
)


def _correct_eth(text: str) -> str:
    """Old keyboards wrote eth, which looks like Đ."""
    if "ð" not in text and "Ð" not in text:
        return text
    return _ETH.sub(lambda m: "đ" if m.group() == "ð" else "Đ", text)


_SPACES: Final = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_LINE_ENDS: Final = "\u000b\u000c\u0085\u2028\u2029\u001c\u001d\u001e"


def _cleaning() -> dict[int, str | None]:
    table: dict[int, str | None] = {c: None for c in (*range(0x20), *range(0x7F, 0xA0)) if chr(c) not in "\t\n"}
    hidden = (
        0xAD,
        0x34F,
        0x61C,
        0x180E,
        0xFEFF,
        *range(0x200B, 0x2010),
        *range(0x202A, 0x202F),
        *range(0x2060, 0x2070),
    )
    table |= dict.fromkeys((*hidden, *range(0xE0000, 0xE0080)))
    table |= {ord(c): " " for c in _SPACES}
    table |= {ord(c): "\n" for c in _LINE_ENDS}
    return table


_CLEAN: Final = _cleaning()
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def clean(text: str) -> str:
    r"""Text as it is stored: NFC, line ends as ``\n``, no invisible or control characters; paragraphs are kept.

    Removed are soft hyphens, zero-width and bidirectional controls, Unicode tags and control characters; every kind
    of space becomes a space; half surrogates, which cannot be written as UTF-8, become U+FFFD.

    >>> clean("Hà\u00a0Nội\r\nhôm\u200b nay")
    'Hà Nội\nhôm nay'
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_CLEAN)
    return _correct_eth(nfc(_SURROGATE.sub("\ufffd", text)))
