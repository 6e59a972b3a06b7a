"""``rag ask``: one question, or a file of them, answered with citations."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from rag.cli.batch import batch_options, run_batch
from rag.cli.options import filter_options, json_option, rag_command, store_option
from rag.cli.output import console, describe, print_json, printable
from rag.lang import say
from rag.settings import Settings
from rag.types import Answer, Citation, Filters


@rag_command(
    "Trả lời câu hỏi từ các tài liệu trong kho, kèm đoạn trích; nếu tài liệu không nêu thì nói rõ là không nêu.",
    "Answer from the documents of the store, with the cited passages; says so when the documents do not tell.",
)
@click.argument("question", required=False, metavar=say('["CÂU HỎI"]', '["QUESTION"]'))
@json_option
@filter_options
@batch_options
@store_option
def command(
    *,
    question: str | None,
    as_json: bool,
    filters: Filters | None,
    batch: Path | None,
    out: Path | None,
    store: Path | None,
) -> int:
    """Answer one question, or each line of a batch file."""
    if (question is None) == (batch is None):
        raise click.UsageError(say("Cần một câu hỏi, hoặc --batch TỆP.", "Give a question, or --batch FILE."))
    from rag.assistant import Assistant

    assistant = Assistant.open(settings=Settings.load(store))
    if batch:
        return run_batch(
            batch,
            out,
            "answer",
            lambda one: assistant.ask(one.question, history=one.history, filters=one.filters or filters).to_dict(),
        )
    answer = assistant.ask(question or "", filters=filters)
    if as_json:
        print_json(answer.to_dict())
    else:
        _print_answer(answer)
    return 0


def _print_answer(answer: Answer) -> None:
    screen = console()
    screen.print(printable(answer.text), soft_wrap=True)
    _print_sources(say("Nguồn", "Sources"), answer.citations)
    if not answer.citations:
        _print_sources(say("Các đoạn gần nhất", "Nearest passages"), answer.nearest)
    for note in answer.notes:
        screen.print(printable(note), style="dim", soft_wrap=True)


def _print_sources(heading: str, citations: Sequence[Citation]) -> None:
    if not citations:
        return
    screen = console()
    screen.print(f"\n{heading}", style="bold")
    for citation in citations:
        screen.print(f"[{citation.n}] {describe(citation)}", soft_wrap=True)
        screen.print(f"    “{printable(' '.join(citation.quote.split()))}”", style="italic", soft_wrap=True)
        screen.print(printable(f"    {citation.url or citation.source}"), style="dim", soft_wrap=True)
