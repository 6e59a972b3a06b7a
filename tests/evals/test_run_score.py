import json
from dataclasses import replace
from pathlib import Path

import click
import pytest

from evals.cli import command
from evals.gates import Gate, exit_code, judge_gates, read_gates, verdict_line
from evals.run import ask_suite, describe, read_samples, write_run
from evals.samples import DatasetError
from evals.score import Scores, score_run
from evals.suite import Suite, load_suite
from rag.lang import use_language
from rag.settings import Settings
from tests.evals import fake


@pytest.fixture(scope="module")
def suite() -> Suite:
    return load_suite("seeds")


def ran(suite: Suite, kind: type[fake.Oracle], folder: Path, jobs: int = 1) -> Scores:
    assistant = kind(suite.documents, suite.cases)
    settings = Settings(store=folder / "store", models=folder)
    write_run(folder, describe(suite, assistant, settings, baseline="", seed=0, command="test"))
    ask_suite(suite, assistant, folder, jobs=jobs)
    return score_run(folder)


def test_the_right_answers_pass_all_gates(suite: Suite, tmp_path: Path) -> None:
    scores = ran(suite, fake.Oracle, tmp_path)
    for metric in ("fact_accuracy", "citation_validity", "citation_precision", "citation_recall", "document_recall@1"):
        found = scores.find(metric)
        assert found is not None
        assert found.value == pytest.approx(1.0), metric
    verdicts = judge_gates(read_gates("seeds"), scores)
    assert exit_code(verdicts) == 0
    assert verdict_line(verdicts).startswith("ĐẠT")


@pytest.mark.parametrize("kind", [fake.BrokenReader, fake.BrokenCitations, fake.Inventing])
def test_a_broken_part_turns_the_exit_code_to_one(suite: Suite, tmp_path: Path, kind: type[fake.Oracle]) -> None:
    verdicts = judge_gates(read_gates("seeds"), ran(suite, kind, tmp_path))
    assert exit_code(verdicts) == 1
    assert verdict_line(verdicts).startswith("KHÔNG ĐẠT")


def test_a_broken_retriever_turns_the_exit_code_to_one(tmp_path: Path) -> None:
    whole = load_suite("xquad-vi")
    suite = replace(whole, cases=whole.cases[:40])
    assert exit_code(judge_gates(read_gates("xquad-vi"), ran(suite, fake.Oracle, tmp_path))) == 0
    broken = tmp_path / "broken"
    broken.mkdir()
    assert exit_code(judge_gates(read_gates("xquad-vi"), ran(suite, fake.BrokenRetriever, broken))) == 1


def test_a_gate_on_what_was_not_measured_could_not_run(suite: Suite, tmp_path: Path) -> None:
    verdicts = judge_gates([Gate("no_such_metric", "all", True, 0.5)], ran(suite, fake.Oracle, tmp_path))
    assert exit_code(verdicts) == 2


def test_an_interrupted_run_goes_on_where_it_stopped(suite: Suite, tmp_path: Path) -> None:
    ran(suite, fake.Oracle, tmp_path)
    lines = (tmp_path / "samples.jsonl").read_text(encoding="utf-8").splitlines()
    (tmp_path / "samples.jsonl").write_text("\n".join(lines[:7]) + "\n" + lines[7][:30], encoding="utf-8")
    assistant = fake.Oracle(suite.documents, suite.cases)
    ask_suite(suite, assistant, tmp_path)
    assert len(assistant.asked) == len(suite.cases) - 7
    assert [row["id"] for row in read_samples(tmp_path)] == [case.id for case in suite.cases]


def test_many_at_once_log_the_same_answers(suite: Suite, tmp_path: Path) -> None:
    one, four = tmp_path / "1", tmp_path / "4"
    one.mkdir()
    four.mkdir()
    a, b = ran(suite, fake.Oracle, one), ran(suite, fake.Oracle, four, jobs=4)
    assert [sample.outcome for sample in a.samples] == [sample.outcome for sample in b.samples]


def test_a_crash_of_the_assistant_is_logged_and_wrong(suite: Suite, tmp_path: Path) -> None:
    class Crashing(fake.Oracle):
        def ask(self, *args: object, **kwargs: object) -> None:  # type: ignore[override]
            raise RuntimeError("hỏng")

    scores = ran(suite, Crashing, tmp_path)
    errors = scores.find("errors")
    assert errors is not None
    assert errors.value == 1.0
    assert exit_code(judge_gates(read_gates("seeds"), scores)) == 1


def test_the_log_says_what_is_needed_to_repeat_the_run(suite: Suite, tmp_path: Path) -> None:
    ran(suite, fake.Oracle, tmp_path)
    row = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    for key in ("settings", "index_version", "manifest", "prompts", "commit", "dirty", "versions", "data_hash", "seed"):
        assert key in row
    assert row["settings"]["encoder"]


def test_unjudged_evidence_is_counted_apart(suite: Suite, tmp_path: Path) -> None:
    ran(suite, fake.Oracle, tmp_path)
    text = (tmp_path / "documents.jsonl").read_text(encoding="utf-8").replace("112 công trình", "112 CÔNG TRÌNH")
    (tmp_path / "documents.jsonl").write_text(text, encoding="utf-8")
    found = score_run(tmp_path).find("citation_precision")
    assert found is not None
    assert found.unjudged > 0


@pytest.mark.parametrize("line", ["fact_accuracy > 0.9", "fact_accuracy >= high", ">= 1"])
def test_a_gate_that_cannot_be_read_is_refused(tmp_path: Path, line: str) -> None:
    path = tmp_path / "gates.toml"
    path.write_text(f'gates = ["{line}"]', encoding="utf-8")
    with pytest.raises(DatasetError, match="không hiểu"):
        read_gates("x", path)


def test_the_command_scores_a_run_and_its_last_line_agrees_with_the_exit_code(
    suite: Suite, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    use_language("vi")
    ran(suite, fake.Oracle, tmp_path)
    assert command.main(["score", str(tmp_path)], standalone_mode=False) == 0
    assert capsys.readouterr().out.strip().splitlines()[-1].startswith("ĐẠT")
    gates = tmp_path / "strict.toml"
    gates.write_text('gates = ["latency_p50_ms <= 0"]', encoding="utf-8")
    assert command.main(["score", str(tmp_path), "--gates", str(gates)], standalone_mode=False) == 1
    assert capsys.readouterr().out.strip().splitlines()[-1].startswith("KHÔNG ĐẠT")
    empty = tmp_path / "empty"
    empty.mkdir()
    assert command.main(["score", str(empty)], standalone_mode=False) == 2
    assert capsys.readouterr().out.strip().splitlines()[-1].startswith("KHÔNG CHẠY ĐƯỢC")


def test_a_folder_of_one_run_stands_for_the_run_and_one_of_several_is_refused(
    suite: Suite, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    ran(suite, fake.Oracle, tmp_path / "one")
    assert command.main(["score", str(tmp_path)], standalone_mode=False) == 0
    ran(suite, fake.Oracle, tmp_path / "two")
    with pytest.raises(click.BadParameter, match="one, two"):
        command.main(["score", str(tmp_path)], standalone_mode=False)


def test_the_command_checks_a_dataset(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text('{"id": "a", "question": "Hỏi?", "category": "far", "answerable": false}\n', encoding="utf-8")
    assert command.main(["check", str(path)], standalone_mode=False) == 0
    path.write_text('{"id": "a"}\n', encoding="utf-8")
    assert command.main(["check", str(path)], standalone_mode=False) == 2
    assert "dòng 1" in capsys.readouterr().out.strip().splitlines()[-1]
