import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from evals.feedback import UNKNOWN, cases_from_feedback
from evals.samples import DatasetError, read_cases, write_cases
from evals.suite import dataset_suite
from rag.index.store import Feedback

QUOTE = {"source": "/kho/bai/a.txt", "quote": "112 công trình", "n": 1}


def feedback(number: int, verdict: str, **answer: object) -> Feedback:
    text = json.dumps(answer, ensure_ascii=False)
    return Feedback(number, datetime(2024, 1, 1, tzinfo=UTC), "Bao nhiêu?", text, verdict, "sai số", "", "v1")


def test_a_liked_answer_brings_its_fact_and_its_evidence() -> None:
    (case,) = cases_from_feedback([feedback(1, "up", status="answered", short_answer="112", citations=[QUOTE])])
    assert case.answers == (("112",),)
    assert (case.evidence[0].document, case.evidence[0].quote) == ("a.txt", "112 công trình")


def test_a_disliked_answer_brings_no_fact() -> None:
    (case,) = cases_from_feedback([feedback(1, "down", status="answered", short_answer="239", citations=[QUOTE])])
    assert case.answers == ((UNKNOWN,),)
    assert "sai số" in case.note


def test_a_liked_refusal_becomes_an_unanswerable_case() -> None:
    (case,) = cases_from_feedback([feedback(1, "up", status="abstained", nearest=[QUOTE])])
    assert not case.answerable


def test_cases_are_valid_but_are_not_asked_before_a_person_reviewed_them(tmp_path: Path) -> None:
    rows = [feedback(2, "down", status="abstained"), feedback(1, "up", status="answered", citations=[QUOTE])]
    write_cases(tmp_path / "feedback.jsonl", cases_from_feedback(rows))
    assert [case.id for case in read_cases(tmp_path / "feedback.jsonl")] == ["feedback-1", "feedback-2"]
    with pytest.raises(DatasetError, match="review"):
        dataset_suite(tmp_path / "feedback.jsonl")
