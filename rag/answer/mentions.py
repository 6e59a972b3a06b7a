"""The values that a text names, all of one shape: numbers, times, document numbers, proper names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Literal, TypeAlias

from rag.text.dates import DateMention, find_dates
from rag.text.name_lists import SURNAMES
from rag.text.names import find_names
from rag.text.numbers import Quantity, find_quantities, normalize_number
from rag.text.references import DocumentNumber, find_document_numbers, refers_to
from rag.text.syllables import tokens
from rag.text.unicode import canonical_tones, fold

ValueKind: TypeAlias = Literal["number", "date", "reference", "name"]


@dataclass(frozen=True, slots=True)
class Mention:
    """A value as it stands: ``text[start:end]``.

    :param value: In a form that can be compared: a quantity, date, document number, or the words of a name.
    :param sort: What it can be mistaken for: the unit of a number, the shape of a date, person or other name.
    """

    kind: ValueKind
    start: int
    end: int
    text: str
    value: Quantity | DateMention | DocumentNumber | tuple[str, ...]
    sort: str


@lru_cache(maxsize=512)
def find_mentions(text: str, published: date | None = None) -> tuple[Mention, ...]:
    """All values of a text, in order.

    :param published: Day of publication, which completes a day without its year and resolves relative words.
    """
    found = [Mention("reference", r.start, r.end, r.text, r, r.kind) for r in find_document_numbers(text)]
    found += [_dated(d, published) for d in find_dates(text, anchor=published) if _is_free(d.start, d.end, found)]
    quantities = find_quantities(text)
    found += [
        Mention("number", q.start, q.end, q.text, q, q.unit) for q in quantities if _is_free(q.start, q.end, found)
    ]
    found += [m for m in _other_figures(text) if _is_free(m.start, m.end, found)]
    found += [_named(n.start, n.end, n.text) for n in find_names(text) if _is_free(n.start, n.end, found)]
    return tuple(sorted(found, key=lambda m: m.start))


def _is_free(start: int, end: int, found: list[Mention]) -> bool:
    return not any(m.start < end and start < m.end for m in found)


def _dated(mention: DateMention, published: date | None) -> Mention:
    shape = "relative" if mention.kind == "relative" else "day" if mention.day else mention.kind
    value = mention.resolved(published) if published else mention
    return Mention("date", mention.start, mention.end, mention.text, value, shape)


def _other_figures(text: str) -> list[Mention]:
    """Figures that count nothing (ordinals, scores, hours): they must stand in the source as they are."""
    return [
        Mention("number", t.start, t.end, t.text, Quantity(value, "", t.start, t.end, t.text, ""), "figure")
        for t in tokens(text)
        if t.text[0].isdigit() and (value := normalize_number(t.text)) is not None
    ]


_PLACE = re.compile(r"(?:TP|Thành phố|Tỉnh|Huyện|Xã|Quận|Phường|Thị xã|Thị trấn)\b")


def _named(start: int, end: int, text: str) -> Mention:
    words = name_words(text)
    first = text.split(maxsplit=1)[0]
    sort = "place" if _PLACE.match(text) else "person" if first in SURNAMES and 2 <= len(words) <= 4 else "other"
    return Mention("name", start, end, text, words, sort)


def name_words(text: str) -> tuple[str, ...]:
    """The words of a name, its dashes left out."""
    return tuple(t.text for t in tokens(canonical_tones(re.sub(r"[-–]", " ", text))))


def agree(said: Mention, known: Mention) -> bool:
    """Whether a value of an answer is one of its source: all that it says, the source says."""
    a, b = said.value, known.value
    if isinstance(a, Quantity) and isinstance(b, Quantity):
        return a.value == b.value and (a.unit == b.unit or not a.unit) and not _opposed(a.approx, b.approx)
    if isinstance(a, DateMention) and isinstance(b, DateMention):
        return _agree_in_time(a, b)
    if isinstance(a, DocumentNumber) and isinstance(b, DocumentNumber):
        return refers_to(a, b)
    return isinstance(a, tuple) and isinstance(b, tuple) and _run_in(_folded(a), _folded(b))


_MORE, _LESS = frozenset({"trên", "hơn", "tối thiểu", "ít nhất"}), frozenset({"dưới", "gần", "không quá", "tối đa"})


def _opposed(a: str, b: str) -> bool:
    return (a in _MORE and b in _LESS) or (a in _LESS and b in _MORE)


def _agree_in_time(said: DateMention, known: DateMention) -> bool:
    """Every part that the answer gives stands in the source; a part that only the source gives may be left out."""
    if said.kind == "relative":
        return known.relative and _same_words(said, known)
    if known.kind == "relative":
        return False
    pairs = ((said.day, known.day), (said.month, known.month), (said.quarter, known.quarter))
    if said.end_year and (said.year, said.end_year) != (known.year, known.end_year):
        return False
    return all(a is None or a == b for a, b in pairs) and said.year in (None, known.year, known.end_year)


def _same_words(said: DateMention, known: DateMention) -> bool:
    """Relative words of an answer have no day to count from: they are those of the source or not."""
    a, b = fold(said.text).split(), fold(known.text).split()
    return a[-2:] == b[-2:] and [w for w in a if w.isdigit()] == [w for w in b if w.isdigit()]


def _folded(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(fold(word) for word in words)


def _run_in(needle: tuple[str, ...], hay: tuple[str, ...]) -> bool:
    width = len(needle)
    return any(hay[i : i + width] == needle for i in range(len(hay) - width + 1))


def plain_value(mention: Mention) -> str:
    """A key that is equal for values that are written otherwise."""
    value = mention.value
    if isinstance(value, Quantity):
        return f"#{_plain(value.value)}"
    if isinstance(value, DateMention):
        return f"@{value.day}/{value.month}" if value.day else f"@{value.month}/{value.year}"
    return f"§{value.canonical}" if isinstance(value, DocumentNumber) else " ".join(value)


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"
