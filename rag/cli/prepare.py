"""``rag prepare``: make the encoder ready, once."""

from __future__ import annotations

from pathlib import Path

from rag.cli.options import rag_command, store_option
from rag.cli.output import console
from rag.cli.progress import progress_bars
from rag.lang import say
from rag.settings import Settings


@rag_command(
    "Chuẩn bị bộ mã hóa (một lần cho mỗi máy; lần sau xong ngay).",
    "Prepare the encoder (once a machine; later calls end at once).",
)
@store_option
def command(store: Path | None) -> None:
    """Prepare the configured encoder and say that it is ready."""
    settings = Settings.load(store)
    from rag.answer.span import prepare_reader
    from rag.index.encode import prepare

    with progress_bars() as report:
        prepare(settings, progress=report)
    prepare_reader(settings)
    console(err=True).print(say(f"Bộ mã hóa đã sẵn sàng: {settings.encoder}", f"Encoder ready: {settings.encoder}"))
