from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from rag.cli.app import run
from rag.errors import QuestionError
from rag.lang import use_language
from rag.types import Answer, Citation, DocumentInfo, Hit, Passage

CITATION = Citation(
    1, "d1", "v1", "Ban Dân tộc tỉnh triển khai nhiệm vụ", date(2021, 1, 22), "bai.txt", 10, 25, "112 công trình"
)
ANSWERED = Answer(
    "Bao nhiêu công trình?", "answered", "Đã khởi công mới 112 công trình. [1]", "112 công trình", (CITATION,),
    confidence=0.9, method="extractive", timings_ms={"total": 1.234}, index_version="i1",
)  # fmt: skip
ABSTAINED = Answer("Thủ đô?", "abstained", "Tài liệu không nêu.", nearest=(CITATION,), notes=("Ghi chú",))
HIT = Hit(
    Passage(7, "d1", "v1", 0, 10, 24, "112 công trình"),
    DocumentInfo("d1", "k", "v1", "", "bai.txt", "Ban Dân tộc", published=date(2021, 1, 22)), 0.5, 0.8, 3.0,
)  # fmt: skip


@dataclass
class FakeAssistant:
    """Abstains when asked about a capital, refuses an empty question, else gives the one answer."""

    calls: list[dict[str, Any]] = field(default_factory=list)

    def ask(self, question: str, **given: Any) -> Answer:
        self.calls.append({"question": question, **given})
        if not question.strip():
            raise QuestionError("Câu hỏi trống.")
        return ABSTAINED if "Thủ đô" in question else ANSWERED

    def search(self, query: str, **given: Any) -> tuple[Hit, ...]:
        self.calls.append({"query": query, **given})
        return (HIT,) if query != "không có" else ()


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str


Rag = Callable[..., Result]


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """No setting of this machine, a store of its own, Vietnamese again at the end, wide lines."""
    for name in [name for name in os.environ if name.startswith("RAG_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("RAG_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("COLUMNS", "200")
    yield
    use_language("vi")


@pytest.fixture
def rag(capsys: pytest.CaptureFixture[str]) -> Rag:
    """Run a command line in this process."""

    def call(*args: str) -> Result:
        code = run(args)
        captured = capsys.readouterr()
        return Result(code, captured.out, captured.err)

    return call


@pytest.fixture
def assistant(monkeypatch: pytest.MonkeyPatch) -> FakeAssistant:
    """What the commands get when they open an assistant."""
    fake = FakeAssistant()
    opener = SimpleNamespace(open=lambda **_given: fake)
    monkeypatch.setitem(sys.modules, "rag.assistant", SimpleNamespace(Assistant=opener))  # type: ignore[misc]
    return fake
