"""``rag key``: what programs sign in with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rag.cli.options import json_option, rag_command, store_option
from rag.cli.output import console, print_json, printable
from rag.errors import RagError
from rag.lang import say
from rag.serve.identity import SCOPES, Scope
from rag.settings import Settings

if TYPE_CHECKING:
    from rag.serve.auth.keys import Keys


@click.group(
    help=say("Quản lý khóa API cho chương trình khác.", "Manage the API keys of other programs."),
    subcommand_metavar=say("LỆNH [THAM SỐ]...", "COMMAND [ARGS]..."),
    options_metavar=say("[TÙY CHỌN]", "[OPTIONS]"),
)
def command() -> None:
    """Group of the commands on keys."""


@rag_command("Tạo khóa; chỉ in ra một lần, hãy cất ngay.", "Make a key; it is printed once, so keep it.")
@click.argument("name", metavar=say("TÊN", "NAME"))
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice(SCOPES),
    default=("ask", "read"),
    show_default=True,
    help=say("Quyền: hỏi, đọc, ghi, quản trị (lặp lại được).", "Rights (repeatable)."),
)
@click.option(
    "--group",
    "groups",
    multiple=True,
    metavar=say("NHÓM", "GROUP"),
    help=say("Được đọc như nhóm này (lặp lại được).", "Reads what this group reads (repeatable)."),
)
@click.option(
    "--days",
    type=click.IntRange(1, 3650),
    default=365,
    show_default=True,
    metavar=say("SỐ", "N"),
    help=say("Hết hạn sau bấy nhiêu ngày.", "Days until it expires."),
)
@json_option
@store_option
def create_command(
    *, name: str, scopes: tuple[Scope, ...], groups: tuple[str, ...], days: int, as_json: bool, store: Path | None
) -> None:
    """Print the new key on standard output, all else on standard error."""
    with _keys(store) as keys:
        key, token = keys.create(name, scopes, groups, days)
    if as_json:
        print_json({"id": key.id, "key": token, "scopes": list(key.scopes)})
        return
    console(err=True).print(
        say(f"Khóa {key.id} ({', '.join(key.scopes)}), chỉ hiện lần này:", f"Key {key.id}, shown this once:"),
        soft_wrap=True,
    )
    click.echo(token)


@rag_command("Liệt kê khóa (không có phần bí mật).", "List the keys, without their secrets.")
@json_option
@store_option
def list_command(*, as_json: bool, store: Path | None) -> None:
    """Print one line a key."""
    from rag.serve.auth.keys import shown_time

    with _keys(store) as keys:
        found = keys.all()
    if as_json:
        print_json([asdict(key) for key in found])
        return
    from rich.table import Table

    headings = say("Mã|Tên|Quyền|Nhóm|Hết hạn|Dùng lần cuối|Thu hồi", "Id|Name|Scopes|Groups|Expires|Last used|Revoked")
    table = Table(*headings.split("|"), box=None, pad_edge=False)
    table.columns[0].no_wrap = True
    for key in found:
        times = (shown_time(when) for when in (key.expires, key.used, key.revoked))
        table.add_row(key.id, printable(key.name), " ".join(key.scopes), " ".join(key.groups), *times)
    console().print(table)


@rag_command("Thu hồi khóa.", "Revoke a key.")
@click.argument("key_id", metavar=say("MÃ", "ID"))
@store_option
def revoke_command(*, key_id: str, store: Path | None) -> None:
    """Revoke a key from the next request on."""
    with _keys(store) as keys:
        if not keys.revoke(key_id):
            raise RagError(
                say(f"Không có khóa {key_id} còn hiệu lực; xem rag key list.",
                    f"No valid key {key_id}; see rag key list.")
            )  # fmt: skip
    console().print(say(f"Đã thu hồi {key_id}.", f"Revoked {key_id}."))


command.add_command(create_command, "create")
command.add_command(list_command, "list")
command.add_command(revoke_command, "revoke")


@contextmanager
def _keys(store: Path | None) -> Iterator[Keys]:
    from rag.serve.auth.database import Database
    from rag.serve.auth.keys import Keys

    database = Database(Settings.load(store))
    try:
        yield Keys(database)
    finally:
        database.close()
