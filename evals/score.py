"""Score a logged run: one row of figures a question, and each figure's mean with n and a 95 % interval.

Pure but for reading and writing files; the assistant is not needed. A value that could not be judged is ``None``: it
is counted apart and left out of the mean. A figure that does not apply to a question is absent.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from evals import metrics
from evals.evidence import Documents, Place, groups, places, touched
from evals.facts import states, value_units, without_markers
from evals.metrics import Outcome
from evals.run import read_documents, read_run, read_samples
from evals.samples import Case, DatasetError, case_from_row
from evals.stats import Estimate, estimate, grouped_estimate, mean_estimate
from rag.lang import say

Values = dict[str, float | None]
KS = (1, 3, 5, 10)


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of a run, for all questions or one category."""

    metric: str
    category: str
    value: float
    low: float
    high: float
    n: int
    unjudged: int = 0


@dataclass(frozen=True, slots=True)
class Scored:
    """One question of a run with its figures.

    :param outcome: What became of it; empty where only retrieval was asked.
    :param values: Figure -> value, ``None`` where it could not be judged.
    """

    id: str
    category: str
    answerable: bool
    outcome: str
    values: Values
    confidence: float = 0.0
    forced_right: bool = False


@dataclass(frozen=True, slots=True)
class Scores:
    """All figures of a run."""

    suite: str
    measures: tuple[Measure, ...]
    samples: tuple[Scored, ...]
    curve: tuple[tuple[float, float], ...] = ()

    def find(self, metric: str, category: str = "all") -> Measure | None:
        """One figure, ``None`` where it was not measured."""
        return next((m for m in self.measures if (m.metric, m.category) == (metric, category)), None)


def score_run(folder: Path) -> Scores:
    """Score a run and write ``scores.json`` beside it.

    :raises DatasetError: If the folder is not a run, or holds no answer.
    """
    suite, rows, documents = read_run(folder)["suite"], read_samples(folder), read_documents(folder)
    if not rows:
        raise DatasetError(say(f"{folder}: chưa có câu trả lời nào.", f"{folder} holds no answer."))
    scores = summarize(suite, [score_row(row, documents) for row in rows])
    (folder / "scores.json").write_text(json.dumps(asdict(scores), ensure_ascii=False) + "\n", encoding="utf-8")
    return scores


def read_scores(folder: Path) -> Scores:
    """The scores of a run; computed where they are not there yet."""
    path = folder / "scores.json"
    if not path.is_file():
        return score_run(folder)
    row = json.loads(path.read_text(encoding="utf-8"))
    return Scores(row["suite"], tuple(Measure(**m) for m in row["measures"]),
                  tuple(Scored(**s) for s in row["samples"]), tuple((c, r) for c, r in row["curve"]))  # fmt: skip


def score_row(row: Mapping[str, Any], documents: Documents) -> Scored:
    """The figures of one logged question."""
    case = case_from_row(row["case"])
    values: Values = {"latency_ms": row["wall_ms"], "errors": float("error" in row)}
    found, judged = places(case, documents)
    if case.answerable:
        values |= retrieval_values(case, row["hits"], found, judged)
    if row["answer"] is None:
        failed = "error" in row and row["mode"] == "ask"
        return Scored(case.id, case.category, case.answerable, "wrong" if failed else "", values)
    answer = row["answer"]
    outcome = judge(case, answer)
    values |= citation_values(case, answer, found, documents, judged) | answer_values(case, answer, outcome)
    if case.answerable:
        values |= sentence_values(answer, found, judged)
    forced = case.answerable and _facts_stated(case, _candidate(answer)) == 1.0
    return Scored(case.id, case.category, case.answerable, outcome, values, answer["confidence"], forced)


def retrieval_values(case: Case, hits: Sequence[Mapping[str, Any]], found: Sequence[Place], judged: bool) -> Values:
    """Recall, MRR and nDCG at document level (best passage of each) and at passage level (overlap with the fact)."""
    needed = groups(case)
    names = {item.group or f"#{i}": set[str]() for i, item in enumerate(case.evidence)}
    for i, item in enumerate(case.evidence):
        names[item.group or f"#{i}"].add(item.document)
    order = list(dict.fromkeys(hit["source"] for hit in hits))
    by_document = [frozenset(g for g in needed if source in names[g]) for source in order]
    by_passage = [
        touched(found, (hit["document_id"], hit["version"]), hit["start"], hit["end"], fact=True) for hit in hits
    ]
    values: Values = _ranked_values("document", by_document, needed)
    passage = _ranked_values("passage", by_passage, needed)
    return values | (passage if judged else dict.fromkeys(passage))


