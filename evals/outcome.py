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
RUN = click.Path(exists=True, file_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


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
