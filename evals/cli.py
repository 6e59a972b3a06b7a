"""``rag eval``: run suites, score them, compare and report. Thin: every command calls one function of this package.

Exit codes: 0 every gate holds, 1 a gate failed, 2 could not run. The last line says which.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from evals.baselines import BASELINES
from evals.cli_data import COMMANDS
from evals.compare import compare
from evals.export import write_reports
from evals.gates import Verdict, judge_gates, read_gates
from evals.outcome import FILE, FOLDER, RUN, with_verdict
from evals.perform import Plan, perform
from evals.score import Scores, read_scores, score_run
from evals.suite import DEFAULT, SUITES, Suite, dataset_suite, load_suite, squad_suite
from evals.table import figure, headings, rows, verdict_rows
from rag.cli.output import console, printable
from rag.cli.progress import progress_bars
from rag.lang import say


def _run_options(command: Callable[..., Any]) -> Callable[..., Any]:
    options = (
        click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path("runs"), show_default=True,
                     help=say("Thư mục chứa các lượt chạy.", "Folder for the runs.")),
        click.option("--limit", type=click.IntRange(min=0), default=0,
                     help=say("Chỉ hỏi N câu đầu.", "First N questions only.")),
        click.option("--filter", "only", default="", metavar=say("NHÓM,…", "CATEGORY,…"),
                     help=say("Chỉ các nhóm, nhãn, tiền tố mã này.", "Only these categories, tags, id prefixes.")),
        click.option("--jobs", type=click.IntRange(min=1), default=1, show_default=True,
                     help=say("Số câu hỏi cùng lúc.", "Questions asked at once.")),
        click.option("--seed", type=int, default=0, show_default=True,
                     help=say("Số gieo ngẫu nhiên.", "Seed of draws.")),
    )  # fmt: skip
    return functools.reduce(lambda inner, option: option(inner), reversed(options), command)


@click.group(
    invoke_without_command=True,
    help=say(
        "Đo chất lượng câu trả lời. Không kèm lệnh con: chạy bộ mặc định và xét các ngưỡng.",
        "Measure how good the answers are. Without a sub-command: run the default suites and judge their gates.",
    ),
)
@_run_options
@click.pass_context
def command(ctx: click.Context, /, **options: Any) -> int | None:
    """Run the default suites, unless a sub-command was named."""
    return None if ctx.invoked_subcommand else _run_default(**options)


@with_verdict
def _run_default(**options: Any) -> Sequence[Verdict]:
    plan = Plan(**options, command=_command_line())
    verdicts: list[Verdict] = []
    for name in DEFAULT:
        verdicts += _run_and_judge(load_suite(name, plan.seed), plan, None)
    return verdicts


@command.command(
    name="run", help=say("Hỏi một bộ câu hỏi, ghi lại tất cả, chấm điểm.", "Ask a suite, log everything, score it.")
)
@click.option("--suite", "names", multiple=True, metavar=say("BỘ", "NAME"),
              help=say(f"{', '.join(SUITES)}; thêm +biến-thể, ví dụ seeds+no-marks.",
                       f"{', '.join(SUITES)}; add +derivation, such as seeds+no-marks."))  # fmt: skip
@click.option("--dataset", type=FILE, help=say("Tệp .jsonl của riêng bạn.", "A .jsonl file of your own."))
@click.option("--squad", type=FILE, help=say("Tệp JSON kiểu SQuAD.", "A SQuAD JSON file."))
@click.option("--store", type=FOLDER, help=say("Kho có sẵn để hỏi.", "An existing store to ask."))
@click.option(
    "--baseline",
    type=click.Choice(BASELINES),
    default=None,
    help=say("Đo một cách làm đơn giản.", "Measure a baseline."),
)
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="KEY=VALUE",
    help=say("Thiết lập cho lượt này.", "A setting for this run."),
)
@click.option("--gates", type=FILE, help=say("Tệp ngưỡng khác.", "Another gates file."))
@click.option("--resume", type=RUN, help=say("Chạy tiếp lượt bị ngắt.", "Go on with an interrupted run."))
@_run_options
@with_verdict
def run_command(
    *, names: Sequence[str], dataset: Path | None, squad: Path | None, settings: Sequence[str], baseline: str | None,
    gates: Path | None, **options: Any,
) -> Sequence[Verdict]:  # fmt: skip
    """Run suites; a baseline is held to no gates unless a file is given."""
    values = {key: value for key, _, value in (item.partition("=") for item in settings)}
    plan = Plan(**options, baseline=baseline or "", settings=values, command=_command_line())
    suites = [load_suite(name, plan.seed) for name in names]
    suites += [dataset_suite(dataset)] if dataset else []
    suites += [squad_suite(squad)] if squad else []
    if not suites:
        suites = [load_suite(name, plan.seed) for name in DEFAULT]
    return [verdict for suite in suites for verdict in _run_and_judge(suite, plan, gates)]


@command.command(name="score", help=say("Chấm lại một lượt chạy.", "Score a run again."))
@click.argument("run", type=RUN)
@click.option("--gates", type=FILE, help=say("Tệp ngưỡng khác.", "Another gates file."))
@with_verdict
def score_command(*, run: Path, gates: Path | None) -> Sequence[Verdict]:
    """Score a logged run and judge its gates."""
    scores = score_run(run)
    return _show(scores, judge_gates(read_gates(scores.suite, gates), scores))


@command.command(
    name="compare", help=say("So sánh hai lượt chạy cùng câu hỏi.", "Compare two runs of the same questions.")
)
@click.argument("a", type=RUN)
@click.argument("b", type=RUN)
@with_verdict
def compare_command(*, a: Path, b: Path) -> None:
    """Print paired differences (b minus a) and the questions that flipped."""
    found = compare(read_scores(a), read_scores(b))
    head = (
        say("Thước đo", "Metric"),
        say("Nhóm", "Category"),
        "A",
        "B",
        "B - A",
        say("Khoảng 95 %", "95 % interval"),
        "n",
        "",
    )
    body = [
        (d.metric, d.category, figure(d.a, d.metric), figure(d.b, d.metric), f"{d.change.value:+.3f}",
         f"{d.change.low:+.3f} – {d.change.high:+.3f}", str(d.change.n), "*" if d.is_certain else "")
        for d in found.differences
    ]  # fmt: skip
    _print_table(head, body)
    for flip in found.flips:
        sign = "+" if flip.better else "-"
        click.echo(f"{sign} {flip.id} ({flip.category}): {flip.before} → {flip.after}")
    flips, alone = len(found.flips), f"A {found.only_a}, B {found.only_b}"
    click.echo(say(f"{found.n} câu chung, {flips} câu đổi kết quả; chỉ có ở {alone}.",
                   f"{found.n} shared questions, {flips} flipped; only in {alone}."))  # fmt: skip


@command.command(
    name="report", help=say("Viết báo cáo HTML, CSV, Markdown, JUnit.", "Write HTML, CSV, Markdown and JUnit.")
)
@click.argument("run", type=RUN)
@click.option("--baseline", type=RUN, help=say("Lượt chạy để đặt bên cạnh.", "A run to show beside it."))
@click.option("--gates", type=FILE, help=say("Tệp ngưỡng khác.", "Another gates file."))
@with_verdict
def report_command(*, run: Path, baseline: Path | None, gates: Path | None) -> None:
    """Write the reports of a run into its folder."""
    for path in write_reports(run, gates, baseline):
        click.echo(printable(str(path)))


def _run_and_judge(suite: Suite, plan: Plan, gates: Path | None) -> Sequence[Verdict]:
    chosen = () if plan.baseline and not gates else read_gates(suite.name, gates)
    with progress_bars() as report:
        folder = perform(suite, plan, report)
    scores = score_run(folder)
    click.echo(f"\n{suite.name}: {printable(str(folder))}")
    return _show(scores, judge_gates(chosen, scores))


def _show(scores: Scores, verdicts: Sequence[Verdict]) -> Sequence[Verdict]:
    _print_table(headings(), rows(scores))
    if verdicts:
        _print_table((say("Ngưỡng", "Gate"), say("Đo được", "Measured"), ""), verdict_rows(verdicts))
    return verdicts


def _print_table(head: Sequence[str], body: Sequence[Sequence[str]]) -> None:
    from rich.table import Table

    table = Table(*head, box=None, pad_edge=False)
    for line in body:
        table.add_row(*map(printable, line))
    console().print(table)


def _command_line() -> str:
    return " ".join(["rag", *sys.argv[1:]])


for _added in COMMANDS:
    command.add_command(_added)