def _ranked_values(level: str, ranked: metrics.Ranked, needed: frozenset[str]) -> Values:
    values: Values = {f"{level}_recall@{k}": metrics.recall_at_k(ranked, needed, k) for k in KS}
    values[f"{level}_MRR@10"] = metrics.mrr_at_k(ranked, needed, 10)
    values[f"{level}_nDCG@10"] = metrics.ndcg_at_k(ranked, needed, 10)
    return values


def judge(case: Case, answer: Mapping[str, Any]) -> Outcome:
    """What became of a question: right, wrong, declined or tentative.

    An unanswerable question that was answered is wrong, unless the answer names the changed condition and denies it.
    """
    if answer["status"] == "tentative":
        return "tentative"
    if answer["status"] == "abstained":
        return "declined"
    if not case.answerable:
        return "declined" if _names_difference(case, answer["text"]) else "wrong"
    text = f"{without_markers(answer['text'])}\n{answer['short_answer']}"
    wrong_value = bool(case.forbidden) and states(answer["short_answer"], case.forbidden)
    right_value = all(states(answer["short_answer"], fact) for fact in case.answers)
    return "right" if _facts_stated(case, text) == 1.0 and (right_value or not wrong_value) else "wrong"


_DENIALS = ("không nêu", "không có", "không thấy", "không đề cập", "chưa có", "chưa nêu", "không phải", "khác với")


def _names_difference(case: Case, text: str) -> bool:
    return bool(case.changed and states(text, [case.changed.new]) and any(d in text.lower() for d in _DENIALS))


def _facts_stated(case: Case, text: str) -> float:
    return sum(states(text, fact) for fact in case.answers) / len(case.answers) if case.answers else 0.0


def _candidate(answer: Mapping[str, Any]) -> str:
    """What would have been said with abstention switched off: the answer, else the nearest quote."""
    if answer["status"] == "answered":
        return f"{without_markers(answer['text'])}\n{answer['short_answer']}"
    return "\n".join([answer["short_answer"], *(quote["quote"] for quote in answer["nearest"][:1])])


def answer_values(case: Case, answer: Mapping[str, Any], outcome: Outcome) -> Values:
    """Facts, text overlap, abstention and CRAG of one answer."""
    values: Values = {"crag_score": metrics.crag_score(outcome, case.answerable)}
    answered = answer["status"] == "answered"
    if not case.answerable:
        values["false_answer_rate"] = values[f"false_answer_rate_{case.category}"] = float(outcome == "wrong")
        values["tentative_unanswerable"] = float(outcome == "tentative")
        return values
    values |= {"coverage": float(answered), "tentative": float(outcome == "tentative")}
    values |= {"false_refusal_rate": float(outcome == "declined"), "fact_accuracy": float(outcome == "right")}
    values["fact_recall"] = _facts_stated(case, _candidate(answer)) if answered else 0.0
    values["forced_fact_accuracy"] = float(_facts_stated(case, _candidate(answer)) == 1.0)
    if answered:
        values["accuracy_when_answered"] = float(outcome == "right")
    return values | (_overlap_values(case, answer) if len(case.answers) == 1 else {})


def _overlap_values(case: Case, answer: Mapping[str, Any]) -> Values:
    """Exact match and token F1 of the short answer (of the whole text where there is none), in both manners."""
    short, expected = answer["short_answer"] or without_markers(_candidate(answer)), case.answers[0]
    return {
        "exact_match_mlqa": metrics.exact_match(short, expected, metrics.normalize_mlqa_vi),
        "token_f1_mlqa": metrics.token_f1(short, expected, metrics.normalize_mlqa_vi),
        "exact_match_squad": metrics.exact_match(short, expected, metrics.normalize_squad),
        "token_f1_squad": metrics.token_f1(short, expected, metrics.normalize_squad),
    }


def citation_values(
    case: Case, answer: Mapping[str, Any], found: Sequence[Place], documents: Documents, judged: bool
) -> Values:
    """Validity, precision, recall and numeric faithfulness of an answer's citations."""
    cited = answer["citations"]
    shown = [*cited, *answer["nearest"]]
    values: Values = {"citation_validity": float(all(_is_valid(c, documents) for c in shown))} if shown else {}
    if answer["status"] != "answered":
        return values
    faithful = metrics.faithfulness(*_supported(case, answer, documents))
    values |= {"numeric_faithfulness": faithful} if faithful is not None else {}
    if case.answerable:
        spans = [((c["document_id"], c["version"]), c["start"], c["end"]) for c in cited]
        reached = frozenset[str]().union(*(touched(found, *span) for span in spans))
        precision = metrics.citation_precision([any(p.touches(*span) for p in found) for span in spans])
        values["citation_precision"] = (precision or 0.0) if judged else None
        values["citation_recall"] = len(reached) / len(groups(case)) if judged else None
    return values


