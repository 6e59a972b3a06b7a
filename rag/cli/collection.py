"""``rag collection``: who reads which part of the documents."""

from __future__ import annotations

from pathlib import Path

import click

from rag.cli.options import json_option, rag_command, store_option
from rag.cli.output import console, print_json, printable
from rag.lang import say
from rag.settings import Settings


@click.group(
    help=say(
        "Ai đọc được bộ tài liệu nào (bộ được đặt khi nạp: rag ingest --collection).",
        "Who reads which collection (named when adding: rag ingest --collection).",
    ),
    subcommand_metavar=say("LỆNH [THAM SỐ]...", "COMMAND [ARGS]..."),
    options_metavar=say("[TÙY CHỌN]", "[OPTIONS]"),
)
def command() -> None:
    """Group of the commands on collections."""


@rag_command("Liệt kê các bộ và nhóm đọc được.", "List the collections with the groups that read them.")
@json_option
@store_option
def list_command(*, as_json: bool, store: Path | None) -> None:
    """Print one line a collection, also those that have a rule but no documents yet."""
    from rag.serve.auth.signed_in import Desk

    rights = Desk(Settings.load(store)).rights
    rules, others = rights.rules(), rights.others_are_open
    rows = {name: sorted(rules[name]) if name in rules else None for name in sorted({*rights.collections(), *rules})}
    if as_json:
        print_json({"others": "open" if others else "closed", "collections": rows})
        return
    from rich.table import Table

    table = Table(*say("Bộ|Ai đọc được", "Collection|Read by").split("|"), box=None, pad_edge=False)
    for name, groups in rows.items():
        table.add_row(printable(name or "-"), printable(_readers(groups, others)))
    console().print(table)


@rag_command(
    "Đặt nhóm đọc được một bộ. Không ghi nhóm nào = bỏ quy định riêng. Nhóm * = mọi người đã đăng nhập; "
    "nhóm anonymous = cả khách của trang nhúng không đăng nhập.",
    "Say which groups read a collection. No group = no rule of its own. Group * = everybody who signed in; group "
    "anonymous = also visitors of an embedded chat without sign-in.",
)
@click.argument("name", metavar=say("BỘ", "COLLECTION"))
@click.argument("groups", nargs=-1, metavar=say("NHÓM...", "GROUP..."))
@store_option
def readers_command(*, name: str, groups: tuple[str, ...], store: Path | None) -> None:
    """Replace the rule of a collection from the next question on."""
    from rag.serve.auth.signed_in import Desk

    rights = Desk(Settings.load(store)).rights
    rights.set_readers(name, groups)
    shown = _readers(sorted(groups) if groups else None, rights.others_are_open)
    console().print(printable(f"{name}: {shown}"))


@rag_command(
    "Bộ không có quy định riêng: open = mọi người đã đăng nhập đọc được (mặc định), closed = chỉ người quản trị.",
    "Collections without a rule: open = everybody who signed in reads them (the default), closed = administrators.",
)
@click.argument("state", type=click.Choice(("open", "closed")), metavar="open|closed")
@store_option
def others_command(*, state: str, store: Path | None) -> None:
    """Set what counts for collections without a rule."""
    from rag.serve.auth.signed_in import Desk

    Desk(Settings.load(store)).rights.open_others(state == "open")
    console().print(say(f"Bộ không có quy định riêng: {state}.", f"Collections without a rule: {state}."))


command.add_command(list_command, "list")
command.add_command(readers_command, "readers")
command.add_command(others_command, "others")


def _readers(groups: list[str] | None, others_are_open: bool) -> str:
    if groups is not None:
        return ", ".join(say("mọi người đã đăng nhập", "everybody who signed in") if g == "*" else g for g in groups)
    if others_are_open:
        return say("mọi người đã đăng nhập (không có quy định riêng)", "everybody who signed in (no rule of its own)")
    return say("người quản trị (không có quy định riêng)", "administrators (no rule of its own)")
