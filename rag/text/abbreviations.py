"""Abbreviations of the Vietnamese administration (``abbreviations.tsv``) and those that a document defines itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from rag.text.syllable import is_bare_syllable
from rag.text.unicode import canonical_tones, fold, has_marks, lower
from rag.text.words import words

_WORD: Final = re.compile(r"[^\W\d_](?:[\w]|[-&/.](?=\w))*")
_DEFINED: Final = re.compile(
    r"\(\s*(?:(?:gọi|viết) tắt(?: là)?:?\s*|sau đây gọi(?: tắt)? là:?\s*)?"
    r"[“\"]?(?P<short>[A-ZĐ][\w&/-]{1,11})[”\"]?\s*\)"
)
_LONGEST: Final = 12
_SMALL: Final = words("và của các cho về với từ trong tại")
"""Words that an abbreviation may pass over ("Bộ Giáo dục và Đào tạo": BGDĐT)."""


@dataclass(frozen=True, slots=True)
class Definition:
    """An abbreviation defined in a text: "Ủy ban Dân tộc (UBDT)"; the span holds both."""

    short: str
    long: str
    start: int
    end: int


@cache
def table() -> Mapping[str, str]:
    """Abbreviation -> expansion, as shipped."""
    lines = (files("rag.text") / "abbreviations.tsv").read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return {row[0]: row[1] for row in rows}


@cache
def _by_lower() -> Mapping[str, str]:
    """Lower-case and folded spellings, as typed in haste, where they are no Vietnamese syllable."""
    found: dict[str, str] = {}
    for short in table():
        for spelling in (lower(short), fold(short), fold(short).replace("-", "")):
            if not is_bare_syllable(spelling) and len(spelling) > 1:
                found.setdefault(spelling, short)
    return found


@cache
def _by_phrase() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for short, long in table().items():
        found.setdefault(canonical_tones(lower(long)), short)
    return found


@cache
def _by_folded_phrase() -> Mapping[str, str]:
    return {fold(long): short for long, short in reversed(list(_by_phrase().items()))}


@cache
def _phrases() -> re.Pattern[str]:
    return re.compile(
        r"(?<!\w)(?:" + "|".join(sorted(map(re.escape, _by_folded_phrase()), key=len, reverse=True)) + r")(?!\w)"
    )


def expansion(abbreviation: str) -> str | None:
    """What an abbreviation stands for; also for one typed in small letters.

    >>> expansion("UBND"), expansion("dtts")
    ('Ủy ban nhân dân', 'dân tộc thiểu số')
    """
    exact = table().get(abbreviation)
    if exact is not None:
        return exact
    short = _by_lower().get(lower(abbreviation))
    return table()[short] if short else None


def abbreviation_of(phrase: str) -> str | None:
    """The abbreviation of a phrase, in any case and tone placement, or wholly without marks.

    >>> abbreviation_of("ủy ban nhân dân")
    'UBND'
    """
    plain = canonical_tones(lower(" ".join(phrase.split())))
    return _by_phrase().get(plain) or (None if has_marks(plain) else _by_folded_phrase().get(plain))


def expand(text: str, extra: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Other ways to say what a question abbreviates, and abbreviations of what it spells out.

    :param extra: Abbreviations that documents define themselves; they win over the shipped ones.

    >>> expand("UBND tỉnh hỗ trợ dân tộc thiểu số")
    ('Ủy ban nhân dân', 'DTTS')
    """
    found = [*_expansions(text, extra or {}), *(short for short, _start, _end in contractions(text))]
    return tuple(dict.fromkeys(found))


def spelt_out(text: str, extra: Mapping[str, str] | None = None) -> str:
    """A text with the abbreviations of the administration written in full, in small letters.

    :param extra: More abbreviations, in small letters without marks.

    >>> spelt_out("UBND tỉnh Hà Giang"), spelt_out("QXZT họp", {"qxzt": "quỹ xã hội"})
    ('ủy ban nhân dân tỉnh Hà Giang', 'quỹ xã hội họp')
    """

    def full(match: re.Match[str]) -> str:
        long = expansion(match.group()) or (extra or {}).get(fold(match.group()))
        return canonical_tones(lower(long)) if long else match.group()

    return _WORD.sub(full, text)


def shortened(text: str) -> str:
    """A text with the phrases that have an abbreviation written as it: the inverse of :func:`spelt_out`.

    >>> shortened("ủy ban nhân dân tỉnh Hà Giang")
    'UBND tỉnh Hà Giang'
    """
    pieces, position = [], 0
    for short, start, end in contractions(text):
        pieces += [text[position:start], short]
        position = end
    return "".join([*pieces, text[position:]])


def contractions(text: str) -> tuple[tuple[str, int, int], ...]:
    """Phrases that have an abbreviation: the abbreviation, and where the phrase starts and ends.

    >>> contractions("tỉnh hỗ trợ dân tộc thiểu số")
    (('DTTS', 12, 28),)
    """
    plain = canonical_tones(lower(text))
    found = ((abbreviation_of(plain[m.start() : m.end()]), m.start(), m.end()) for m in _phrases().finditer(fold(text)))
    return tuple((short, start, end) for short, start, end in found if short)


def unknown_abbreviations(text: str) -> tuple[str, ...]:
    """Words that look like an abbreviation and have no expansion here: capitals, or letters that are no syllable.

    >>> unknown_abbreviations("QXZT của UBND tỉnh họp qdvx khi nào")
    ('QXZT', 'qdvx')
    """
    words = dict.fromkeys(match.group() for match in _WORD.finditer(text))
    return tuple(word for word in words if _looks_short(word) and not expansion(word))


def _looks_short(word: str) -> bool:
    if not 2 <= len(word) <= _LONGEST:
        return False
    capitals = sum(char.isupper() for char in word)
    return capitals >= 2 or (not capitals and not has_marks(word) and not is_bare_syllable(word))


def _expansions(text: str, extra: Mapping[str, str]) -> Iterator[str]:
    for match in _WORD.finditer(text):
        for word in dict.fromkeys((match.group(), *re.split(r"[&/.]", match.group()))):
            long = extra.get(word) or expansion(word)
            if long:
                yield long
                break


def find_definitions(text: str) -> tuple[Definition, ...]:
    """Find abbreviations that a text defines in brackets after the words they stand for.

    >>> find_definitions("Công văn của Ủy ban Dân tộc (UBDT) nêu rõ")[0].long
    'Ủy ban Dân tộc'
    """
    found = []
    for match in _DEFINED.finditer(text):
        start = _start_of_long(text[: match.start()], match["short"])
        if start is not None:
            long = " ".join(text[start : match.start()].split())
            found.append(Definition(match["short"], long, start, match.end()))
    return tuple(found)


def _start_of_long(before: str, short: str) -> int | None:
    """Where the words begin whose initials, read backwards, spell the abbreviation."""
    letters = [c for c in fold(short) if c.isalpha()]
    words = list(re.finditer(r"[^\W\d_]+", before[-160:]))
    offset = max(0, len(before) - 160)
    if len(letters) < 2 or not words or before[offset + words[-1].end() :].strip(' “”"'):
        return None
    for word in reversed(words):
        if fold(word.group()[0]) == letters[-1]:
            letters.pop()
        elif lower(word.group()) not in _SMALL:
            return None
        if not letters:
            start = offset + word.start()
            return None if re.search(r"[.;:!?\n]", before[start:]) else start
    return None
