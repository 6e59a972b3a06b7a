"""``rag backup`` and ``rag restore``: a store in one file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rag.cli.options import rag_command, store_option
from rag.cli.output import console, printable
from rag.lang import say
from rag.settings import Settings

if TYPE_CHECKING:
    from rag.index.backup import BackupInfo

_FILE = click.Path(dir_okay=False, path_type=Path)


@rag_command(
    "Sao lưu cả kho vào một tệp, kể cả khi đang phục vụ hoặc đang nạp.",
    "Write the whole store into one file, also while it is served or written to.",
)
@click.argument("file", type=_FILE, metavar=say("TỆP", "FILE"))
@store_option
def backup_command(*, file: Path, store: Path | None) -> None:
    """Back the store up."""
    settings = Settings.load(store)
    from rag.index.backup import backup

    info = backup(settings, file.absolute())
    size = file.stat().st_size / 2**20
    console().print(printable(f"{file}: {_counts(info)}, {size:.1f} MiB"), soft_wrap=True)


@rag_command(
    "Thay kho bằng một bản sao lưu; kho cũ được giữ ở rag.db.before-restore. Trang đang mở tự dùng kho mới.",
    "Put a backup in the place of the store; the old one is kept as rag.db.before-restore. Running servers take it up.",
)
@click.argument("file", type=_FILE, metavar=say("TỆP", "FILE"))
@click.option("--yes", "-y", is_flag=True, help=say("Không hỏi lại.", "Do not ask."))
@store_option
def restore_command(*, file: Path, yes: bool, store: Path | None) -> int:
    """Restore a backup after asking, if there is something to lose."""
    settings = Settings.load(store)
    from rag.index.backup import read_info, restore
    from rag.index.sqlite.schema import FILE_NAME

    info = read_info(file)
    if (settings.store / FILE_NAME).exists() and not yes and not _agreed(info):
        return 1
    restore(file, settings)
    console().print(say(f"Đã khôi phục: {_counts(info)}.", f"Restored: {_counts(info)}."), soft_wrap=True)
    return 0


def _agreed(info: BackupInfo) -> bool:
    if not sys.stdin.isatty():
        raise click.UsageError(say("Không hỏi lại được ở đây; thêm --yes.", "Cannot ask here; add --yes."))
    question = say(
        f"Thay kho hiện có bằng bản sao lưu ngày {info.created[:10]} ({_counts(info)})?",
        f"Replace the store by the backup of {info.created[:10]} ({_counts(info)})?",
    )
    return click.confirm(question)


def _counts(info: BackupInfo) -> str:
    return say(
        f"{info.n_documents} tài liệu, {info.n_passages} đoạn",
        f"{info.n_documents} documents, {info.n_passages} passages",
    )
