"""Documents that answer the same question differently: all are shown, newest first, and that they differ is said."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from difflib import SequenceMatcher
from typing import Final

from rag.answer.cite import Claim
from rag.answer.compose import Draft, Fetch, claim_of, derived_note, short_form
from rag.answer.read import Evidence
from rag.answer.short.who import BODIES, is_calling
from rag.lang import say
from rag.text.dates import find_dates
from rag.text.names import find_names
from rag.text.numbers import find_quantities
from rag.text.unicode import canonical_tones, fold, lower

_NEARLY: Final = 0.75
"""Share of the best score from which on another document's sentence is as good an answer."""
_NEARLY_SAID: Final = 0.85
"""The same for the share of the question's words: another rate of the same year is not another answer."""
_NEARLY_ABOUT: Final = 0.93
"""The same for the question's words in title and passage: what was planned is not what was reached."""
_MOST: Final = 3
_COMPARABLE: Final = frozenset({"quantity", "date", "person", "office", "reference", "yesno"})
"""Kinds of answers that contradict each other where they differ; two places or things may both be true."""
_CORRECTS: Final = re.compile(
    r"\b(dinh chinh|cai chinh|dinh lai|xin sua lai|sua lai so lieu|danh gia lai|cap nhat lai)\b"
)
_OPENING: Final = 400
_CORRECTING: Final = 0.55
"""Share of the best score that is enough in a document that corrects another."""


def differing(evidence: Sequence[Evidence], read: Sequence[Evidence] = ()) -> tuple[Evidence, ...]:
    """The best sentence of each document that answers nearly as well as the best, where their short answers differ.

    :param evidence: Sentences that are sure enough to be asserted, best first.
    :param read: All that were read: what corrects another document need not be as sure.
    :return: Newest first; empty when all agree or only one document answers.
    """
    if not evidence or evidence[0].short is None or evidence[0].kind not in _COMPARABLE:
        return ()
    found: dict[str, Evidence] = {}
    for item in (*evidence, *(e for e in read if corrects(e))):
        if item.short and not item.differences and _as_good(item, evidence[0]) and _is_comparable(item, evidence[0]):
            found.setdefault(item.hit.document.id, item)
    if not found:  # the best is about something else than the question, and nothing is surer
        return ()
    best, *others = _distinct(list(found.values()))
    newest = sorted(others, key=_published, reverse=True)[: _MOST - 1]
    return tuple(sorted((best, *newest), key=_published, reverse=True)) if newest else ()


def _as_good(item: Evidence, best: Evidence) -> bool:
    if corrects(item) and not corrects(best):
        return item.score >= _CORRECTING * best.score
    said, told = item.signals, best.signals
    return (
        item.score >= _NEARLY * best.score
        and said.sentence >= _NEARLY_SAID * told.sentence
        and said.context >= _NEARLY_ABOUT * told.context
    )


def _is_comparable(item: Evidence, best: Evidence) -> bool:
    """Whether two short answers are values of one kind: two days, two figures of one unit, two people."""
    said, told = (e.short.text if e.short else "" for e in (item, best))
    if item.kind == "date":
        return any(not d.relative for d in find_dates(said))
    if item.kind == "quantity":
        return {q.unit for q in find_quantities(said)} == {q.unit for q in find_quantities(told)}
    if item.kind == "office":
        return not any(is_calling(text) for text in (said, told))
    return item.kind != "person" or any(_is_person(name.text) for name in find_names(said))


def _is_person(name: str) -> bool:
    return lower(canonical_tones(name.split(maxsplit=1)[0])) not in BODIES and name.count(" ") > 0


def corrects(evidence: Evidence) -> bool:
    """Whether a sentence stands in a document that says it corrects another, in its title or beginning."""
    passage = evidence.hit.passage
    opening = passage.text[:_OPENING] if passage.ordinal == 0 else ""
    return bool(_CORRECTS.search(fold(f"{evidence.hit.document.title}\n{opening}\n{evidence.text}")))


def _published(evidence: Evidence) -> date:
    return evidence.hit.document.published or date.min


def _distinct(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The first of those whose short answers say the same; "Nguyễn Văn A" is also "ông Nguyễn Văn A"."""
    kept: list[tuple[str, Evidence]] = []
    for item in evidence:
        value = _value(item)
        same = (value in o or o in value or (item.kind == "person" and _is_misspelt(value, o)) for o, _ in kept)
        if not any(same):
            kept.append((value, item))
    return [item for _, item in kept]


def _is_misspelt(value: str, other: str) -> bool:
    """Whether two names are one, written with a letter more or two exchanged: "Giuseppe", "Giussepe"."""
    return SequenceMatcher(None, value, other).ratio() >= _MISSPELT


_MISSPELT: Final = 0.92


def _value(evidence: Evidence) -> str:
    """A short answer in a form that is equal when the value is: figures by value, words folded."""
    text = evidence.short.derived or evidence.short.text if evidence.short else ""
    quantities = find_quantities(text)
    if quantities:
        return " ".join(f"{q.value.normalize()}{q.unit}" for q in quantities)
    return fold(text).split(",")[0].strip()


_RETRACTS: Final = re.compile(r"\b(chua|khong) (that )?(chinh xac|dung|day du)\b.*|\bsai sot\b|\bnham lan\b")


def retracts(sentence: str) -> bool:
    """Whether a sentence repeats a figure only to say that it was wrong."""
    plain = fold(sentence)
    return bool(_RETRACTS.search(plain)) and bool(re.search(r"\b(so lieu|thong tin|bai|tin|dang)\b", plain))


def _heading(evidence: Sequence[Evidence]) -> str:
    if any(corrects(e) for e in evidence):
        return say(
            "Số liệu đã được đính chính, cập nhật; các tài liệu nêu khác nhau, mới nhất trước:",
            "This was corrected; the documents differ, newest first:",
        )
    return say("Các tài liệu nêu khác nhau, mới nhất trước:", "The documents differ, newest first:")


def several(evidence: Sequence[Evidence], fetch: Fetch) -> Draft:
    """One item a document under a line that says that they differ; the citations tell titles and dates."""
    claims = [Claim(_heading(evidence), ())]
    shorts = []
    for item in evidence:
        document = fetch(item.hit)
        claim = claim_of(document, item)
        claims.append(Claim(claim.text, claim.quotes, bullet=True))
        shorts.append(item.short.derived or short_form(item, document).text if item.short else "")
    note = f" ({derived_note()})" if any(e.short and e.short.derived for e in evidence) else ""
    return Draft(tuple(claims), "; ".join(dict.fromkeys(shorts)) + note)