def _is_valid(citation: Mapping[str, Any], documents: Documents) -> bool:
    document = documents.get((citation["document_id"], citation["version"]))
    return (
        bool(citation["quote"])
        and document is not None
        and (document["text"][citation["start"] : citation["end"]] == citation["quote"])
    )


def _supported(case: Case, answer: Mapping[str, Any], documents: Documents) -> tuple[list[str], set[str]]:
    """Values that the answer states, and those that its quotes, their documents' dates and the question hold."""
    needed = [*value_units(answer["text"]), *value_units(answer["short_answer"])]
    supported = set(value_units(case.question))
    for citation in answer["citations"]:
        supported |= set(value_units(citation["quote"]))
        supported |= {f"@{citation['published'][:4]}"} if citation["published"] else set()
    return needed, supported


def sentence_values(answer: Mapping[str, Any], found: Sequence[Place], judged: bool) -> Values:
    """Whether the first quoted sentences hold the fact, answered or not; quotes are cut into their sentences."""
    from rag.text.sentences import sentence_spans

    flags: list[bool] = []
    for quote in [*answer["citations"], *answer["nearest"]]:
        key, offset = (quote["document_id"], quote["version"]), quote["start"]
        for span in sentence_spans(quote["quote"]):
            flags.append(bool(touched(found, key, offset + span.start, offset + span.end, fact=True)))
    return {f"sentence_recall@{k}": float(any(flags[:k])) if judged else None for k in (1, 3)}


def summarize(suite: str, samples: Sequence[Scored]) -> Scores:
    """Means with intervals, for all questions and for each category."""
    categories = ["all", *sorted({sample.category for sample in samples})]
    measures: list[Measure] = []
    for category in categories:
        chosen = [s for s in samples if category in ("all", s.category)]
        measures += _means(category, chosen)
    asked = [sample for sample in samples if sample.outcome]
    measures += _abstention(asked) if asked else []
    curve = metrics.risk_coverage([s.confidence for s in asked], [not s.forced_right for s in asked]) if asked else []
    return Scores(suite, tuple(measures), tuple(samples), tuple(curve))


def _means(category: str, samples: Sequence[Scored]) -> Iterable[Measure]:
    names = dict.fromkeys(name for sample in samples for name in sample.values)
    for name in names:
        values = [sample.values[name] for sample in samples if name in sample.values]
        judged = [value for value in values if value is not None]
        if not judged:
            continue
        if name == "latency_ms":
            yield from _latencies(category, judged)
        else:
            yield _measure(name, category, mean_estimate(judged), len(values) - len(judged))


def _latencies(category: str, values: Sequence[float]) -> Iterable[Measure]:
    for name, share in (("latency_p50_ms", 0.5), ("latency_p95_ms", 0.95)):
        found = estimate(values, _percentile(share))
        yield _measure(name, category, found)


def _percentile(share: float) -> Callable[[Any], float]:
    return lambda rows: metrics.percentile(rows.tolist(), share)


def _measure(name: str, category: str, found: Estimate, unjudged: int = 0) -> Measure:
    return Measure(name, category, found.value, found.low, found.high, found.n, unjudged)


def _abstention(samples: Sequence[Scored]) -> Iterable[Measure]:
    """How well the confidence separates: AURC over all questions, AUROC of answerable against unanswerable."""
    pairs = [(s.confidence, float(not s.forced_right)) for s in samples]
    found = grouped_estimate([list(range(len(pairs)))], lambda rows: _aurc_of(pairs, rows))
    yield _measure("aurc", "all", found)
    yes, no = [s.confidence for s in samples if s.answerable], [s.confidence for s in samples if not s.answerable]
    if yes and no:
        yield _measure("auroc_answerable", "all", grouped_estimate([yes, no], metrics.auroc))
        found = grouped_estimate([yes, no], lambda a, b: metrics.false_answers_at_coverage(a, b, 0.85))
        yield _measure("false_answers_at_85_coverage", "all", found)


def _aurc_of(pairs: Sequence[tuple[float, float]], rows: Sequence[float]) -> float:
    chosen = [pairs[int(i)] for i in rows]
    return metrics.aurc([confidence for confidence, _ in chosen], [bool(wrong) for _, wrong in chosen])
