import csv
import json
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from evals.compare import compare
from evals.export import write_reports
from evals.run import ask_suite, describe, write_run
from evals.samples import Case, DatasetError, Evidence
from evals.score import Scores, score_run
from evals.suite import Suite, load_suite
from rag.settings import Settings
from tests.evals import fake

HOSTILE = "<script>alert(1)</script>\"'&"


def ran(suite: Suite, kind: type[fake.Oracle], folder: Path) -> Scores:
    folder.mkdir()
    assistant = kind(suite.documents, suite.cases)
    settings = Settings(store=folder / "store", models=folder)
    write_run(folder, describe(suite, assistant, settings, baseline="", seed=0, command="test"))
    ask_suite(suite, assistant, folder)
    return score_run(folder)


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def tags(page: str) -> list[tuple[str, dict[str, str | None]]]:
    reader = Reader()
    reader.feed(page)
    return reader.tags


@pytest.fixture(scope="module")
def seeds() -> Suite:
    return load_suite("seeds")


def test_the_page_shows_failures_first_and_loads_nothing(seeds: Suite, tmp_path: Path) -> None:
    ran(seeds, fake.BrokenReader, tmp_path / "run")
    page = write_reports(tmp_path / "run")[0].read_text(encoding="utf-8")
    cards = [attrs.get("class") == "bad" for tag, attrs in tags(page) if tag == "article"]
    assert len(cards) == 40
    assert cards[0]
    assert cards == sorted(cards, reverse=True)
    assert not [
        tag for tag, attrs in tags(page) if tag in ("link", "img", "iframe") or "src" in attrs or "href" in attrs
    ]
    assert "default-src &#x27;none&#x27;" in page


def test_the_page_highlights_what_is_cited_and_what_is_evidence(seeds: Suite, tmp_path: Path) -> None:
    ran(seeds, fake.Oracle, tmp_path / "run")
    page = write_reports(tmp_path / "run")[0].read_text(encoding="utf-8")
    assert '<mark class="both">đã khởi công mới được 112 công trình</mark>' in page


def test_text_from_outside_cannot_become_markup(tmp_path: Path) -> None:
    text = f"Tỉnh có 112 công trình {HOSTILE}."
    evidence = Evidence("a.txt", f"112 công trình {HOSTILE}")
    case = Case("c1", f"Bao nhiêu {HOSTILE}?", "number", True, ((f"112 {HOSTILE}",),), (evidence,), note=HOSTILE)
    ran(Suite(f"bộ {HOSTILE}", {"a.txt": text}, (case,)), fake.Oracle, tmp_path / "run")
    page = write_reports(tmp_path / "run")[0].read_text(encoding="utf-8")
    assert sum(tag == "script" for tag, _ in tags(page)) == 1
    assert "alert(1)" in page
    assert HOSTILE not in page


def test_a_baseline_stands_beside_each_answer(seeds: Suite, tmp_path: Path) -> None:
    ran(seeds, fake.Oracle, tmp_path / "a")
    ran(seeds, fake.BrokenReader, tmp_path / "b")
    page = write_reports(tmp_path / "a", baseline=tmp_path / "b")[0].read_text(encoding="utf-8")
    first = page[page.index("<article") : page.index("</article>")]
    assert first.count('<p class="label">Trả lời') == 2


def test_the_table_for_spreadsheets_has_a_line_a_question_and_no_formula(tmp_path: Path) -> None:
    case = Case("c1", "=1+1", "far", False)
    ran(Suite("x", {"a.txt": "chữ"}, (case,)), fake.Oracle, tmp_path / "run")
    paths = write_reports(tmp_path / "run")
    with paths[1].open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["question"] for row in rows] == ["'=1+1"]


def test_the_build_server_file_counts_failed_questions_and_gates(seeds: Suite, tmp_path: Path) -> None:
    scores = ran(seeds, fake.BrokenReader, tmp_path / "run")
    root = ET.parse(write_reports(tmp_path / "run")[3]).getroot()  # noqa: S314  # just written
    wrong = sum(s.outcome not in ("right",) if s.answerable else s.outcome == "wrong" for s in scores.samples)
    questions = [case for case in root if "gates" not in case.get("classname", "")]
    assert len(questions) == 40
    assert sum(case.find("failure") is not None for case in questions) == wrong
    assert int(root.get("failures", "0")) > wrong


def test_a_comparison_pairs_questions_and_names_the_flips(seeds: Suite, tmp_path: Path) -> None:
    good, bad = ran(seeds, fake.Oracle, tmp_path / "a"), ran(seeds, fake.BrokenReader, tmp_path / "b")
    found = compare(bad, good)
    assert found.n == 40
    assert all(flip.better for flip in found.flips)
    assert {flip.id for flip in found.flips} == {s.id for s in bad.samples if s.outcome == "wrong"}
    accuracy = next(d for d in found.differences if (d.metric, d.category) == ("fact_accuracy", "all"))
    assert accuracy.is_certain
    assert accuracy.change.value == pytest.approx(accuracy.b - accuracy.a)


def test_a_run_compared_with_itself_shows_no_difference(seeds: Suite, tmp_path: Path) -> None:
    scores = ran(seeds, fake.Oracle, tmp_path / "a")
    found = compare(scores, scores)
    assert not found.flips
    assert not any(d.is_certain for d in found.differences)


def test_runs_without_a_common_question_cannot_be_compared(seeds: Suite, tmp_path: Path) -> None:
    scores = ran(replace(seeds, cases=seeds.cases[:5]), fake.Oracle, tmp_path / "a")
    others = replace(scores, samples=tuple(replace(s, id=f"x{s.id}") for s in scores.samples))
    with pytest.raises(DatasetError):
        compare(scores, others)


def test_scores_are_written_as_json(seeds: Suite, tmp_path: Path) -> None:
    ran(seeds, fake.Oracle, tmp_path / "a")
    assert json.loads((tmp_path / "a" / "scores.json").read_text(encoding="utf-8"))["suite"] == "seeds"
