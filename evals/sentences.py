"""``python -m evals.sentences``: reading alone, with abstention off, on both halves of XQuAD-vi.

Each question is searched in all passages; the sentences that would be answered with are compared with the one that
holds the answer. Printed, for all and for each half of the articles (parted by a hash of the title): the share of
questions whose answer is in the first sentence and among the first three, whose gold words stand in the short answer or
its sentence, and the token F1 of the short answer (of the sentence where there is none).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evals.evidence import places
from evals.metrics import normalize_mlqa_vi, token_f1
from evals.samples import DATASETS, Case
from evals.squad import read_squad
from evals.stats import mean_estimate
from evals.suite import load_suite, prepare
from rag.answer.read import Evidence
from rag.assistant import Assistant

_XQUAD = DATASETS / "xquad-vi" / "xquad-r" / "vi.json"
NAMES = ("sentence R@1", "sentence R@3", "gold string", "token F1")


def main(arguments: Sequence[str] | None = None) -> int:
    """Read all questions and print the table."""
    parser = argparse.ArgumentParser(prog="python -m evals.sentences", description=__doc__)
    parser.add_argument("--reader", choices=("trained", "rules"), default="trained")
    parser.add_argument("--store", type=Path, help="a store of other documents; a copy of it is read in")
    given = parser.parse_args(arguments)
    suite, halves = load_suite("xquad-vi-answers"), halves_of(_XQUAD)
    with tempfile.TemporaryDirectory() as folder:
        if given.store:
            shutil.copytree(given.store, Path(folder) / "store")
        assistant, _ = prepare(suite, Path(folder), lambda *_: None, reader=given.reader)
        rows = [(halves[case.evidence[0].document], *_figures(assistant, case)) for case in suite.cases]
        assistant.close()
    print("| half | n | " + " | ".join(NAMES) + " |\n| --- | --- |" + " --- |" * len(NAMES))
    for half in ("all", "A", "B"):
        chosen = [row[1:] for row in rows if half in ("all", row[0])]
        found = [mean_estimate(column) for column in zip(*chosen, strict=True)]
        cells = [f"{e.value:.3f} {e.low:.3f}–{e.high:.3f}" for e in found]
        print(f"| {half} | {len(chosen)} | " + " | ".join(cells) + " |")
    return 0


def halves_of(path: Path) -> dict[str, str]:
    """``A`` or ``B`` for each document of a SQuAD file, by its article's title."""
    articles: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["data"]
    names = iter(read_squad(path)[0])
    return {
        next(names): "AB"[hashlib.sha256(article["title"].encode()).digest()[0] % 2]
        for article in articles
        for _ in article["paragraphs"]
    }


def _figures(assistant: Assistant, case: Case) -> tuple[float, float, float, float]:
    read = assistant.evidence(case.question)[:3]
    holds = [_holds(assistant, case, found) for found in read]
    sentence = read[0].text if read else ""
    short = read[0].short.text if read and read[0].short else sentence
    gold = case.answers[0]
    said = normalize_mlqa_vi(f"{short}\n{sentence}")
    has_gold = any(f" {normalize_mlqa_vi(text)} " in f" {said} " for text in gold)
    return float(any(holds[:1])), float(any(holds)), float(has_gold), token_f1(short, gold, normalize_mlqa_vi)


def _holds(assistant: Assistant, case: Case, found: Evidence) -> bool:
    """Whether a sentence holds the gold answer, at its place in the document."""
    info = found.hit.document
    key, document = (info.id, info.version), assistant.document(info.id, info.version)
    row = {"source": Path(info.source).name, "text": document.text if document else found.text}
    gold, _ = places(case, {key: row})
    return any(place.touches(key, found.span.start, found.span.end, fact=True) for place in gold)


if __name__ == "__main__":
    raise SystemExit(main())
