"""Thumbs up and down of the chat become cases to review: what was asked, answered and cited, as a person left it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from evals.samples import REVIEW, Case, Evidence, case_to_row
from rag.index.store import Feedback

UNKNOWN = "(điền đáp án đúng)"


def cases_from_feedback(rows: Iterable[Feedback]) -> list[Case]:
    """One case for each verdict, oldest first, tagged ``review`` until a person has checked and untagged it.

    An answer that was liked brings its short answer as the expected fact. One that was disliked brings its passages as
    a hint and no fact. A refusal becomes an unanswerable case.
    """
    return [_case(row) for row in sorted(rows, key=lambda row: row.id)]


def lines_from_feedback(rows: Iterable[Feedback]) -> str:
    """The same cases as lines of a dataset file; for the administrator's page, which finds this by entry point."""
    return "".join(json.dumps(case_to_row(case), ensure_ascii=False) + "\n" for case in cases_from_feedback(rows))


def _case(row: Feedback) -> Case:
    answer = json.loads(row.answer_json)
    liked, answered = row.verdict == "up", answer.get("status") == "answered"
    quoted = answer.get("citations") or answer.get("nearest") or []
    note = "; ".join(filter(None, (f"{row.verdict}: {answer.get('status', '')}", row.reason, row.comment)))
    if not quoted or (liked and not answered):
        return Case(f"feedback-{row.id}", row.question, "near", False, tags=(REVIEW,), note=note)
    fact = (answer.get("short_answer") or UNKNOWN) if liked else UNKNOWN
    evidence = tuple(dict.fromkeys(_evidence(quote) for quote in quoted))
    return Case(f"feedback-{row.id}", row.question, "other", True, ((fact,),), evidence, tags=(REVIEW,), note=note)


def _evidence(quote: Mapping[str, Any]) -> Evidence:
    return Evidence(Path(quote["source"]).name, quote["quote"])
