"""The ``rag`` command: finds its sub-commands lazily and turns every failure into one line and an exit code.

Exit codes: 0 done, 1 an expected failure (told in one line), 2 wrong use, 130 interrupted, 141 the reader of a pipe
went away. A bug keeps its traceback.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import click

from rag import __version__
from rag.cli import click_texts
from rag.errors import RagError, SettingError
from rag.lang import say
from rag.settings import Settings

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

ACTS = ("user", "key", "collection", "documents", "backup", "restore", "export", "embed-token")
"""Commands that change who may do what, remove documents, take them away whole, or speak for a person; no secret ever
stands among their arguments."""
GROUPS = ("user", "key", "collection", "documents")
"""Those of them that do nothing without a further word."""
LOOKS = ("list", "show")
INTERRUPTED = 130
READER_GONE = 141


@dataclass(frozen=True, slots=True)
class LazyCommand:
    """A sub-command that is imported when it is used; its one-line help stands here."""

    target: str
    vi: str
    en: str

    def load(self) -> click.Command:
        """Import the module and return its command."""
        module, _, name = self.target.partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command


COMMANDS: Mapping[str, LazyCommand] = {
    "prepare": LazyCommand("rag.cli.prepare:command", "Chuẩn bị bộ mã hóa.", "Prepare the encoder."),
    "ingest": LazyCommand("rag.cli.ingest:command", "Nạp tài liệu vào kho.", "Add documents to the store."),
    "ask": LazyCommand("rag.cli.ask:command", "Hỏi và nhận câu trả lời có trích dẫn.", "Ask; get a cited answer."),
    "search": LazyCommand("rag.cli.search:command", "Tìm các đoạn liên quan.", "Find passages."),
    "documents": LazyCommand(
        "rag.cli.documents:command", "Liệt kê, xem, xóa tài liệu.", "List, show or remove documents."
    ),
    "backup": LazyCommand(
        "rag.cli.backup:backup_command", "Sao lưu kho vào một tệp.", "Write the store into one file."
    ),
    "restore": LazyCommand(
        "rag.cli.backup:restore_command", "Khôi phục kho từ bản sao lưu.", "Put a backup in the place of the store."
    ),
    "verify": LazyCommand(
        "rag.cli.verify:command", "Đối chiếu kho với chính văn bản của nó.", "Compare the store with its own texts."
    ),
    "export": LazyCommand("rag.cli.export:command", "Xuất tài liệu ra JSONL.", "Write the documents as lines of JSON."),
    "serve": LazyCommand("rag.cli.serve:command", "Mở trang hỏi đáp.", "Serve the chat page."),
    "key": LazyCommand("rag.cli.key:command", "Quản lý khóa API.", "Manage the API keys."),
    "user": LazyCommand("rag.cli.user:command", "Quản lý người dùng đăng nhập.", "Manage the people who sign in."),
    "collection": LazyCommand(
        "rag.cli.collection:command", "Ai đọc được bộ tài liệu nào.", "Who reads which collection."
    ),
    "embed-token": LazyCommand(
        "rag.cli.embed_token:command", "Ký thử mã truy cập cho trang nhúng.", "Sign a token for trying the embed."
    ),
    "doctor": LazyCommand("rag.cli.doctor:command", "Kiểm tra máy và kho.", "Check the machine and the store."),
}


class RagGroup(click.Group):
    """Sub-commands from :data:`COMMANDS`, then those that entry points of the group ``rag.commands`` add."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of a person's work, then the added ones."""
        return [*COMMANDS, *sorted(_added_commands())]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now; ``None`` where there is none."""
        if cmd_name in COMMANDS:
            return COMMANDS[cmd_name].load()
        entry = _added_commands().get(cmd_name)
        return entry.load() if entry else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing ours."""
        rows = [(name, say(lazy.vi, lazy.en)) for name, lazy in COMMANDS.items()]
        rows += [(name, _short_help(entry)) for name, entry in sorted(_added_commands().items())]
        with formatter.section(say("Lệnh", "Commands")):
            formatter.write_dl(rows)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a reader that went away (``rag … | head``) ends it quietly."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            # What is still buffered must not raise again when the interpreter ends.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(READER_GONE)
        return result


def run(args: Sequence[str] | None = None) -> int:
    """Run one command line.

    :param args: Arguments without the program's name; those of the process when ``None``.
    :return: The exit code.
    """
    with contextlib.suppress(SettingError):  # the command itself will tell; here only the language matters
        Settings.load()
    click_texts.install()
    try:
        code = _group().main(args, prog_name="rag", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        click.echo(say("Đã dừng.", "Stopped."), err=True)
        return INTERRUPTED
    except RagError as error:
        click.echo(say(f"Lỗi: {error}", f"Error: {error}"), err=True)
        return 1
    if code in (None, 0):
        _note_act(sys.argv[1:] if args is None else args)
    return code if isinstance(code, int) else 0


def _note_act(args: Sequence[str]) -> None:
    """Note in the audit log who changed people, keys, rights or documents from the command line."""
    if not args or args[0] not in ACTS or {"-h", "--help"} & set(args):
        return
    if args[0] in GROUPS and (len(args) < 2 or args[1] in LOOKS):
        return
    from rag.serve.audit import Audit, shell_user

    places = [value for name, value in pairwise(args) if name == "--store"]
    places += [name.removeprefix("--store=") for name in args if name.startswith("--store=")]
    with contextlib.suppress(SettingError, OSError):  # the act is done; a full disk must not turn it into a failure
        settings = Settings.load(places[-1] if places else None)
        Audit(settings).record(f"shell:{shell_user()}", " ".join(("rag", *args)))


def _group() -> click.Group:
    group = RagGroup(
        "rag",
        help=say(
            "Hỏi đáp trên kho tin bài tiếng Việt: câu trả lời nào cũng dẫn đúng đoạn nguồn. Chạy trên máy này, "
            "không gửi gì ra ngoài.",
            "Ask questions of Vietnamese news documents; every answer cites its passages. Runs on this machine and "
            "sends nothing out.",
        ),
        options_metavar=say("[TÙY CHỌN]", "[OPTIONS]"),
        subcommand_metavar=say("LỆNH [THAM SỐ]...", "COMMAND [ARGS]..."),
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
        epilog=say("Xem cách dùng từng lệnh: rag LỆNH --help", "Help on a command: rag COMMAND --help"),
    )
    return click.version_option(
        __version__,
        prog_name="news-rag",
        message="%(prog)s %(version)s",
        help=say("In phiên bản.", "Show the version."),
    )(group)


def _short_help(entry: EntryPoint) -> str:
    if entry.value == "evals.cli:command":  # ours: listing it must not cost its import
        return say("Đo chất lượng câu trả lời.", "Measure how good the answers are.")
    try:
        command: click.Command = entry.load()
    except ImportError as error:  # one broken addition must not take the help away
        return say(f"(không nạp được: {error})", f"(cannot be loaded: {error})")
    return command.get_short_help_str()


def _added_commands() -> dict[str, EntryPoint]:
    from importlib.metadata import entry_points

    return {entry.name: entry for entry in entry_points(group="rag.commands")}
