"""Progress bars for the long steps, on stderr so that results can be piped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rag.cli.output import console

Report = Callable[[str, int, "int | None"], None]
"""Called with the stage in the language in use, how much is done, and how much there is (``None``: not known)."""


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
            tasks[stage] = bars.add_task(stage[:1].upper() + stage[1:], total=total)
        bars.update(tasks[stage], completed=done, total=total)

    with bars:
        yield report
        for task in bars.tasks:  # a stage whose end was not known has ended now
            bars.update(task.id, total=task.completed)
