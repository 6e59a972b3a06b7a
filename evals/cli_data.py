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
    from rag.answer.model import open_model

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
    from rag.index.opening import open_store

    known = read_cases(out) if out.is_file() else ()
    source = open_store(Settings.load(store).store)
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


@click.command(name="hidden", help=say("Đo riêng phần tìm: 240 đoạn XQuAD-vi giấu trong một kho khác.",
                                       "Measure retrieval alone: XQuAD-vi hidden in another store."))  # fmt: skip
@click.option(
    "--into", type=FOLDER, help=say("Kho để giấu vào; được chép ra trước.", "Store to hide in; copied first.")
)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path("runs"), show_default=True,
              help=say("Thư mục giữ bản chép.", "Folder that keeps the copy."))  # fmt: skip
@click.option("--typing", "typings", multiple=True, help=say("Kiểu gõ, mặc định mọi kiểu.", "A typing; default all."))
@click.option("--method", "methods", multiple=True, help=say("Cách tìm, mặc định mọi cách.", "A method; default all."))
@click.option("--limit", type=click.IntRange(min=0), default=0, help=say("Chỉ hỏi N câu.", "N questions only."))
@click.option("--speed", "n_timed", type=click.IntRange(min=0), default=0,
              help=say("Đo thêm thời gian trên N câu.", "Time N questions too."))  # fmt: skip
@with_verdict
def hidden_command(
    *, into: Path | None, out: Path, typings: tuple[str, ...], methods: tuple[str, ...], limit: int, n_timed: int
) -> None:
    """Print a Markdown table of the product and its baselines, both halves shown."""
    from evals import hidden

    contexts, asked = hidden.questions()
    settings = hidden.put_in(hidden.place_for(into, out / ".stores"), contexts)
    index = hidden.open_index(settings)
    click.echo(f"{index.n_passages} passages, {index.n_documents} documents\n\n{hidden.HEAD}")
    for method in methods or hidden.METHODS:
        seen: dict[str, hidden.Place] = {}
        for typing in typings or hidden.TYPINGS:
            chosen = hidden.typed(asked, typing)[: limit or None]
            click.echo(hidden.row(typing, method, chosen, hidden.ask(index, hidden.METHODS[method], chosen, seen)))
    if n_timed:
        found = hidden.speed(settings, asked[:n_timed])
        parts = " + ".join(f"{part:.1f}" for part in found.parts)
        click.echo(f"\np50 {found.p50:.1f} ms, p95 {found.p95:.1f} ms, n {n_timed}; processor time {found.cpu:.1f} ms "
                   f"(understand + encode + search: {parts})")  # fmt: skip


@click.command(name="pairs", help=say("Viết tắt và viết đủ có tìm ra cùng một văn bản?",
                                      "Do an abbreviation and its words find the same document?"))  # fmt: skip
@click.option("--store", type=FOLDER, help=say("Kho để lấy câu và tìm.", "The store to draw from and search."))
@click.option("--limit", type=click.IntRange(min=1), default=200, show_default=True,
              help=say("Số cặp mỗi loại.", "Pairs of each kind."))  # fmt: skip
@click.option("--seed", type=int, default=0, show_default=True, help=say("Số gieo ngẫu nhiên.", "Seed of draws."))
@with_verdict
def pairs_command(*, store: Path | None, limit: int, seed: int) -> None:
    """Print the share of pairs with the same first document."""
    from evals.pairs import agreement, pairs
    from evals.stats import mean_estimate
    from rag.index.index import Index
    from rag.retrieve.hybrid import HybridRetriever

    index = Index.open(Settings.load(store))
    drawn = pairs(index.store, limit, seed)
    same = agreement(HybridRetriever(index), drawn)
    for kind in ("table", "defined"):
        values = [float(yes) for yes, pair in zip(same, drawn, strict=True) if pair.kind == kind]
        if values:
            found = mean_estimate(values)
            click.echo(f"{kind}: {found.value:.3f} ({found.low:.3f}–{found.high:.3f}), n {found.n}")


COMMANDS = (hidden_command, pairs_command, judge_command, add_command, list_command, table_command, check_command)
