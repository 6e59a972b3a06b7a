"""Whether a text states a fact, however its numbers and dates are written. Pure functions.

Texts become sequences of small units: words in one spelling, figures by value (``176 tỷ`` = ``176.000.000.000``),
days and years apart (``8/1/2021`` holds ``8/1``), document numbers whole. A fact is stated where its units stand in a
row. Units that carry a value begin with ``@`` (time), ``#`` (document number) or a digit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import lru_cache

from rag.text.dates import DateMention, find_dates
from rag.text.numbers import normalize_number
from rag.text.references import find_document_numbers
from rag.text.syllables import Token, tokens
from rag.text.unicode import canonical_tones, lower, nfc

_SCALES = {"nghìn": 10**3, "ngàn": 10**3, "triệu": 10**6, "tỷ": 10**9, "tỉ": 10**9}
_DATE_KINDS = ("day", "month", "year", "period")
_PERCENT = re.compile(r"(?<=\d)(?:\s+phần trăm|\s+%)", re.IGNORECASE)
_MARKER = re.compile(r"\s*\[\d+(?:\s*,\s*\d+)*\]")


@lru_cache(maxsize=4096)
def units(text: str) -> tuple[str, ...]:
    """The comparable units of a text.

    >>> units("Tổng kinh phí 1,5 tỷ đồng ngày 8/1/2021")
    ('tổng', 'kinh', 'phí', '1500000000', 'đồng', '@8/1', '@2021')
    """
    source = _PERCENT.sub("%", nfc(text))
    return tuple(_scaled(_raw_units(source)))


def states(text: str, variants: Iterable[str]) -> bool:
    """Whether a text states a fact in one of its accepted variants.

    >>> states("Khởi công mới 1.112 công trình", ["112 công trình"])
    False
    """
    found = units(text)
    return any(_within(units(variant), found) for variant in variants)


def value_units(text: str) -> tuple[str, ...]:
    """The numbers, times and document numbers of a text, without citation markers."""
    return tuple(unit for unit in units(without_markers(text)) if unit[0] in "@#" or unit[0].isdigit())


def without_markers(text: str) -> str:
    """The text without its citation markers ``[n]``."""
    return _MARKER.sub("", text)


def _within(needle: Sequence[str], hay: Sequence[str]) -> bool:
    width = len(needle)
    return width > 0 and any(tuple(hay[i : i + width]) == tuple(needle) for i in range(len(hay) - width + 1))


def _raw_units(source: str) -> Iterator[str]:
    dates = {d.start: d for d in find_dates(source) if d.kind in _DATE_KINDS and not d.relative}
    numbers = {n.start: n for n in find_document_numbers(source) if "/" in n.text}
    done = 0
    for token in tokens(source):
        if token.start < done:
            continue
        special = dates.get(token.start) or numbers.get(token.start)
        if special:
            done = special.end
            yield from _date_units(special) if isinstance(special, DateMention) else _number_units(special.canonical)
        else:
            yield from _word_units(token, source)


def _date_units(found: DateMention) -> Iterator[str]:
    if found.month and found.kind in ("day", "month"):
        yield f"@{found.day or ''}/{found.month}"
    yield from (f"@{year}" for year in (found.year, found.end_year) if year)


def _number_units(canonical: str) -> Iterator[str]:
    *kind, number = canonical.split()
    yield from kind
    yield f"#{number}"


def _word_units(token: Token, source: str) -> Iterator[str]:
    value = normalize_number(token.text) if token.text[0].isdigit() else None
    if value is None:
        yield lower(canonical_tones(token.text))
    else:
        yield _plain(value)
        if source[token.end : token.end + 1] == "%":
            yield "%"


def _scaled(raw: Iterable[str]) -> Iterator[str]:
    """Join a figure with the scale that follows it."""
    held: Decimal | None = None
    for unit in raw:
        if held is not None and unit in _SCALES:
            held *= _SCALES[unit]
            continue
        if held is not None:
            yield _plain(held)
        held = Decimal(unit) if unit[0].isdigit() and unit.replace(".", "").isdigit() else None
        if held is None:
            yield unit
    if held is not None:
        yield _plain(held)


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
