"""The comparison with other tools: the same data for all, right ranks, pinned versions."""

import json
import sys
from pathlib import Path
from types import SimpleNamespace

from evals.bench.peers import run
from evals.bench.peers.__main__ import OURS, TOOLS, _before, table, write_data
from evals.bench.peers.base import Row
from evals.bench.peers.environment import REQUIREMENTS, versions
from evals.hidden import questions


def _rows(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_every_other_tool_has_a_module_and_pinned_versions() -> None:
    for tool in set(TOOLS) - {OURS}:
        assert (REQUIREMENTS.parent / f"{tool}.py").is_file()
        pins = (REQUIREMENTS / f"{tool}.txt").read_text(encoding="utf-8").split()
        assert pins
        assert all(pin.count("==") == 1 for pin in pins)


def test_all_contexts_stand_among_the_articles_and_each_question_has_its_own(tmp_path: Path) -> None:
    write_data(tmp_path, None, 3, 20)
    documents, asked = _rows(tmp_path / "documents.jsonl"), _rows(tmp_path / "questions.jsonl")
    contexts = questions()[0]
    assert [row["id"] for row in documents] == [*(f"article-{i}" for i in range(3)), *contexts]
    assert len(asked) == 20
    assert all(row["document"] in contexts for row in asked)
    assert _rows(tmp_path / "one.jsonl") == asked[:1]


def test_a_document_without_a_title_is_its_text() -> None:
    assert (Row("1", "", "Chữ.").content, Row("2", "Tin", "Chữ.").content) == ("Chữ.", "Tin\n\nChữ.")


def test_a_document_counts_at_the_place_of_its_first_passage() -> None:
    tool = SimpleNamespace(load=lambda _model, _folder: lambda question: ["b", "b", "a"] if question == "x" else [])
    rows = [{"question": "x", "document": "a"}, {"question": "x", "document": "b"}, {"question": "y", "document": "a"}]
    asked = run._ask(tool, rows, "", Path())
    assert asked["ranks"] == [2, 1, 0]
    assert len(asked["ms"]) == 3


def test_results_of_other_documents_are_not_kept(tmp_path: Path) -> None:
    out = tmp_path / "peers.json"
    what = {"articles": "made", "n_articles": 5, "n_questions": 7}
    assert _before(out, what) == {"tools": {}}
    out.write_text(json.dumps(what | {"tools": {"ours": {}}}), encoding="utf-8")
    assert _before(out, what)["tools"] == {"ours": {}}
    assert _before(out, what | {"n_articles": 6}) == {"tools": {}}


def test_the_table_has_a_line_for_every_tool() -> None:
    row = dict.fromkeys(
        ("ingest_s", "ingest_cpu_s", "p50_ms", "p95_ms", "cold_s", "ingest_mb", "ask_mb", "index_mb", "recall_at_10"),
        1.0,
    )
    rows = {"ours": row | {"passages": 5, "recall_at_1": 0.5, "recall_at_1_95": [0.4, 0.6]}}
    lines = table(rows).splitlines()
    assert [line.count("|") for line in lines] == [10] * 3


def test_versions_are_those_installed() -> None:
    assert versions(Path(sys.executable))["pytest"].split(".")[0].isdigit()
