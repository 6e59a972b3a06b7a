"""How sure an answer is: a small logistic model over named signals, and the thresholds of the three states.

None of the signals depends on how much else is indexed. ``evals/fit_confidence.py`` fits the coefficients.
"""

from __future__ import annotations

import math
from typing import Final

from rag.answer.kinds import Kind
from rag.answer.read import Evidence, Signals
from rag.types import Status

INTERCEPT: Final = -11.53
COEFFICIENTS: Final = {
    "sentence": 2.44,
    "context": 5.2,
    "dense": 8.04,
    "near": 0.63,
}
"""Added log-odds for each signal at 1.0 (see :class:`rag.answer.read.Signals`), where rules read alone."""

TRAINED_INTERCEPT: Final = -10.19
TRAINED: Final = {
    "sentence": 1.49,
    "context": 4.2,
    "dense": 5.41,
    "span": 4.39,
}
"""The same for sentences that the trained reader read as well."""

_UNTOLD: Final[dict[Kind, float]] = {
    "definition": 0.25,
    "date": 0.4,
    "quantity": 0.4,
    "person": 0.4,
    "office": 0.4,
    "place": 0.5,
    "reason": 0.4,
    "list": 0.4,
    "other": 0.4,
    "manner": 0.4,
    "reference": 0.4,
    "yesno": 0.4,
}
"""What is left of the confidence when the answer of the asked kind is not in the sentence.

"Thủ đô của Pháp là gì" is not answered by a sentence in which "Pháp" and "thủ đô" merely both stand, nor "ngày nào" by
one without a day, "bao nhiêu" by one without a figure: it is at most shown for checking. For other kinds the finders
miss too many answers for their silence to mean much.
"""

_HEADING: Final = 0.4
"""What is left of it for a heading or caption without the value asked for, or a question: it tells nothing."""

_TENTATIVE_BAND: Final = 0.15
"""Width below the threshold of an answer in which the nearest passages are shown for checking."""


def confidence(evidence: Evidence) -> float:
    """Probability that a sentence answers, 0 to 1; 0 when it is about something else than the question."""
    if evidence.differences:
        return 0.0
    signals = evidence.signals
    left = _UNTOLD.get(evidence.kind, 1.0) if signals.missing else 1.0
    if evidence.text.rstrip().endswith("?") or (evidence.heading and evidence.short is None):
        left = min(left, _HEADING)
    return left * _logistic(signals)


def _logistic(signals: Signals) -> float:
    intercept, weights = (INTERCEPT, COEFFICIENTS) if signals.span is None else (TRAINED_INTERCEPT, TRAINED)
    odds = intercept + sum(weight * getattr(signals, name) for name, weight in weights.items())
    return 1.0 / (1.0 + math.exp(-odds))


def status_of(value: float, caution: float) -> Status:
    """The state that a confidence leads to.

    :param caution: Threshold of an answer, 0 to 1; higher answers less often.
    """
    if value >= caution:
        return "answered"
    return "tentative" if value >= caution - _TENTATIVE_BAND else "abstained"
