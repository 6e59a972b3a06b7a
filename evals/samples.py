"""Cases of a dataset: reading, checking and writing them. Knows nothing of how they are asked or scored.

A dataset is a ``.jsonl`` file, one case a line, described by ``datasets/case.schema.json``. Evidence names a document
by file name and the place by exact words or characters, so that labels outlive another way of cutting passages.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from rag.errors import RagError
from rag.lang import say
from rag.types import Filters, Span, Turn

DATASETS = Path(__file__).parent / "datasets"
UNANSWERABLE = ("near", "far")
REVIEW = "review"
"""Tag of cases made from feedback that no person has checked; they are not asked."""


class DatasetError(RagError):
    """A dataset cannot be used; the message names file, line and field."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A place that says what is asked.

    :param document: File name; the document whose source ends with it.
    :param quote: Exact words; empty where only the characters are given.
    :param start: First character, in the file's text; with a quote it tells equal quotes apart.
    :param focus: Characters that hold the fact itself, inside the evidence.
    :param group: Evidence of one group says the same: any one of it is enough.
    :param optional: Right to cite, not needed.
    """

    document: str
    quote: str = ""
    start: int | None = None
    end: int | None = None
    focus: Span | None = None
    group: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """What was changed in a question to make it unanswerable."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Case:
    """A question and what a right answer to it is; see the schema for the fields."""

    id: str
    question: str
    category: str
    answerable: bool
    answers: tuple[tuple[str, ...], ...] = ()
    evidence: tuple[Evidence, ...] = ()
    history: tuple[Turn, ...] = ()
    filters: Filters | None = None
    forbidden: tuple[str, ...] = ()
    changed: Change | None = None
    tags: tuple[str, ...] = ()
    note: str = ""


def read_cases(path: Path) -> tuple[Case, ...]:
    """Read and check a dataset.

    :param path: A ``.jsonl`` file.
    :return: Its cases in order.
    :raises DatasetError: If a line is not a case; the message names file, line and field.
    """
    cases: dict[str, Case] = {}
    for number, line in enumerate(_lines(path), start=1):
        if not line.strip():
            continue
        case = _read_line(path, number, line)
        if case.id in cases:
            raise _error(path, number, "id", say(f"trùng '{case.id}'", f"'{case.id}' occurs twice"))
        cases[case.id] = case
    if not cases:
        raise DatasetError(say(f"{path}: không có câu hỏi nào.", f"{path}: holds no case."))
    return tuple(cases.values())


def check_evidence(cases: Iterable[Case], documents: Mapping[str, str]) -> None:
    """Check that every quote is in the document it names.

    :param documents: File name -> text.
    :raises DatasetError: Names the case and the words that were not found.
    """
    for case in cases:
        for item in case.evidence:
            if item.document not in documents:
                found = say(f"không có tài liệu {item.document}", f"there is no document {item.document}")
                raise DatasetError(f"{case.id}: {found}.")
            if item.quote and item.quote not in documents[item.document]:
                found = say("không có trong", "is not in")
                raise DatasetError(f"{case.id}: {item.quote!r} {found} {item.document}.")


def case_from_row(row: Mapping[str, Any]) -> Case:
    """A case from its JSON values, which must fit the schema."""
    filters, changed = row.get("filters"), row.get("changed")
    return Case(
        id=row["id"],
        question=row["question"],
        category=row["category"],
        answerable=row["answerable"],
        answers=tuple(tuple(fact) for fact in row.get("answers", ())),
        evidence=tuple(_evidence(item) for item in row.get("evidence", ())),
        history=tuple(Turn(turn["question"], turn["answer"]) for turn in row.get("history", ())),
        filters=_filters(filters) if filters else None,
        forbidden=tuple(row.get("forbidden", ())),
        changed=Change(changed["from"], changed["to"]) if changed else None,
        tags=tuple(row.get("tags", ())),
        note=row.get("note", ""),
    )


