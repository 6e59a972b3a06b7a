"""For all tests: no network, no settings from outside, a store of one's own, an encoder simple enough to follow."""

from __future__ import annotations

import fcntl
import json
import os
import platform
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import pytest_socket

from rag.lang import use_language
from rag.settings import Settings
from rag.types import EmbeddingMatrix

os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # tests share the cores; spinning threads slow each other down

REPOSITORY = Path(__file__).resolve().parent.parent
ALPHABET = "aăâbcdđeêghiklmnoôơpqrstuưvxy0123456789"


def pytest_runtest_setup() -> None:
    """Only this machine can be reached."""
    pytest_socket.socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No ``RAG_*`` variable but the folder of prepared encoders; messages in Vietnamese; no tracing."""
    for name in [
        name for name in os.environ if name.startswith(("RAG_", "LANGSMITH", "LANGCHAIN")) and name != "RAG_MODELS"
    ]:
        monkeypatch.delenv(name)
    use_language("vi")
    yield
    use_language("vi")


class LetterEncoder:
    """Counts letters: a vector can be worked out by hand, and texts with the same letters have cosine 1.

    :ivar passages: All passages encoded so far, in order.
    """

    name = "letters"
    dim = len(ALPHABET) + 1

    def __init__(self) -> None:
        self.passages: list[str] = []

    def encode_queries(self, texts: Sequence[str]) -> EmbeddingMatrix:
        return self._encode(texts)

    def encode_passages(self, texts: Sequence[str]) -> EmbeddingMatrix:
        self.passages += texts
        return self._encode(texts)

    def _encode(self, texts: Sequence[str]) -> EmbeddingMatrix:
        counts = [Counter(text.lower()) for text in texts]
        # The last value is never zero, so that a text without any of the letters has a direction as well.
        rows = [[count[letter] for letter in ALPHABET] + [0.01] for count in counts]
        matrix = np.array(rows, dtype=np.float32).reshape(len(texts), self.dim)
        return matrix / np.linalg.norm(matrix, axis=1, keepdims=True)


@pytest.fixture
def letters() -> LetterEncoder:
    return LetterEncoder()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with an empty store of this test's own."""
    return Settings.load(tmp_path / "store", threads=1)


@pytest.fixture(scope="session")
def seed_store(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A store with the seeds, made once with the real encoder; do not change it. Mark its users ``encoder``."""
    from rag.index.ingest import ingest

    settings = Settings.load(tmp_path_factory.mktemp("seeds") / "store", env={}, threads=1)
    report = ingest([REPOSITORY / "seeds"], settings)
    assert report.added
    assert not report.failed
    return settings


RESULTS = REPOSITORY / "docs" / "results" / "test-long.jsonl"
Figure = Callable[[str, float, int], None]


def machine() -> dict[str, object]:
    """What the figures were measured on."""
    cpuinfo = Path("/proc/cpuinfo")
    flags = set(cpuinfo.read_text().split()) if cpuinfo.exists() else set()
    shown = [flag for flag in ("avx2", "avx512f", "avx512_vnni") if flag in flags]
    return {"cores": os.cpu_count(), "cpu_flags": shown, "python": platform.python_version()}


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Figure:
    """Keep a figure: its name, its value, and the number of cases it rests on. The newest of each name stays."""

    def keep(name: str, value: float, n: int) -> None:
        test = f"{request.path.name}::{request.node.name}"
        date = datetime.now(UTC).isoformat(timespec="seconds")
        row = {"test": test, "figure": name, "value": round(value, 3), "n": n, "date": date, "machine": machine()}
        RESULTS.parent.mkdir(parents=True, exist_ok=True)
        with RESULTS.open("a+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            rows = [json.loads(line) for line in file]
            rows = [old for old in rows if (old["test"], old["figure"]) != (test, name)]
            file.truncate(0)
            file.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in [*rows, row])

    return keep
