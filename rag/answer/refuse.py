"""What an abstention says: what is missing, and what there is instead."""

from __future__ import annotations

from collections.abc import Sequence

from rag.answer.about import Difference
from rag.answer.question import Question
from rag.answer.read import Evidence
from rag.lang import say

_TELLING = 0.6
"""Share of the question's words in a sentence from which on naming its difference helps; below it misleads."""


def refusal(question: Question, evidence: Sequence[Evidence]) -> str:
    """What is said instead of an answer.

    :param evidence: The nearest sentences, best first.
    """
    if not evidence:
        return say("Chưa có tài liệu nào để tìm.", "There are no documents to search.")
    telling = next((e for e in evidence[:6] if e.differences and e.signals.sentence >= _TELLING), None)
    if telling is None:
        return say("Tài liệu không nêu điều được hỏi.", "The documents do not say what was asked.")
    return " ".join(dict.fromkeys(_missing(d) for d in telling.differences))


def _missing(difference: Difference) -> str:
    asked, found, kind = difference.asked, difference.found, difference.kind
    if kind in ("year", "part"):
        return _of_a_time(asked, found, "năm " if kind == "year" else "")
    if kind == "day" and found:
        return say(
            f"Tài liệu không nêu điều được hỏi của {_as_day(asked)}, chỉ nêu {_as_day(found)}.",
            f"The documents do not tell this for {asked}, only for {found}.",
        )
    if kind == "office":
        return say(f"Tài liệu không nêu {asked}, chỉ nêu {found}.", f"The documents name no {asked}, only a {found}.")
    if kind == "subject":
        return say(f"Tài liệu không nêu điều được hỏi về {asked}.", f"The documents do not tell this about “{asked}”.")
    if kind in ("level", "means"):
        return say(f"Tài liệu chỉ nêu {found}, không nêu {asked}.", f"The documents tell it for {found}, not {asked}.")
    return say(f"Tài liệu không nêu “{asked}” ở chỗ liên quan.", f"The documents do not mention “{asked}” there.")


def _of_a_time(asked: str, found: str, unit: str) -> str:
    if not found:
        return say(f"Tài liệu không nêu số liệu {unit}{asked}.", f"The documents do not tell this for {asked}.")
    return say(
        f"Tài liệu không nêu số liệu {unit}{asked} cho điều được hỏi, chỉ nêu {unit}{found}.",
        f"The documents do not tell this for {asked}, only for {found}.",
    )


def _as_day(day: str) -> str:
    """A day as it is spoken of: "ngày 6/8", "hôm qua"."""
    return f"ngày {day}" if day[:1].isdigit() else day[:1].lower() + day[1:]
