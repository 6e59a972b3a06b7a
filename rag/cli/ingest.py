"""``rag ingest``: documents from files and folders into the store."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import click

from rag.cli.options import json_option, rag_command, store_option
from rag.cli.output import console, print_json, printable
from rag.cli.progress import progress_bars
from rag.lang import say
from rag.settings import Settings
from rag.types import IngestReport


@rag_command(
    "Nạp tệp và thư mục vào kho. Tệp không đổi thì bỏ qua; tệp hỏng được nêu tên và lý do, các tệp khác vẫn nạp.",
    "Add files and folders to the store. Unchanged files are passed over; a bad file is named with its reason and "
    "the others are still indexed.",
)
@click.argument(
    "paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar=say("ĐƯỜNG_DẪN...", "PATH...")
)
@click.option(
    "--collection",
    metavar=say("TÊN", "NAME"),
    default="default",
    show_default=True,
    help=say("Bộ tài liệu để nạp vào.", "Collection to add them to."),
)
@click.option(
    "--sync",
    is_flag=True,
    help=say(
        "Xóa khỏi kho những tài liệu không còn trong các thư mục đã nêu.",
        "Remove documents that are gone from the named folders.",
    ),
)
@click.option(
    "--ocr",
    is_flag=True,
    help=say(
        "Nhận dạng chữ trong PDF bản quét bằng Tesseract (cần tesseract-ocr-vie).",
        "Recognise scanned PDFs with Tesseract (needs tesseract-ocr-vie).",
    ),
)
@click.option(
    "--watch",
    is_flag=True,
    help=say(
        "Theo dõi tiếp các thư mục, nạp khi có thay đổi (dừng: Ctrl+C).",
        "Go on watching the folders and index what changes (stop: Ctrl+C).",
    ),
)
@click.option(
    "--every",
    type=click.FloatRange(min=0.1),
    default=10.0,
    show_default=True,
    metavar=say("GIÂY", "SECONDS"),
    help=say("Khi theo dõi: số giây giữa hai lần xem.", "When watching: seconds between two looks."),
)
@json_option
@store_option
def command(
    *,
    paths: tuple[Path, ...],
    collection: str,
    sync: bool,
    ocr: bool,
    watch: bool,
    every: float,
    as_json: bool,
    store: Path | None,
) -> int:
    """Index the paths, print the report, and fail when a file failed."""
    settings = Settings.load(store)
    from rag.index.ingest import ingest

    def run() -> IngestReport:
        with progress_bars() as progress:
            return ingest(paths, settings, collection=collection, sync=sync, ocr=ocr, progress=progress)

    show = _print_json if as_json else _print_report
    if watch:
        _watch(paths, run, every, show)
        return 0
    report = run()
    show(report)
    return 1 if report.failed else 0


def _watch(
    paths: tuple[Path, ...], run: Callable[[], IngestReport], every: float, show: Callable[[IngestReport], None]
) -> None:
    from rag.index.watch import watch

    err = console(err=True)
    err.print(
        say(f"Đang theo dõi, {every:g} giây một lần; dừng: Ctrl+C.", f"Watching every {every:g} s; stop: Ctrl+C.")
    )
    watch(
        paths,
        run,
        every_s=every,
        on_report=lambda report: show(report) if _is_news(report) else None,
        on_trouble=lambda reason: err.print(printable(reason), soft_wrap=True),
    )


def _is_news(report: IngestReport) -> bool:
    return bool(report.added or report.updated or report.removed or report.failed)


def _print_json(report: IngestReport) -> None:
    print_json(asdict(report))
    sys.stdout.flush()  # a program that follows a watch reads line by line


def _print_report(report: IngestReport) -> None:
    from rich.table import Table

    table = Table(show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for label, count in (
        (say("Thêm mới", "Added"), report.added),
        (say("Cập nhật", "Updated"), report.updated),
        (say("Không đổi", "Unchanged"), report.unchanged),
        (say("Đã xóa", "Removed"), report.removed),
        (say("Lỗi", "Failed"), len(report.failed)),
    ):
        table.add_row(label, str(count))
    out = console()
    out.print(table)
    for note in report.notes:
        out.print(printable(note), soft_wrap=True)
    for failure in report.failed:
        out.print(printable(f"✗ {failure.source}: {failure.reason}"), soft_wrap=True)
