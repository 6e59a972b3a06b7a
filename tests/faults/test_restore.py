"""A backup restored elsewhere gives the same answers and citations as before: fifty questions, the real encoder."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from rag.assistant import Assistant
from rag.index.backup import backup, restore
from rag.index.ingest import ingest
from rag.index.verify import verify
from tests.faults import articles

pytestmark = [pytest.mark.long, pytest.mark.encoder]

QUESTIONS = 50


def answers(settings):
    """Everything of the answers but the times, and the numbers that a store gives anew: its own, its passages'."""
    assistant = Assistant.open(settings=settings)
    rows = [assistant.ask(articles.question(n)).to_dict() for n in range(QUESTIONS)]
    assistant.close()
    for row in rows:
        row |= {"timings_ms": {}, "index_version": "", "confidence": round(row["confidence"], 3)}
        for place in (*row["citations"], *row["nearest"]):
            place["passage_id"] = 0
    return rows


def test_fifty_questions_are_answered_the_same_after_a_restore(settings, tmp_path, figure):
    folder = tmp_path / "tin"
    for n in range(QUESTIONS + 10):
        articles.write(folder, n)
    ingest([folder], settings)
    before = answers(settings)
    assert all(answer["citations"] or answer["nearest"] for answer in before)
    backup(settings, tmp_path / "sao.zip")
    for n in range(QUESTIONS):
        articles.write(folder, n, revision=500)
    ingest([folder], settings)
    assert answers(settings) != before
    elsewhere = replace(settings, store=tmp_path / "noi-khac")
    started = time.monotonic()
    restore(tmp_path / "sao.zip", elsewhere)
    seconds = time.monotonic() - started
    restore(tmp_path / "sao.zip", settings)
    same = 0
    for restored in (elsewhere, settings):
        after = answers(restored)
        same += sum(a == b for a, b in zip(before, after, strict=True))
        assert [finding for finding in verify(restored) if finding.wrong] == []
    assert same == 2 * QUESTIONS
    figure("answers with citations, the same after a restore", same, 2 * QUESTIONS)
    figure("of these, answered with a citation", sum(bool(answer["citations"]) for answer in before), QUESTIONS)
    figure("seconds of a restore into an empty folder", seconds, QUESTIONS + 10)
