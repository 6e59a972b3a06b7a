"""``rag export``: the documents as lines of JSON that ``rag ingest`` reads back."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import click

from rag.cli.documents import open_store
from rag.cli.options import filter_options, rag_command, store_option
from rag.cli.output import console, printable
from rag.errors import RagError
from rag.lang import say
from rag.settings import Settings
from rag.types import Filters


@rag_command(
    "Xuất tài liệu và thông tin của chúng ra JSONL; rag ingest đọc lại thành đúng các đoạn ấy.",
    "Write documents and their details as JSONL; rag ingest reads them back to the same passages.",
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False, metavar=say("[TỆP]", "[FILE]"))
@filter_options
@store_option
def command(*, file: Path | None, filters: Filters | None, store: Path | None) -> None:
    """Write to the file once all is written, or to standard output."""
    from rag.index.export import export_rows

    with open_store(Settings.load(store)) as opened:
        lines = (json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n" for row in export_rows(opened, filters))
        if file is None:
            sys.stdout.writelines(lines)
            return
        aside = file.with_name(file.name + ".tmp")
        try:
            n = 0
            with aside.open("w", encoding="utf-8") as out:
                for n, line in enumerate(lines, 1):  # noqa: B007 - counted
                    out.write(line)
                out.flush()
                os.fsync(out.fileno())
            aside.replace(file)
        except OSError as error:
            aside.unlink(missing_ok=True)
            raise RagError(
                say(f"Không ghi được {file}: {error.strerror}.", f"Cannot write {file}: {error.strerror}.")
            ) from error
    console().print(printable(say(f"{file}: {n} tài liệu", f"{file}: {n} documents")), soft_wrap=True)
