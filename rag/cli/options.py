"""What several commands share: how a command is made, and the common options."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import click

from rag.lang import say
from rag.types import Filters

Command = TypeVar("Command", bound=Callable[..., Any])


class DateType(click.ParamType[date]):
    """A day, written ``2021-01-22`` or ``22/01/2021``."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Parse one of the two forms; anything else is wrong use."""
        for form in ("%Y-%m-%d", "%d/%m/%Y"):
            try:
                return datetime.strptime(str(value), form).date()
            except ValueError:
                continue
        self.fail(
            say(
                f"{value!r} không phải là ngày; viết 22/01/2021 hoặc 2021-01-22.",
                f"{value!r} is not a day; write 2021-01-22 or 22/01/2021.",
            ),
            param,
            ctx,
        )


class CutoffType(click.ParamType[date]):
    """A day in the past: a number of days before today (``365``), or a day written out."""

    name = "cutoff"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Parse either form; anything else is wrong use."""
        text = str(value)
        if text.isascii() and text.isdigit() and len(text) < 6:  # ``20210122`` is no number of days
            return date.today() - timedelta(days=int(text))
        return DateType().convert(value, param, ctx)


def rag_command(vi: str, en: str) -> Callable[[Callable[..., Any]], click.Command]:
    """Make a command with this help, in the language in use."""
    return click.command(help=say(vi, en), options_metavar=say("[TÙY CHỌN]", "[OPTIONS]"))


def store_option(command: Command) -> Command:
    """Add ``--store``: the folder of the store, ``None`` when not given."""
    return click.option(
        "--store",
        type=click.Path(file_okay=False, path_type=Path),
        metavar=say("THƯ_MỤC", "DIR"),
        help=say(
            "Kho tài liệu (mặc định: RAG_STORE, hoặc kho của bản cài đặt).",
            "Folder of the store (default: RAG_STORE, else the installation's own).",
        ),
    )(command)


def json_option(command: Command) -> Command:
    """Add ``--json`` as the parameter ``as_json``."""
    return click.option(
        "--json", "as_json", is_flag=True, help=say("In JSON cho chương trình khác đọc.", "Print JSON for programs.")
    )(command)


def filter_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--from --to --publisher --collection --document``; the command gets them as one ``filters``."""

    @functools.wraps(command)
    def with_filters(
        *args: Any,
        date_from: date | None,
        date_to: date | None,
        publisher: tuple[str, ...],
        collection: tuple[str, ...],
        document: tuple[str, ...],
        **kwargs: Any,
    ) -> Any:
        filters = Filters(date_from, date_to, publisher, collection, document)
        return command(*args, filters=filters or None, **kwargs)

    day = DateType()
    for option in reversed(
        (
            click.option(
                "--from",
                "date_from",
                type=day,
                metavar=say("NGÀY", "DATE"),
                help=say("Chỉ tin đăng từ ngày này.", "Only documents published from this day on."),
            ),
            click.option(
                "--to",
                "date_to",
                type=day,
                metavar=say("NGÀY", "DATE"),
                help=say("Chỉ tin đăng đến hết ngày này.", "Only documents published up to this day."),
            ),
            click.option(
                "--publisher",
                multiple=True,
                metavar=say("TÊN", "NAME"),
                help=say("Chỉ cơ quan đăng này (dùng được nhiều lần).", "Only this publisher (repeatable)."),
            ),
            click.option(
                "--collection",
                multiple=True,
                metavar=say("TÊN", "NAME"),
                help=say("Chỉ bộ tài liệu này (dùng được nhiều lần).", "Only this collection (repeatable)."),
            ),
            click.option(
                "--document",
                multiple=True,
                metavar=say("MÃ", "ID"),
                help=say("Chỉ tài liệu có mã này (dùng được nhiều lần).", "Only this document (repeatable)."),
            ),
        )
    ):
        with_filters = option(with_filters)
    return with_filters
