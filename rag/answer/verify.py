"""Whether a sentence invents anything: its figures, dates, document numbers and names must stand in what it cites.

Values are compared after normalisation ("176 tỷ" = "176.000.000.000", "8/1" = "ngày 8 tháng 1"), and with what they
belong to: where another value of the source stands among the same words, the sentence gave this one its place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal, TypeAlias

from rag.answer.mentions import Mention, agree, name_words
from rag.answer.slots import Slots, slots_of
from rag.text.abbreviations import expand
from rag.text.numbers import Quantity

ProblemKind: TypeAlias = Literal["number", "date", "reference", "name", "unit", "subject", "negation"]

_MARGIN = 0.05
"""How much better another value must fit the words around before the one given counts as misplaced, 0 to 1."""
_OTHER_MARGIN = 0.15
"""The same for a figure of another unit, which rarely is what was meant."""
_TOLD = 0.6
"""Share of the sentence's words that the other value's sentence must hold: quite other words say nothing of a place."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A value of a sentence that its cited text does not hold, or holds of something else (``subject``)."""

    kind: ProblemKind
    value: str


@dataclass(frozen=True, slots=True)
class Source:
    """A cited passage with what a reader of it knows.

    :param published: Completes days that are written without their year.
    """

    text: str
    title: str = ""
    published: date | None = None


def problems(sentence: str, cited: Sequence[Source]) -> tuple[Problem, ...]:
    """What a sentence says that its sources do not; empty when it holds."""
    said = slots_of(_normal(sentence))
    known = [k for source in cited for k in _slots_of_source(source)]
    found = [_problem(mention, said, known) for mention in said.mentions]
    return (*(p for p in found if p), *_wrongly_denied(said, known))


def _wrongly_denied(said: Slots, known: Sequence[Slots]) -> list[Problem]:
    """Words that the sentence denies and the source does not, or the other way round."""
    added = [word for word in said.negated() if not any(slots.denies(word) for slots in known)]
    denied = frozenset(said.negated())
    dropped = [w for w in sorted(said.content - denied) if known and known[0].only_denies(w, said.content)]
    return [Problem("negation", word) for word in (*added, *dropped)]


def _normal(text: str) -> str:
    return re.sub(r"(?<=\d)\s*(?:%|phần trăm)", "%", " ".join(text.split()))


@lru_cache(maxsize=64)
def _slots_of_source(source: Source) -> tuple[Slots, ...]:
    texts = (source.text, source.title)
    return tuple(slots_of(_normal(text), source.published) for text in texts if text)


def _problem(mention: Mention, said: Slots, known: Sequence[Slots]) -> Problem | None:
    agreeing = [(slots, k) for slots in known for k in _places(mention, slots)]
    if not agreeing:
        return Problem(mention.kind, mention.text)
    if mention.kind == "number" and not any(_counts_the_same(mention, said, k, slots) for slots, k in agreeing):
        return Problem("unit", mention.text)
    own = max(said.likeness(mention, slots, k) for slots, k in agreeing)
    if mention.kind == "date" and not said.compares(mention) and all(slots.compares(k) for slots, k in agreeing):
        return Problem("subject", mention.text)
    owned = _is_of_its_document(said, agreeing) if mention.kind == "date" else None
    if owned is not None:
        return None if owned else Problem("subject", mention.text)
    for slots in known:
        for rival in slots.mentions:
            margin = _margin(mention, rival)
            if margin is None or said.likeness(mention, slots, rival) <= own + margin:
                continue
            if slots.compares(rival) != said.compares(mention) or said.told(slots, rival) < _TOLD:
                continue
            named = any(_is_by_name(rival, k, slots) for other, k in agreeing if other is slots)
            if not named and not _has_its_place(rival, mention, said, slots):
                return Problem("subject", f"{mention.text} / {rival.text}")
    return None


def _is_of_its_document(said: Slots, agreeing: Sequence[tuple[Slots, Mention]]) -> bool | None:
    """Whether a day is the date of a document that the sentence names; ``None`` where it is no document's date."""
    named = [m for m in said.mentions if m.kind == "reference"]
    owners = [slots.owner(k) for slots, k in agreeing]
    if not named or None in owners:
        return None
    return any(agree(m, owner) for m in named for owner in owners if owner)


def _has_its_place(rival: Mention, mention: Mention, said: Slots, slots: Slots) -> bool:
    """Whether the sentence gives the other value too, and there it fits better than in place of this one."""
    fit = said.likeness(mention, slots, rival)
    others = (m for m in said.mentions if m is not mention and m.kind == rival.kind and agree(m, rival))
    return any(said.likeness(m, slots, rival) >= fit for m in others)


def _margin(said: Mention, rival: Mention) -> float | None:
    """How much better a value must fit before it counts as the right one; ``None`` where it cannot be meant."""
    if said.kind != rival.kind or agree(said, rival) or agree(rival, said):
        return None
    if said.sort == rival.sort:
        return _MARGIN
    if said.kind == "name":
        return None if {said.sort, rival.sort} == {"person", "place"} else _MARGIN
    return _OTHER_MARGIN if said.kind == "number" else None


def _is_by_name(a: Mention, b: Mention, slots: Slots) -> bool:
    """Whether two names stand side by side and so may name one person ("Trần Văn A, Chủ tịch UBND tỉnh")."""
    first, second = sorted((a, b), key=lambda m: m.start)
    return a.kind == "name" and slots.text[first.end : second.start].strip(" ,-–(") in (
        "",
        "là",
        "ông",
        "bà",
        "đồng chí",
    )


def _places(mention: Mention, slots: Slots) -> list[Mention]:
    """Where a source names a value. A name may stand inside words that its finder cut otherwise."""
    if mention.kind != "name":
        return [k for k in slots.mentions if k.kind == mention.kind and agree(mention, k)]
    found = slots.occurrences(name_words(mention.text))
    return found or [k for other in expand(mention.text) for k in slots.occurrences(name_words(other))]


def _counts_the_same(said: Mention, sentence: Slots, known: Mention, source: Slots) -> bool:
    """Whether the noun right behind a number also stands near it in the source ("112 công trình", not "112 hộ")."""
    if isinstance(said.value, Quantity) and said.value.unit:
        return True
    noun = sentence.word_after(said)
    return not noun or noun in source.words_near(known)