def case_to_row(case: Case) -> dict[str, Any]:
    """The JSON values of a case; what is empty is left out."""
    row: dict[str, Any] = {
        "id": case.id,
        "question": case.question,
        "history": [{"question": turn.question, "answer": turn.answer} for turn in case.history],
        "category": case.category,
        "answerable": case.answerable,
        "answers": [list(fact) for fact in case.answers],
        "forbidden": list(case.forbidden),
        "evidence": [_evidence_row(item) for item in case.evidence],
        "filters": _filters_row(case.filters) if case.filters else {},
        "changed": {"from": case.changed.old, "to": case.changed.new} if case.changed else {},
        "tags": list(case.tags),
        "note": case.note,
    }
    return {key: value for key, value in row.items() if value not in ("", [], {})}


def write_cases(path: Path, cases: Sequence[Case]) -> None:
    """Write a dataset, one case a line."""
    lines = [json.dumps(case_to_row(case), ensure_ascii=False) + "\n" for case in cases]
    path.write_text("".join(lines), encoding="utf-8")


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(say(f"Không đọc được {path}: {error}.", f"Cannot read {path}: {error}.")) from error


def _read_line(path: Path, number: int, line: str) -> Case:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise _error(path, number, "-", f"JSON: {error.msg}") from error
    problem = next(iter(sorted(_validator().iter_errors(row), key=lambda e: list(map(str, e.path)))), None)
    if problem:
        raise _error(path, number, ".".join(map(str, problem.path)) or "-", problem.message)
    try:
        case = case_from_row(row)
    except ValueError as error:
        raise _error(path, number, "filters", str(error)) from error
    _check_meaning(path, number, case)
    return case


def _check_meaning(path: Path, number: int, case: Case) -> None:
    """What a schema cannot say: an answerable case has answers and evidence, another has no answers."""
    if case.answerable == (case.category in UNANSWERABLE):
        raise _error(path, number, "category", say("near và far là câu không trả lời được, và chỉ chúng",
                                                   "near and far, and only they, are unanswerable"))  # fmt: skip
    if case.answerable and not (case.answers and case.evidence):
        raise _error(path, number, "answers", say("câu trả lời được cần answers và evidence",
                                                  "an answerable case needs answers and evidence"))  # fmt: skip
    if not case.answerable and case.answers:
        raise _error(path, number, "answers", say("câu không trả lời được thì không có answers",
                                                  "an unanswerable case has no answers"))  # fmt: skip


def _error(path: Path, number: int, field: str, message: str) -> DatasetError:
    return DatasetError(
        say(f"{path}, dòng {number}, trường {field}: {message}.", f"{path}, line {number}, field {field}: {message}.")
    )


@cache
def _validator() -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(json.loads((DATASETS / "case.schema.json").read_text(encoding="utf-8")))


def _evidence(row: Mapping[str, Any]) -> Evidence:
    focus = row.get("focus")
    values = {key: row[key] for key in ("quote", "start", "end", "group", "optional") if key in row}
    return Evidence(document=row["document"], focus=Span(*focus) if focus else None, **values)


def _evidence_row(item: Evidence) -> dict[str, Any]:
    row: dict[str, Any] = {"document": item.document}
    row |= {key: value for key in ("quote", "group", "optional") if (value := getattr(item, key))}
    row |= {key: value for key in ("start", "end") if (value := getattr(item, key)) is not None}
    return row | ({"focus": [item.focus.start, item.focus.end]} if item.focus else {})


def _filters(row: Mapping[str, Any]) -> Filters:
    values: dict[str, Any] = {key: date.fromisoformat(row[key]) for key in ("date_from", "date_to") if key in row}
    values |= {key: tuple(row[key]) for key in ("publishers", "collections", "documents") if key in row}
    return Filters(**values)


def _filters_row(filters: Filters) -> dict[str, Any]:
    row: dict[str, Any] = {key: day.isoformat() for key in ("date_from", "date_to") if (day := getattr(filters, key))}
    return row | {
        key: list(values) for key in ("publishers", "collections", "documents") if (values := getattr(filters, key))
    }
