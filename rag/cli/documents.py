"""``rag documents``: what the store holds."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rag.cli.options import CutoffType, filter_options, json_option, rag_command, store_option
from rag.cli.output import console, print_json, printable, shown_date
from rag.errors import RagError
from rag.lang import say
from rag.settings import Settings
from rag.types import Document, DocumentInfo, Filters

if TYPE_CHECKING:
    from rag.index.store import Store


@click.group(
    help=say("Liệt kê, xem, xóa tài liệu trong kho.", "List, show or remove the documents of the store."),
    subcommand_metavar=say("LỆNH [THAM SỐ]...", "COMMAND [ARGS]..."),
    options_metavar=say("[TÙY CHỌN]", "[OPTIONS]"),
)
def command() -> None:
    """Group of the commands on documents."""


@rag_command("Liệt kê tài liệu, mới nhất trước.", "List the documents, newest first.")
@click.option("--limit", type=click.IntRange(min=1), metavar=say("SỐ", "N"), help=say("Tối đa.", "At most."))
@json_option
@filter_options
@store_option
def list_command(*, limit: int | None, as_json: bool, filters: Filters | None, store: Path | None) -> None:
    """Print one line a document."""
    with open_store(Settings.load(store)) as opened:
        infos = opened.list_documents(filters, limit=limit)
    if as_json:
        print_json([info_to_dict(info) for info in infos])
        return
    _print_table(infos)


@rag_command("Xem một tài liệu.", "Show one document.")
@click.argument("document_id", metavar=say("MÃ", "ID"))
@click.option("--version", metavar=say("PHIÊN_BẢN", "VERSION"), help=say("Một phiên bản cũ.", "An old version."))
@json_option
@store_option
def show_command(*, document_id: str, version: str | None, as_json: bool, store: Path | None) -> None:
    """Print what is known of a document, then its text."""
    with open_store(Settings.load(store)) as opened:
        document = opened.document(document_id, version)
    if document is None:
        raise _unknown([document_id])
    if as_json:
        print_json({**info_to_dict(document.info), "text": document.text})
    else:
        _print_document(document)


@rag_command("Xóa hẳn tài liệu khỏi kho (tệp gốc còn nguyên).", "Remove documents from the store; files stay.")
@click.argument("document_ids", nargs=-1, required=True, metavar=say("MÃ...", "ID..."))
@click.option("--yes", "-y", is_flag=True, help=say("Không hỏi lại.", "Do not ask."))
@store_option
def remove_command(*, document_ids: tuple[str, ...], yes: bool, store: Path | None) -> int:
    """Remove documents after asking, all of them or none."""
    settings = Settings.load(store)
    with open_store(settings) as opened:
        infos = opened.documents(document_ids)
    missing = [given for given in document_ids if given not in {info.id for info in infos}]
    if missing:
        raise _unknown(missing)
    if not yes and not _agreed(infos):
        return 1
    from rag.index.ingest import remove

    remove(document_ids, settings)
    console().print(say(f"Đã xóa {len(infos)} tài liệu.", f"Removed {len(infos)} documents."))
    return 0


@rag_command(
    "Xóa hẳn các phiên bản cũ và mọi dấu vết của những gì đã xóa trong tệp của kho.",
    "Drop old versions, and everything in the store's files that holds what was removed.",
)
@click.option(
    "--older-than",
    type=CutoffType(),
    metavar=say("NGÀY", "DAYS"),
    help=say(
        "Chỉ các phiên bản được lưu trước đó: số ngày (365) hoặc một ngày (22/01/2021).",
        "Only versions stored before: a number of days (365) or a day (2021-01-22).",
    ),
)
@click.option("--yes", "-y", is_flag=True, help=say("Không hỏi lại.", "Do not ask."))
@store_option
def purge_command(*, older_than: date | None, yes: bool, store: Path | None) -> int:
    """Drop what only the past needs, after asking."""
    settings = Settings.load(store)
    if not yes and not _confirmed(
        say("Xóa hẳn các phiên bản cũ? Trích dẫn tới chúng sẽ không mở được nữa.",
            "Drop old versions for good? Citations of them can no longer be opened.")
    ):  # fmt: skip
        return 1
    from rag.index.retention import purge

    before = datetime.combine(older_than, time.min).astimezone() if older_than else None
    gone = purge(settings, before)
    console().print(say(f"Đã xóa hẳn {gone} phiên bản cũ.", f"Dropped {gone} old versions."))
    return 0


@rag_command(
    "Xóa tài liệu quá hạn theo ngày đăng (tệp gốc còn nguyên; tài liệu không có ngày được giữ).",
    "Remove documents published too long ago; files stay, and so do documents without a date.",
)
@click.option(
    "--older-than",
    type=CutoffType(),
    required=True,
    metavar=say("NGÀY", "DAYS"),
    help=say(
        "Đăng trước đó: số ngày (730) hoặc một ngày (22/01/2021).",
        "Published before: a number of days (730) or a day (2021-01-22).",
    ),
)
@click.option(
    "--collection",
    multiple=True,
    metavar=say("TÊN", "NAME"),
    help=say("Chỉ bộ tài liệu này (dùng được nhiều lần).", "Only this collection (repeatable)."),
)
@click.option("--yes", "-y", is_flag=True, help=say("Không hỏi lại.", "Do not ask."))
@store_option
def expire_command(*, older_than: date, collection: tuple[str, ...], yes: bool, store: Path | None) -> int:
    """Remove what is out of date, after asking."""
    settings = Settings.load(store)
    with open_store(settings) as opened:
        infos = opened.list_documents(Filters(date_to=older_than - timedelta(days=1), collections=collection))
    if infos and not yes and not _agreed(infos):
        return 1
    if infos:
        from rag.index.ingest import remove

        remove([info.id for info in infos], settings)
    console().print(say(f"Đã xóa {len(infos)} tài liệu.", f"Removed {len(infos)} documents."))
    return 0


command.add_command(list_command, "list")
command.add_command(show_command, "show")
command.add_command(remove_command, "remove")
command.add_command(purge_command, "purge")
command.add_command(expire_command, "expire")


@contextmanager
def open_store(settings: Settings) -> Iterator[Store]:
    """The store for reading, closed at the end.

    :raises StoreMissingError: If nothing was indexed there yet.
    """
    from rag.index import opening

    with closing(opening.open_store(settings.store)) as store:  # listing needs no index, so none is opened or mended
        yield store


def info_to_dict(info: DocumentInfo) -> dict[str, Any]:
    """What is known of a document as JSON-ready values."""
    return {**asdict(info), "published": info.published.isoformat() if info.published else None}


def _unknown(ids: list[str]) -> RagError:
    listed = ", ".join(ids)
    return RagError(
        say(f"Không có tài liệu: {listed}. Xem mã bằng rag documents list.",
            f"No such document: {listed}. See the ids with rag documents list.")
    )  # fmt: skip


def _agreed(infos: tuple[DocumentInfo, ...]) -> bool:
    _must_be_able_to_ask()
    for info in infos:
        click.echo(printable(f"{info.id}  {info.title or info.source}"))
    return click.confirm(say("Xóa các tài liệu này?", "Remove these documents?"))


def _confirmed(question: str) -> bool:
    _must_be_able_to_ask()
    return click.confirm(question)


def _must_be_able_to_ask() -> None:
    if not sys.stdin.isatty():
        raise click.UsageError(say("Không hỏi lại được ở đây; thêm --yes.", "Cannot ask here; add --yes."))


def _print_table(infos: tuple[DocumentInfo, ...]) -> None:
    from rich.table import Table

    headings = (say("Mã", "Id"), say("Ngày", "Date"), say("Bộ", "Collection"), say("Tên", "Title"))
    table = Table(*headings, box=None, pad_edge=False)
    table.columns[0].no_wrap = True
    for info in infos:
        title = printable(info.title or info.source)
        table.add_row(info.id, shown_date(info.published), printable(info.collection), title)
    out = console()
    out.print(table)
    out.print(say(f"{len(infos)} tài liệu", f"{len(infos)} documents"), style="dim")


def _print_document(document: Document) -> None:
    info, out = document.info, console()
    for label, value in (
        (say("Mã", "Id"), info.id),
        (say("Phiên bản", "Version"), info.version),
        (say("Bộ", "Collection"), info.collection),
        (say("Tên", "Title"), info.title),
        (say("Ngày đăng", "Published"), shown_date(info.published)),
        (say("Cơ quan đăng", "Publisher"), info.publisher),
        (say("Tác giả", "Author"), info.author),
        (say("Địa chỉ", "Address"), info.url),
        (say("Nguồn", "Source"), info.source),
    ):
        if value:
            out.print(printable(f"{label}: {value}"), soft_wrap=True)
    out.print()
    out.print(printable(document.text), soft_wrap=True)
