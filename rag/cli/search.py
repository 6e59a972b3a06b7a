"""``rag search``: the passages nearest to a query."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rag.cli.batch import Sample, batch_options, run_batch
from rag.cli.options import filter_options, json_option, rag_command, store_option
from rag.cli.output import console, describe, print_json, printable
from rag.lang import say
from rag.settings import Settings
from rag.types import Filters, Hit

if TYPE_CHECKING:
    from rag.assistant import Assistant


@rag_command(
    "Tìm các đoạn liên quan nhất, không soạn câu trả lời.", "Find the nearest passages, without writing an answer."
)
@click.argument("query", required=False, metavar=say("[TRUY_VẤN]", "[QUERY]"))
@click.option(
    "--top-k",
    type=click.IntRange(1, 1000),
    default=10,
    show_default=True,
    metavar=say("SỐ", "N"),
    help=say("Số đoạn cần lấy.", "How many passages."),
)
@click.option(
    "--explain",
    is_flag=True,
    help=say("Cho biết câu hỏi được hiểu ra sao và điểm từng đoạn.", "Show how the question was understood."),
)
@json_option
@filter_options
@batch_options
@store_option
def command(
    *,
    query: str | None,
    top_k: int,
    explain: bool,
    as_json: bool,
    filters: Filters | None,
    batch: Path | None,
    out: Path | None,
    store: Path | None,
) -> int:
    """Search once, or once for each line of a batch file."""
    if (query is None) == (batch is None):
        raise click.UsageError(say("Cần một truy vấn, hoặc --batch TỆP.", "Give a query, or --batch FILE."))
    if explain and batch:
        raise click.UsageError(say("--explain chỉ dùng với một truy vấn.", "--explain needs a single query."))
    from rag.assistant import Assistant

    assistant = Assistant.open(settings=Settings.load(store))
    if explain and query:
        return _explain(assistant, query, filters, top_k, as_json)
    if batch:
        return run_batch(batch, out, "hits", lambda sample: _hits_of(assistant, sample, filters, top_k))
    hits = assistant.search(query or "", filters=filters, top_k=top_k)
    if as_json:
        print_json([hit_to_dict(hit) for hit in hits])
    else:
        _print_hits(hits)
    return 0


def _explain(assistant: Assistant, query: str, filters: Filters | None, top_k: int, as_json: bool) -> int:
    from rag.cli.explain import explanation_to_dict, print_explanation

    found = assistant.explain(query, filters=filters, top_k=top_k)
    if as_json:
        print_json(explanation_to_dict(found))
    else:
        print_explanation(found, top_k)
    return 0


def _hits_of(assistant: Assistant, sample: Sample, filters: Filters | None, top_k: int) -> list[dict[str, Any]]:
    hits = assistant.search(sample.question, filters=sample.filters or filters, top_k=top_k)
    return [hit_to_dict(hit) for hit in hits]


def hit_to_dict(hit: Hit) -> dict[str, Any]:
    """One hit in the JSON shape of ``rag search --json``."""
    passage = hit.passage
    return {
        "document_id": passage.document_id,
        "version": passage.version,
        "title": hit.document.title,
        "published": hit.document.published.isoformat() if hit.document.published else None,
        "source": hit.document.source,
        "passage_id": passage.id,
        "start": passage.start,
        "end": passage.end,
        "text": passage.text,
        "score": hit.score,
        "dense": hit.dense,
        "lexical": hit.lexical,
        "also": [info.source for info in hit.also],
    }


def _print_hits(hits: tuple[Hit, ...]) -> None:
    screen = console()
    if not hits:
        screen.print(say("Không tìm thấy đoạn nào.", "No passage found."))
    for rank, hit in enumerate(hits, 1):
        screen.print(f"{rank}. {describe(hit.document)}  [{hit.score:.3f}]", style="bold", soft_wrap=True)
        screen.print(printable(hit.passage.text), soft_wrap=True)
        for info in hit.also:
            screen.print(say("Cũng đăng tại: ", "Also in: ") + describe(info), style="dim", soft_wrap=True)
        screen.print(
            printable(f"{hit.document.source}:{hit.passage.start}-{hit.passage.end}") + "\n",
            style="dim",
            soft_wrap=True,
        )
