"""Whether a sentence invents anything: its figures, dates, document numbers and names must stand in what it cites.

Values are compared after normalisation ("176 tỷ" = "176.000.000.000", "8/1" = "ngày 8 tháng 1").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rag.text.dates import DateMention, find_dates
from rag.text.names import find_names
from rag.text.numbers import find_quantities
from rag.text.references import find_document_numbers, refers_to
from rag.text.syllables import tokens
from rag.text.unicode import canonical_tones, fold

ProblemKind = Literal["number", "date", "reference", "name"]


@dataclass(frozen=True, slots=True)
class Problem:
    """A value of a sentence that its cited text does not hold."""

    kind: ProblemKind
    value: str


def problems(sentence: str, cited: Sequence[str]) -> tuple[Problem, ...]:
    """What a sentence says that the cited texts do not; empty when it holds.

    :param cited: Texts that the sentence cites: passages, titles, dates of publication.
    """
    text = "\n".join(cited)
    return (
        *_wrong_dates(sentence, text),
        *_wrong_references(sentence, text),
        *_wrong_numbers(sentence, text),
        *_wrong_names(sentence, text),
    )


def _wrong_numbers(sentence: str, text: str) -> list[Problem]:
    known = {(q.value, q.unit) for q in find_quantities(text, include_dates=True)}
    values = {value for value, _ in known}
    taken = [(d.start, d.end) for d in find_dates(sentence)] + [
        (r.start, r.end) for r in find_document_numbers(sentence)
    ]
    return [
        Problem("number", q.text)
        for q in find_quantities(sentence)
        if not any(start <= q.start < end for start, end in taken)
        and ((q.value, q.unit) not in known if q.unit else q.value not in values)
    ]


def _wrong_dates(sentence: str, text: str) -> list[Problem]:
    known = find_dates(text)
    return [
        Problem("date", d.text) for d in find_dates(sentence) if not d.relative and not any(_agree(d, k) for k in known)
    ]


def _agree(said: DateMention, known: DateMention) -> bool:
    """Every part that the sentence gives stands in the text; a part that only the text gives may be left out."""
    pairs = ((said.day, known.day), (said.month, known.month), (said.quarter, known.quarter))
    years = {known.year, known.end_year}
    return all(a is None or a == b for a, b in pairs) and all(
        y is None or y in years for y in (said.year, said.end_year)
    )


def _wrong_references(sentence: str, text: str) -> list[Problem]:
    known = find_document_numbers(text)
    return [
        Problem("reference", r.text)
        for r in find_document_numbers(sentence)
        if not any(refers_to(r, k) or refers_to(k, r) for k in known)
    ]


def _wrong_names(sentence: str, text: str) -> list[Problem]:
    known = f" {_plain(text)} "
    return [
        Problem("name", n.text)
        for n in find_names(sentence)
        if f" {_plain(n.text)} " not in known and not _is_spelt_out(n.text, known)
    ]


def _is_spelt_out(name: str, known: str) -> bool:
    """An abbreviation agrees with its expansion and the other way round."""
    from rag.text.abbreviations import expand

    return any(f" {_plain(other)} " in known for other in expand(name))


def _plain(text: str) -> str:
    return " ".join(fold(t.text) for t in tokens(canonical_tones(re.sub(r"[-–]", " ", text))))
