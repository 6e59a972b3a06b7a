"""Progress bars for the long steps, on stderr so that results can be piped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rag.cli.output import console
from rag.lang import say

Report = Callable[[str, int, "int | None"], None]
"""Called with the stage, how much is done, and how much there is (``None``: not known)."""


@contextmanager
def progress_bars() -> Iterator[Report]:
    """Show one bar a stage, with the rate and the time left.

    :return: A context whose value is the function that long steps call.
    """
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        SpinnerColumn,
        Task,
        TaskID,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class Rate(TextColumn):
        """Units a second."""

        def render(self, task: Task) -> Text:
            rate = task.finished_speed or task.speed
            return Text(f"{rate:,.1f}/s" if rate else "")

    tasks: dict[str, TaskID] = {}
    bars = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        Rate(""),
        TimeRemainingColumn(),
        console=console(err=True),
    )

    def report(stage: str, done: int, total: int | None) -> None:
        if stage not in tasks:
            tasks[stage] = bars.add_task(_label(stage), total=total)
        bars.update(tasks[stage], completed=done, total=total)

    with bars:
        yield report


def _label(stage: str) -> str:
    """The stage in the language in use; a stage without an entry shows its own name."""
    labels = {
        "find": say("Tìm tệp", "Finding files"),
        "load": say("Đọc tài liệu", "Reading documents"),
        "encode": say("Mã hóa các đoạn", "Encoding passages"),
        "publish": say("Ghi chỉ mục", "Writing the index"),
    }
    return labels.get(stage, stage)
