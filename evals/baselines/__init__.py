"""Simple ways to do the same job, one file each, with the shape of the assistant: what a figure is to be held against.

Each is built on an assistant and uses only what it finds; none knows the documents or the questions of a suite.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from rag.errors import SettingError
from rag.lang import say

if TYPE_CHECKING:
    from evals.asker import Asker

BASELINES = ("bm25", "dense", "rrf", "sentence_only", "always_answer", "always_abstain")


def make_baseline(name: str, asker: Asker) -> Asker:
    """The named baseline on top of an assistant; the assistant itself for an empty name.

    :raises SettingError: If there is no such baseline.
    """
    if not name:
        return asker
    if name not in BASELINES:
        known = ", ".join(BASELINES)
        raise SettingError(say(f"Không có baseline '{name}'; có: {known}.", f"No baseline '{name}'; known: {known}."))
    made: Asker = importlib.import_module(f"evals.baselines.{name}").Baseline(asker)
    return made
