"""``rag embed-token``: a token as the embedding page's server would make it."""

from __future__ import annotations

from pathlib import Path

import click

from rag.cli.options import rag_command, store_option
from rag.lang import say
from rag.settings import Settings


@rag_command(
    "Ký thử một mã truy cập cho trang nhúng (cần RAG_EMBED_SECRET và RAG_EMBED_ORIGINS).",
    "Sign a token for trying the embed (needs RAG_EMBED_SECRET and RAG_EMBED_ORIGINS).",
)
@click.argument("user", metavar=say("TÊN", "NAME"))
@click.option("--origin", required=True, metavar=say("ĐỊA_CHỈ", "ORIGIN"), help=say("Trang nhúng.", "Embedding page."))
@click.option("--display", default="", metavar=say("HỌ_TÊN", "NAME"), help=say("Tên hiển thị.", "Name to show."))
@click.option(
    "--group", "groups", multiple=True, metavar=say("NHÓM", "GROUP"), help=say("Nhóm (lặp lại được).", "Group.")
)
@click.option(
    "--seconds",
    type=click.IntRange(1, 600),
    default=300,
    show_default=True,
    metavar=say("GIÂY", "SECONDS"),
    help=say("Thời hạn.", "How long it counts."),
)
@store_option
def command(*, user: str, origin: str, display: str, groups: tuple[str, ...], seconds: int, store: Path | None) -> None:
    """Print the token alone, for use in a script."""
    from rag.serve.embed.tokens import make_token

    settings = Settings.load(store)
    click.echo(make_token(settings, user, origin=origin, name=display, groups=groups, lasts_s=seconds))
