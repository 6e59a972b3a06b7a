"""``rag user``: who may sign in, with which role and groups."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rag.cli.options import json_option, rag_command, store_option
from rag.cli.output import console, print_json, printable
from rag.errors import RagError
from rag.lang import say
from rag.serve.identity import ROLE_SCOPES, Role
from rag.settings import Settings

if TYPE_CHECKING:
    from rag.serve.auth.people import User
    from rag.serve.auth.signed_in import Desk

_NAME = say("TÊN", "NAME")
_role_option = click.option(
    "--role",
    type=click.Choice(tuple(ROLE_SCOPES)),
    default="reader",
    show_default=True,
    help=say("Vai trò: đọc và hỏi, biên tập, quản trị.", "Role: read and ask, edit, administer."),
)
_stdin_option = click.option(
    "--stdin",
    "from_stdin",
    is_flag=True,
    help=say("Đọc mật khẩu từ dòng đầu của đầu vào chuẩn.", "Read the password from the first line of standard input."),
)


@click.group(
    help=say("Quản lý người dùng đăng nhập (RAG_AUTH).", "Manage the people who sign in (RAG_AUTH)."),
    subcommand_metavar=say("LỆNH [THAM SỐ]...", "COMMAND [ARGS]..."),
    options_metavar=say("[TÙY CHỌN]", "[OPTIONS]"),
)
def command() -> None:
    """Group of the commands on users."""


@rag_command("Thêm người dùng.", "Add a user.")
@click.argument("name", metavar=_NAME)
@click.option("--display", default="", metavar=say("HỌ_TÊN", "NAME"), help=say("Tên hiển thị.", "Name to show."))
@_role_option
@click.option(
    "--group", "groups", multiple=True, metavar=say("NHÓM", "GROUP"), help=say("Nhóm (lặp lại được).", "Group.")
)
@click.option(
    "--external",
    is_flag=True,
    help=say("Không đặt mật khẩu: người này đăng nhập qua proxy hoặc OIDC.", "No password: signs in elsewhere."),
)
@_stdin_option
@store_option
def add_command(
    *,
    name: str,
    display: str,
    role: Role,
    groups: tuple[str, ...],
    external: bool,
    from_stdin: bool,
    store: Path | None,
) -> None:
    """Ask for the password unless it comes on standard input."""
    from rag.serve.auth.people import Person, check_name

    check_name(name)
    password = None if external else _password(from_stdin)
    with _desk(store) as desk:
        desk.people.add(Person(name, display, role, frozenset(groups)), password)
    console().print(say(f"Đã thêm {name} ({role}).", f"Added {name} ({role})."))


@rag_command("Liệt kê người dùng.", "List the users.")
@json_option
@store_option
def list_command(*, as_json: bool, store: Path | None) -> None:
    """Print one line a user; never a password or its hash."""
    with _desk(store) as desk:
        users = desk.people.all()
        n_sessions = {user.person.name: len(desk.sessions.of(user.person.name)) for user in users}
    if as_json:
        print_json([_to_dict(user, n_sessions[user.person.name]) for user in users])
        return
    from rich.table import Table

    headings = say("Tên|Họ tên|Vai trò|Nhóm|Phiên đang mở", "Name|Display|Role|Groups|Open sessions").split("|")
    table = Table(*headings, box=None, pad_edge=False)
    for user in users:
        person = user.person
        groups = ", ".join(sorted(person.groups))
        table.add_row(
            person.name, printable(person.display), person.role, printable(groups), str(n_sessions[person.name])
        )
    console().print(table)


@rag_command("Đặt lại mật khẩu; các phiên đang mở kết thúc.", "Set a new password; open sessions end.")
@click.argument("name", metavar=_NAME)
@_stdin_option
@store_option
def passwd_command(*, name: str, from_stdin: bool, store: Path | None) -> None:
    """Ask for the new password unless it comes on standard input."""
    with _desk(store) as desk:
        desk.people.set_password(name, _password(from_stdin))
    console().print(say(f"Đã đổi mật khẩu của {name}.", f"Changed the password of {name}."))


@rag_command("Đổi vai trò.", "Change the role.")
@click.argument("name", metavar=_NAME)
@click.argument("role", type=click.Choice(tuple(ROLE_SCOPES)), metavar=say("VAI_TRÒ", "ROLE"))
@store_option
def role_command(*, name: str, role: Role, store: Path | None) -> None:
    """Change the role from the next request on."""
    with _desk(store) as desk:
        desk.people.set_role(name, role)
    console().print(say(f"{name}: {role}.", f"{name}: {role}."))


@rag_command("Đặt các nhóm (thay nhóm cũ; không ghi nhóm nào = bỏ hết).", "Set the groups (none given = no groups).")
@click.argument("name", metavar=_NAME)
@click.argument("groups", nargs=-1, metavar=say("NHÓM...", "GROUP..."))
@store_option
def groups_command(*, name: str, groups: tuple[str, ...], store: Path | None) -> None:
    """Replace the groups from the next request on."""
    with _desk(store) as desk:
        desk.people.set_groups(name, groups)
    console().print(printable(f"{name}: {', '.join(groups) or '-'}"))


@rag_command("Xóa người dùng; các phiên đang mở kết thúc.", "Remove a user; open sessions end.")
@click.argument("name", metavar=_NAME)
@store_option
def remove_command(*, name: str, store: Path | None) -> None:
    """Remove a user."""
    with _desk(store) as desk:
        desk.people.remove(name)
    console().print(say(f"Đã xóa {name}.", f"Removed {name}."))


@rag_command("Kết thúc mọi phiên đang mở của một người.", "End all open sessions of somebody.")
@click.argument("name", metavar=_NAME)
@store_option
def revoke_command(*, name: str, store: Path | None) -> None:
    """End the sessions, those of proxy-less sign-ins elsewhere and of embedded chats too."""
    with _desk(store) as desk:
        n = desk.sessions.close_all(name)
    console().print(say(f"Đã kết thúc {n} phiên của {name}.", f"Ended {n} sessions of {name}."))


for _command, _command_name in (
    (add_command, "add"),
    (list_command, "list"),
    (passwd_command, "passwd"),
    (role_command, "role"),
    (groups_command, "groups"),
    (remove_command, "remove"),
    (revoke_command, "revoke"),
):
    command.add_command(_command, _command_name)


@contextmanager
def _desk(store: Path | None) -> Iterator[Desk]:
    from rag.serve.auth.signed_in import Desk

    desk = Desk(Settings.load(store))
    try:
        yield desk
    finally:
        desk.database.close()


def _password(from_stdin: bool) -> str:
    """Never an argument: those are seen by everybody on the machine and stay in the shell's history."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise RagError(say("Không hỏi mật khẩu được ở đây; dùng --stdin.", "Cannot ask here; use --stdin."))
    again = say("Nhập lại", "Again")
    return str(click.prompt(say("Mật khẩu", "Password"), hide_input=True, confirmation_prompt=again))


def _to_dict(user: User, n_sessions: int) -> dict[str, Any]:
    person = user.person
    return {
        "name": person.name,
        "display": person.display,
        "role": person.role,
        "groups": sorted(person.groups),
        "has_password": bool(user.password),
        "created": user.created.isoformat(),
        "sessions": n_sessions,
    }
