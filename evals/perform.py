"""One run from a plan: load the suite, open what is asked, ask, and leave a folder that can be scored."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from evals.asker import Asker
from evals.baselines import make_baseline
from evals.run import ask_suite, describe, new_folder, read_run, read_samples, write_run
from evals.samples import Case, DatasetError
from evals.suite import Suite, prepare
from rag.lang import say
from rag.settings import Settings

Progress = Callable[[str, int, "int | None"], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """How a suite is run.

    :param out: Folder in which the run's own folder is made.
    :param store: An existing store to ask; ``None`` makes one from the suite's documents.
    :param limit: First questions only; 0 = all.
    :param only: Comma-separated categories, tags or beginnings of ids to keep; empty = all.
    :param resume: Folder of an interrupted run to go on with.
    :param settings: Settings that win over the environment.
    """

    out: Path
    store: Path | None = None
    baseline: str = ""
    limit: int = 0
    only: str = ""
    jobs: int = 1
    seed: int = 0
    resume: Path | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    command: str = ""


def perform(suite: Suite, plan: Plan, progress: Progress = lambda stage, done, total: None) -> Path:
    """Ask a suite as planned.

    :return: The run's folder.
    :raises DatasetError: If nothing is left to ask, or the run to resume was another one.
    """
    chosen = select(suite, plan)
    if not chosen.documents and plan.store is None:
        raise DatasetError(
            say("Bộ câu hỏi này không kèm tài liệu: cần --store.", "This dataset has no documents: give --store.")
        )
    asker, settings = _open(chosen, plan, progress)
    row = describe(chosen, asker, settings, baseline=plan.baseline, seed=plan.seed, command=plan.command)
    folder = plan.resume or new_folder(plan.out, chosen.name + (f"@{plan.baseline}" if plan.baseline else ""))
    if plan.resume:
        _check_same(read_run(plan.resume), row)
    else:
        write_run(folder, row)
    _ask(chosen, asker, folder, plan, progress)
    return folder


def select(suite: Suite, plan: Plan) -> Suite:
    """The questions that the plan wants.

    :raises DatasetError: If none is left.
    """
    words = [word.strip() for word in plan.only.split(",") if word.strip()]
    cases = tuple(case for case in suite.cases if not words or any(_fits(case, word) for word in words))
    cases = cases[: plan.limit] if plan.limit else cases
    if not cases:
        raise DatasetError(
            say(f"Bộ '{suite.name}' không còn câu hỏi nào.", f"Suite '{suite.name}' has no question left.")
        )
    return replace(suite, cases=cases)


def _fits(case: Case, word: str) -> bool:
    return word == case.category or word in case.tags or case.id.startswith(word)


def _open(suite: Suite, plan: Plan, progress: Progress) -> tuple[Asker, Settings]:
    unknown = set(plan.settings) - {item.name for item in fields(Settings) if item.metadata}
    if unknown:
        raise DatasetError(say(f"Không có thiết lập {sorted(unknown)}.", f"There is no setting {sorted(unknown)}."))
    if plan.store is not None:
        from rag.assistant import Assistant

        settings = Settings.load(plan.store, **plan.settings)
        assistant = Assistant.open(settings=settings)
    else:
        assistant, settings = prepare(suite, _workdir(suite, plan), progress, **plan.settings)
    return make_baseline(plan.baseline, assistant), settings


def _workdir(suite: Suite, plan: Plan) -> Path:
    """Suites with the same documents share a store, so that the second run embeds nothing."""
    text = json.dumps(sorted(suite.documents.items()), ensure_ascii=False)
    folder = plan.resume.parent if plan.resume else plan.out
    return folder / ".stores" / hashlib.sha256(text.encode()).hexdigest()[:12]


def _check_same(before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    for key in ("suite", "baseline", "data_hash", "seed", "index_version"):
        if before.get(key) != now[key]:
            raise DatasetError(
                say(f"Không tiếp tục được: {key} đã đổi ({before.get(key)} → {now[key]}).",
                    f"Cannot resume: {key} changed ({before.get(key)} to {now[key]}).")
            )  # fmt: skip


def _ask(suite: Suite, asker: Asker, folder: Path, plan: Plan, progress: Progress) -> None:
    total, stage = len(suite.cases), suite.name
    done = len(read_samples(folder))
    progress(stage, done, total)

    def tick() -> None:
        nonlocal done
        done += 1
        progress(stage, done, total)

    ask_suite(suite, asker, folder, jobs=plan.jobs, on_done=tick)
