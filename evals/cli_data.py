"""Commands of ``rag eval`` about datasets and second opinions: check, add, list, judge."""

from __future__ import annotations

from pathlib import Path

import click

from evals.baselines import BASELINES
from evals.derive import DERIVATIONS
from evals.outcome import FILE, FOLDER, RUN, with_verdict
from evals.run import read_run
from evals.samples import REVIEW, check_evidence, read_cases, write_cases
from evals.score import read_scores
from evals.suite import SUITES, read_texts
from evals.table import runs_table
from rag.lang import say
from rag.settings import Settings


@click.command(name="judge", help=say("Nhờ một mô hình chấm thêm; không quyết định ngưỡng.",
                                        "Ask a model for a second opinion; it decides no gate."))  # fmt: skip
@click.argument("run", type=RUN)
@click.option("--judge", "model", required=True, metavar="PROVIDER:MODEL", help=say("Mô hình chấm.", "The judge."))
@with_verdict
def judge_command(*, run: Path, model: str) -> None:
    """Report how a model's verdicts agree with the scores."""
    from evals.judge import judge_run
    from rag.answer.generate import open_model

    found = judge_run(run, open_model(Settings.load(llm=model)), model)
    figures = f"{found.agreement:.3f} (kappa {found.kappa:.3f}, n {found.n})"
    click.echo(say(f"Trùng với điểm máy: {figures}; chưa chấm được: {found.unjudged}.",
                   f"Agrees with the scores: {figures}; not judged: {found.unjudged}."))  # fmt: skip
    click.echo(" ".join(found.disagreed))


@click.command(
    name="add", help=say("Biến đánh giá của người dùng thành câu hỏi để duyệt.", "Turn feedback into cases to review.")
)
@click.option("--store", type=FOLDER, help=say("Kho có đánh giá.", "The store with the feedback."))
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), default=Path("feedback.jsonl"), show_default=True
)
@with_verdict
def add_command(*, store: Path | None, out: Path) -> None:
    """Append new feedback to a dataset file; cases keep the tag ``review`` until a person removes it."""
    from evals.feedback import cases_from_feedback
    from rag.index.sqlite import SqliteStore

    known = read_cases(out) if out.is_file() else ()
    source = SqliteStore.open(Settings.load(store).store)
    fresh = [c for c in cases_from_feedback(source.feedback()) if c.id not in {case.id for case in known}]
    source.close()
    if fresh:
        write_cases(out, [*known, *fresh])
    click.echo(say(f"Thêm {len(fresh)} câu vào {out}; duyệt xong hãy bỏ nhãn '{REVIEW}'.",
                   f"Added {len(fresh)} cases to {out}; remove the tag '{REVIEW}' once reviewed."))  # fmt: skip


@click.command(name="list", help=say("Các bộ, biến thể và baseline.", "Suites, derivations and baselines."))
def list_command() -> int:
    """Print what can be run."""
    for title, names in (
        (say("Bộ", "Suites"), SUITES),
        (say("Biến thể", "Derivations"), DERIVATIONS),
        ("Baseline", BASELINES),
    ):
        click.echo(f"{title}: {', '.join(names)}")
    return 0


@click.command(name="table", help=say("Bảng Markdown của nhiều lượt chạy.", "A Markdown table of several runs."))
@click.argument("runs", type=RUN, nargs=-1, required=True)
@click.option("--metric", "metrics", multiple=True, help=say("Thước đo cần nêu.", "A figure to show."))
@with_verdict
def table_command(*, runs: tuple[Path, ...], metrics: tuple[str, ...]) -> None:
    """Print one line a run: its command, its day, n, and the chosen figures with their intervals."""
    click.echo(runs_table([(read_run(run), read_scores(run)) for run in runs], metrics))


@click.command(name="check", help=say("Kiểm tra một tệp câu hỏi.", "Check a dataset file."))
@click.argument("dataset", type=FILE)
@with_verdict
def check_command(*, dataset: Path) -> None:
    """Validate a dataset against the schema, and its evidence against the documents beside it."""
    cases, folder = read_cases(dataset), dataset.with_suffix("")
    if folder.is_dir():
        check_evidence(cases, read_texts(folder))
    click.echo(say(f"{len(cases)} câu hỏi hợp lệ.", f"{len(cases)} valid cases."))


COMMANDS = (judge_command, add_command, list_command, table_command, check_command)
