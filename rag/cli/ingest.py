"""``rag ingest``: documents from files and folders into the store."""

from __future__ import annotations

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
@json_option
@store_option
def command(*, paths: tuple[Path, ...], collection: str, sync: bool, as_json: bool, store: Path | None) -> int:
    """Index the paths, print the report, and fail when a file failed."""
    settings = Settings.load(store)
    from rag.index.ingest import ingest

    with progress_bars() as progress:
        report = ingest(paths, settings, collection=collection, sync=sync, progress=progress)
    if as_json:
        print_json(asdict(report))
    else:
        _print_report(report)
    return 1 if report.failed else 0


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
