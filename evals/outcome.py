"""What the commands of ``rag eval`` share: kinds of arguments, and the verdict that agrees with the exit code."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from evals.gates import Verdict, exit_code, verdict_line
from rag.errors import RagError
from rag.lang import say

COULD_NOT_RUN = 2
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


class RunFolder(click.Path):
    """The folder of a run, or a folder that ``--out`` named and in which one run was made."""

    def __init__(self) -> None:
        super().__init__(exists=True, file_okay=False, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The run's own folder.

        :raises click.BadParameter: If the folder holds several runs; the message names them.
        """
        folder = Path(str(super().convert(value, param, ctx)))
        runs = [] if (folder / "run.json").is_file() else sorted(path.parent for path in folder.glob("*/run.json"))
        if len(runs) > 1:
            names = ", ".join(path.name for path in runs)
            self.fail(say(f"{folder} có nhiều lượt chạy, hãy chọn một: {names}.",
                          f"{folder} holds several runs, name one of them: {names}."), param, ctx)  # fmt: skip
        return runs[0] if runs else folder


RUN = RunFolder()


def with_verdict(work: Callable[..., Sequence[Verdict] | None]) -> Callable[..., int]:
    """Print the verdict as the last line and return the exit code that agrees with it."""

    @functools.wraps(work)
    def run(*args: Any, **kwargs: Any) -> int:
        try:
            verdicts = work(*args, **kwargs)
        except RagError as error:
            click.echo(say(f"KHÔNG CHẠY ĐƯỢC: {error}", f"COULD NOT RUN: {error}"))
            return COULD_NOT_RUN
        except (KeyboardInterrupt, click.Abort):
            click.echo(say("KHÔNG CHẠY ĐƯỢC: bị ngắt giữa chừng; chạy tiếp bằng rag eval run --resume LƯỢT_CHẠY.",
                           "COULD NOT RUN: interrupted; go on with rag eval run --resume RUN."))  # fmt: skip
            return COULD_NOT_RUN
        if verdicts is None:
            return 0
        click.echo(verdict_line(verdicts))
        return exit_code(verdicts)

    return run
