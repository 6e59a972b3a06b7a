"""A scored run as CSV, Markdown and JUnit XML, for spreadsheets, notes and build servers."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from xml.etree import ElementTree as ET  # written only, never parsed

from evals.compare import is_right
from evals.gates import Verdict, judge_gates, read_gates, verdict_line
from evals.report import write_report
from evals.run import read_samples
from evals.score import Scored, Scores, read_scores
from evals.table import headings, markdown, rows, verdict_rows
from rag.lang import say


def write_reports(folder: Path, gates: Path | None = None, baseline: Path | None = None) -> list[Path]:
    """Write ``report.html``, ``.csv``, ``.md`` and ``.xml`` into a run's folder.

    :param gates: Another gates file than the suite's own.
    :param baseline: A run to show beside it in the HTML page.
    :return: What was written.
    """
    scores = read_scores(folder)
    verdicts = judge_gates(read_gates(scores.suite, gates), scores)
    questions = {row["id"]: row["case"]["question"] for row in read_samples(folder)}
    paths = [folder / f"report.{ending}" for ending in ("csv", "md", "xml")]
    write_csv(paths[0], scores, questions)
    write_markdown(paths[1], scores, verdicts)
    write_junit(paths[2], scores, verdicts, questions)
    return [write_report(folder, verdicts, baseline), *paths]


_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_csv(path: Path, scores: Scores, questions: dict[str, str]) -> None:
    """One line a question with all its figures; empty where one does not apply or could not be judged.

    :param questions: Case id -> question.
    """
    names = list(dict.fromkeys(name for sample in scores.samples for name in sample.values))
    with path.open("w", encoding="utf-8-sig", newline="") as stream:  # the mark lets a spreadsheet see UTF-8
        writer = csv.writer(stream)
        writer.writerow(["id", "category", "question", "outcome", "confidence", *names])
        for s in scores.samples:
            values = ["" if (v := s.values.get(name)) is None else v for name in names]
            writer.writerow([s.id, s.category, _cell(questions.get(s.id, "")), s.outcome, s.confidence, *values])


def _cell(text: str) -> str:
    """A text that a spreadsheet will not run as a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def write_markdown(path: Path, scores: Scores, verdicts: Sequence[Verdict]) -> None:
    """The tables of a run."""
    parts = [f"# {scores.suite}", markdown(headings(), rows(scores))]
    if verdicts:
        parts.append(markdown((say("Ngưỡng", "Gate"), say("Đo được", "Measured"), ""), verdict_rows(verdicts)))
    path.write_text("\n\n".join([*parts, verdict_line(verdicts)]) + "\n", encoding="utf-8")


def write_junit(path: Path, scores: Scores, verdicts: Iterable[Verdict], questions: dict[str, str]) -> None:
    """One test case a question and one a gate; a question that was not judged is skipped."""
    suite = ET.Element("testsuite", name=scores.suite)
    for sample in scores.samples:
        _junit_case(suite, sample, questions.get(sample.id, ""))
    for verdict in verdicts:
        case = ET.SubElement(suite, "testcase", classname=f"{scores.suite}.gates", name=str(verdict.gate))
        if not verdict.holds:
            measured = "-" if verdict.measure is None else f"{verdict.measure.value:.4g}"
            ET.SubElement(case, "failure", message=f"measured {measured}")
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(len(suite.findall("./testcase/failure"))))
    suite.set("skipped", str(len(suite.findall("./testcase/skipped"))))
    ET.ElementTree(suite).write(path, encoding="utf-8", xml_declaration=True)


def _junit_case(suite: ET.Element, sample: Scored, question: str) -> None:
    name = "".join(char for char in f"{sample.id} {question}" if char.isprintable())
    case = ET.SubElement(suite, "testcase", classname=f"{scores_class(suite)}.{sample.category}", name=name)
    case.set("time", f"{(sample.values.get('latency_ms') or 0) / 1000:.4f}")
    if not sample.outcome and "document_recall@1" not in sample.values:
        ET.SubElement(case, "skipped", message="nothing to judge")
    elif not is_right(sample):
        ET.SubElement(case, "failure", message=sample.outcome or "the right document is not first")


def scores_class(suite: ET.Element) -> str:
    """The name of the suite that a test case belongs to."""
    return suite.get("name", "")
