"""Fit the confidence of answers: ``python -m evals.fit_confidence`` prints the coefficients and what they bring.

Each XQuAD-vi question is read twice: with all passages, and with its own passage taken away, when nothing that is left
answers it. A logistic model learns from one half of the passages (by hash) whether the best sentence comes from the
right passage; its figures are printed for both halves, once for the rules alone and once with the trained reader.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from evals.suite import load_suite, prepare
from rag.answer.confidence import COEFFICIENTS, TRAINED
from rag.answer.question import analyse
from rag.answer.read import Evidence, Reader, RuleReader
from rag.answer.span import closer_reader, open_reader
from rag.index.index import Index
from rag.retrieve.hybrid import HybridRetriever
from rag.retrieve.understand import understand
from rag.types import Filters, Hit

Vector = npt.NDArray[np.float64]
_COVERAGES = (0.95, 0.90, 0.85, 0.80, 0.70)


@dataclass(frozen=True, slots=True)
class Reading:
    """The best sentence for one question.

    :param removed: The question's own passage was taken away.
    :param right: The sentence comes from the question's passage.
    :param learn: Belongs to the half that is learned from.
    """

    signals: tuple[float, ...]
    removed: bool
    right: bool
    different: bool
    learn: bool


def main() -> None:
    """Index the passages, read all questions twice, fit, print."""
    with tempfile.TemporaryDirectory() as folder:
        alone, trained = _readings(Path(folder))
    for title, names, readings in (("rules alone", COEFFICIENTS, alone), ("with the trained reader", TRAINED, trained)):
        print(f"{title}:")
        model = fit([r for r in readings if r.learn and not r.different])
        print("INTERCEPT =", round(float(model[0]), 2))
        for name, weight in zip(names, model[1:], strict=True):
            print(f"  {name} = {weight:.2f}")
        for half in (True, False):
            _report("learned half" if half else "held-out half", model, [r for r in readings if r.learn is half])


def _readings(folder: Path) -> tuple[list[Reading], list[Reading]]:
    suite = load_suite("xquad-vi")
    _, settings = prepare(suite, folder, lambda stage, done, total: None)
    index = Index.open(settings)
    names = {Path(info.source).name: info.id for info in index.store.list_documents()}
    trained = open_reader(settings, lambda: index.encoder)
    retriever = HybridRetriever(index, settings.n_candidates, settings.dense_weight, reader=closer_reader(trained))
    readers = ((RuleReader(), tuple(COEFFICIENTS)), (trained, tuple(TRAINED)))
    readings: tuple[list[Reading], list[Reading]] = ([], [])
    for case in suite.cases:
        own = names[case.evidence[0].document]
        learn = int(hashlib.sha256(own.encode()).hexdigest(), 16) % 2 == 0
        others = tuple(i for i in names.values() if i != own)
        for removed in (False, True):
            query = understand(case.question, index.store)
            hits = retriever.retrieve(query, settings.top_k, Filters(documents=others) if removed else None)
            for (reader, signals), found in zip(readers, readings, strict=True):
                best = _best(reader, query.text, hits)
                values = tuple(float(getattr(best.signals, name) or 0.0) for name in signals)
                found.append(Reading(values, removed, best.hit.document.id == own, bool(best.differences), learn))
    index.close()
    return readings


def _best(reader: Reader, question: str, hits: Sequence[Hit]) -> Evidence:
    evidence = reader.read(analyse(question), hits)
    return next((e for e in evidence[:6] if not e.differences), evidence[0])


def fit(readings: Sequence[Reading], ridge: float = 0.3) -> Vector:
    """Logistic regression by Newton's method.

    :param ridge: Penalty on the squared weights (not the intercept), against a weight that runs away.
    :return: Intercept and weights.
    """
    x = _matrix(readings)
    y = np.array([float(r.right) for r in readings])
    penalty = np.diag([0.0] + [ridge] * (x.shape[1] - 1))
    weights = np.zeros(x.shape[1])
    for _ in range(30):
        p = _probability(x, weights)
        gradient = x.T @ (p - y) + penalty @ weights
        hessian = (x * (p * (1 - p))[:, None]).T @ x + penalty
        weights -= np.linalg.solve(hessian, gradient)
    return weights


def _matrix(readings: Sequence[Reading]) -> Vector:
    return np.array([(1.0, *r.signals) for r in readings])


def _probability(x: Vector, weights: Vector) -> Vector:
    return np.asarray(1.0 / (1.0 + np.exp(-(x @ weights))))


def auroc(positive: Vector, negative: Vector) -> float:
    """Chance that a random positive scores above a random negative; ties count half."""
    wins = (positive[:, None] > negative[None, :]) + 0.5 * (positive[:, None] == negative[None, :])
    return float(wins.mean())


def _report(title: str, model: Vector, readings: Sequence[Reading]) -> None:
    sure = _probability(_matrix(readings), model) * np.array([not r.different for r in readings])
    removed = np.array([r.removed for r in readings])
    kept = sure[~removed]
    print(f"{title}: n={len(kept)} AUROC answerable/removed {auroc(kept, sure[removed]):.3f}")
    for coverage in _COVERAGES:
        threshold = float(np.quantile(kept, 1 - coverage))
        false = float((sure[removed] >= threshold).mean())
        print(f"  coverage {coverage:.2f}: threshold {threshold:.3f}, false answers {false:.3f}")


if __name__ == "__main__":
    main()
