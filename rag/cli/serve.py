"""``rag serve``: the chat page on this machine."""

from __future__ import annotations

from pathlib import Path

import click

from rag.cli.options import rag_command, store_option
from rag.cli.output import console
from rag.lang import say
from rag.settings import Settings


@rag_command(
    "Mở trang hỏi đáp cho trình duyệt. Dừng bằng Ctrl+C.", "Serve the chat page for a browser. Stop it with Ctrl+C."
)
@click.option(
    "--host",
    metavar=say("ĐỊA_CHỈ", "ADDRESS"),
    help=say(
        "Địa chỉ lắng nghe (mặc định 127.0.0.1: chỉ máy này).",
        "Address to listen on (default 127.0.0.1: this machine only).",
    ),
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    metavar=say("CỔNG", "PORT"),
    help=say("Cổng (mặc định 7860; 0 = cổng trống bất kỳ).", "Port (default 7860; 0 = any free one)."),
)
@click.option(
    "--root-path",
    metavar=say("ĐƯỜNG_DẪN", "PATH"),
    help=say(
        "Đường dẫn con mà proxy đặt trợ lý vào, như /tro-ly (mặc định: không có).",
        "Sub-path that a proxy puts the assistant under, such as /tro-ly (default: none).",
    ),
)
@store_option
def command(host: str | None, port: int | None, root_path: str | None, store: Path | None) -> None:
    """Serve until interrupted and print the address once it answers."""
    settings = Settings.load(store, host=host, port=port, root_path=root_path)
    err = console(err=True)
    err.print(say("Đang mở trang hỏi đáp…", "Opening the chat page…"))
    from rag.serve.run import serve

    serve(
        settings,
        on_ready=lambda address: err.print(
            say(f"Mở trình duyệt tại {address}  (dừng: Ctrl+C)", f"Open {address} in a browser  (stop: Ctrl+C)"),
            soft_wrap=True,
        ),
    )
