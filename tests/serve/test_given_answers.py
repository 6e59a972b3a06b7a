"""Answers that may still be judged are kept whole for the judge and small for the memory."""

from __future__ import annotations

import tracemalloc
from datetime import date

from rag.serve.given_answers import GivenAnswers
from rag.serve.identity import Identity
from rag.types import Answer, Citation, DocumentInfo, Hit, Passage

PERSON, OTHER = Identity("lan"), Identity("binh")


def answer(n: int) -> Answer:
    info = DocumentInfo(f"d{n}", "k", "v1", "c", "a.txt", "Tin", published=date(2031, 3, 1))
    text = f"Câu {n}. " * 300
    hits = tuple(Hit(Passage(k, info.id, "v1", k, 0, len(text), f"{text}{k}"), info, 1.0, 1.0, 1.0) for k in range(20))
    citation = Citation(1, info.id, "v1", "Tin", info.published, "a.txt", 0, 7, f"Câu {n}.")
    return Answer(f"Câu hỏi {n}?", "answered", f"Câu {n}. [1]", citations=(citation,), hits=hits)


def test_what_is_judged_is_what_was_shown_and_only_by_its_reader():
    given = GivenAnswers()
    shown = answer(1)
    kept = given.keep(shown, PERSON)
    assert given.of(kept, PERSON).to_dict() == shown.to_dict()
    assert given.of(kept, PERSON).question == "Câu hỏi 1?"
    assert given.of(kept, OTHER) is None


def test_thousands_of_answers_take_some_megabytes():
    given = GivenAnswers()
    tracemalloc.start()
    for n in range(3000):
        given.keep(answer(n), PERSON)
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert used < 16 << 20
