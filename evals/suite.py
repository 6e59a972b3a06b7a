"""What is asked of what: the documents, cases and mode that make a suite, and the store they are asked of."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from evals.derive import DERIVATIONS
from evals.samples import DATASETS, REVIEW, Case, DatasetError, case_to_row, check_evidence, read_cases
from evals.squad import read_squad
from rag.lang import say
from rag.settings import Settings

if TYPE_CHECKING:
    from rag.assistant import Assistant

Mode = Literal["ask", "search"]
SEEDS = Path(__file__).parent.parent / "seeds"
DEFAULT = ("seeds", "xquad-vi")


@dataclass(frozen=True, slots=True)
class Suite:
    """A set of questions and the documents they are asked of.

    :param documents: File name -> text; empty where an existing store is asked.
    :param mode: ``ask`` for answers, ``search`` for retrieval alone.
    """

    name: str
    documents: Mapping[str, str]
    cases: tuple[Case, ...]
    mode: Mode = "ask"

    @property
    def data_hash(self) -> str:
        """Hash of all cases and documents."""
        rows = [case_to_row(case) for case in self.cases]
        content = json.dumps([rows, dict(self.documents)], ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()


def load_suite(name: str, seed: int = 0) -> Suite:
    """A shipped suite, derived where the name says so (``seeds+no-marks``).

    :param seed: For derivations that draw.
    :raises DatasetError: If there is no such suite or derivation, or its data is broken.
    """
    base, *derivations = name.split("+")
    if base not in SUITES:
        known = ", ".join(SUITES)
        raise DatasetError(say(f"Không có bộ '{base}'; có: {known}.", f"There is no suite '{base}'; known: {known}."))
    suite = replace(SUITES[base](), name=base)
    for derivation in derivations:
        suite = derive(suite, derivation, seed)
    return suite


def derive(suite: Suite, derivation: str, seed: int = 0) -> Suite:
    """The suite with its questions or documents changed by code; the name tells."""
    if derivation not in DERIVATIONS:
        known = ", ".join(DERIVATIONS)
        raise DatasetError(
            say(f"Không có biến thể '{derivation}'; có: {known}.", f"No derivation '{derivation}'; known: {known}.")
        )
    documents, cases = DERIVATIONS[derivation](suite.documents, suite.cases, seed)
    return replace(suite, name=f"{suite.name}+{derivation}", documents=documents, cases=cases)


def squad_suite(path: Path, mode: Mode = "ask") -> Suite:
    """A suite from a SQuAD file of one's own."""
    documents, cases = read_squad(path)
    return Suite(path.stem, documents, cases, mode)


def dataset_suite(path: Path) -> Suite:
    """A suite from a ``.jsonl`` file, asked of documents beside it (a folder of the same name) or of a store."""
    folder = path.with_suffix("")
    documents = read_texts(folder) if folder.is_dir() else {}
    cases = tuple(case for case in read_cases(path) if REVIEW not in case.tags)
    if not cases:
        raise DatasetError(say(f"{path}: mọi câu đều còn nhãn '{REVIEW}'.", f"{path}: all cases are still '{REVIEW}'."))
    if documents:
        check_evidence(cases, documents)
    return Suite(path.stem, documents, cases)


def prepare(
    suite: Suite, workdir: Path, progress: Callable[[str, int, int | None], None], **settings: Any
) -> tuple[Assistant, Settings]:
    """Index the documents of a suite in a store of its own and open it.

    A second call with the same documents embeds nothing.

    :param workdir: Folder for the documents and the store.
    :param progress: Called with the stage, how much is done and how much there is.
    :param settings: Settings that win over the environment.
    """
    from rag.assistant import Assistant
    from rag.index.ingest import ingest

    folder = workdir / "documents"
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.txt"):
        if old.name not in suite.documents:
            old.unlink()
    for name, text in suite.documents.items():
        (folder / name).write_text(text, encoding="utf-8")
    loaded = Settings.load(workdir / "store", **settings)
    report = ingest([folder], loaded, sync=True, progress=progress)
    if report.failed:
        raise DatasetError(f"{report.failed[0].source}: {report.failed[0].reason}")
    return Assistant.open(settings=loaded), loaded


def _seeds() -> Suite:
    return _local("seeds", SEEDS)


def _articles() -> Suite:
    return _local("articles", DATASETS / "articles")


def _local(name: str, folder: Path) -> Suite:
    documents, cases = read_texts(folder), read_cases(DATASETS / f"{name}.jsonl")
    check_evidence(cases, documents)
    return Suite(name, documents, cases)


def _xquad(mode: Mode) -> Suite:
    documents, cases = read_squad(DATASETS / "xquad-vi" / "xquad-r" / "vi.json")
    return Suite("xquad-vi", documents, cases, mode)


def read_texts(folder: Path) -> dict[str, str]:
    """The ``.txt`` files of a folder: file name -> text."""
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.txt"))}


SUITES: Mapping[str, Callable[[], Suite]] = {
    "seeds": _seeds,
    "articles": _articles,
    "xquad-vi": lambda: _xquad("search"),
    "xquad-vi-answers": lambda: _xquad("ask"),
}
