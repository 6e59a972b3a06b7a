"""Files of questions, one JSON object a line, answered by one process.

A line is ``{"id", "question", "history": [{"question", "answer"}], "filters": {…}}``; all but ``question`` may be
left out. The line comes back with its answer added, or with ``error`` where it could not be answered; the order stays.
"""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TextIO, TypeVar

import click

from rag.errors import QuestionError, RagError
from rag.lang import say
from rag.types import Filters, Turn

Command = TypeVar("Command", bound=Callable[..., Any])
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Sample:
    """One question of a batch file."""

    question: str
    history: tuple[Turn, ...] = ()
    filters: Filters | None = None


def batch_options(command: Command) -> Command:
    """Add ``--batch`` and ``--out``."""
    readable = click.Path(exists=True, dir_okay=False, path_type=Path)
    file = say("TỆP", "FILE")
    command = click.option(
        "--out",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar=file,
        help=say("Nơi ghi kết quả của --batch (mặc định: màn hình).", "Where --batch writes (default: the screen)."),
    )(command)
    return click.option(
        "--batch",
        type=readable,
        metavar=file,
        help=say("Đọc câu hỏi từ tệp JSONL, mỗi dòng một câu.", "Read questions from a JSONL file, one a line."),
    )(command)


def run_batch(source: Path, target: Path | None, key: str, answer: Callable[[Sample], Any]) -> int:
    """Answer each line of a file.

    :param target: File to write; ``None`` = stdout.
    :param key: Name under which the answer is added to the line.
    :return: Exit code: 1 when a line could not be answered.
    """
    if target and target.exists() and target.samefile(source):
        raise click.UsageError(say("--out trùng với --batch.", "--out is the same file as --batch."))
    n_failed = 0
    with source.open(encoding="utf-8-sig") as lines, _writer(target) as out:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            row, problem = _answer_line(line, key, answer)
            if problem:
                n_failed += 1
                click.echo(say(f"Dòng {number}: {problem}", f"Line {number}: {problem}"), err=True)
            out.write(json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n")
            out.flush()
    return 1 if n_failed else 0


@contextlib.contextmanager
def _writer(target: Path | None) -> Iterator[TextIO]:
    if target is None:
        yield sys.stdout
        return
    with target.open("w", encoding="utf-8") as out:
        yield out


def _answer_line(line: str, key: str, answer: Callable[[Sample], Any]) -> tuple[Row, str]:
    """The line with its answer or its error, and the error on its own (empty: none)."""
    row: Row = {}
    try:
        row = _parse(line)
        return {**row, key: answer(to_sample(row))}, ""
    except RagError as error:
        return {**row, "error": str(error)}, str(error)


def _parse(line: str) -> Row:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise QuestionError(say(f"không phải JSON: {error}", f"not JSON: {error}")) from error
    if not isinstance(row, dict):
        raise QuestionError(say("cần một đối tượng JSON", "expected a JSON object"))
    return row


def to_sample(row: Row) -> Sample:
    """Read one line's fields.

    :raises QuestionError: If a field is missing or has the wrong shape; the message names it.
    """
    question = row.get("question")
    if not isinstance(question, str):
        raise QuestionError(say("thiếu trường 'question' (chuỗi)", "the field 'question' (text) is missing"))
    try:
        history = tuple(Turn(str(turn["question"]), str(turn["answer"])) for turn in row.get("history") or ())
        filters = _to_filters(row.get("filters") or {})
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise QuestionError(
            say(f"'history' hoặc 'filters' sai dạng: {error}", f"'history' or 'filters' has a wrong shape: {error}")
        ) from error
    return Sample(question, history, filters)


def _to_filters(fields: Row) -> Filters | None:
    """Filters under the names of :class:`rag.types.Filters`, dates as ISO text."""
    given = dict(fields)
    days = {name: date.fromisoformat(given.pop(name)) for name in ("date_from", "date_to") if given.get(name)}
    lists = {name: tuple(map(str, values)) for name, values in given.items() if values}
    return Filters(**days, **lists) or None  # type: ignore[arg-type]
