import math
import random

import pytest

from evals import metrics
from evals.stats import mean_estimate, paired_difference

RANKED = [{"a"}, set(), {"b"}, {"a"}, {"c"}]


def test_recall_is_the_share_of_the_relevant_found() -> None:
    assert metrics.recall_at_k(RANKED, {"a", "b"}, 1) == 0.5
    assert metrics.recall_at_k(RANKED, {"a", "b"}, 3) == 1.0
    assert metrics.recall_at_k([], {"a"}, 3) == 0.0


def test_mrr_is_one_over_the_first_relevant_rank() -> None:
    assert metrics.mrr_at_k(RANKED, {"b", "c"}, 10) == pytest.approx(1 / 3)
    assert metrics.mrr_at_k(RANKED, {"c"}, 4) == 0.0


def test_ndcg_counts_each_thing_once() -> None:
    best = 1 + 1 / math.log2(3)
    assert metrics.ndcg_at_k(RANKED, {"a", "b"}, 10) == pytest.approx((1 + 1 / math.log2(4)) / best)
    assert metrics.ndcg_at_k([{"a", "b"}], {"a", "b"}, 10) == 1.0  # two places in one passage: no more than perfect


def test_ranking_metrics_agree_with_ir_measures() -> None:
    import ir_measures
    from ir_measures import RR, R, nDCG

    draw = random.Random(7)
    things = [f"d{i}" for i in range(30)]
    qrels, run, rankings = {}, {}, {}
    for q in range(60):
        order = draw.sample(things, 20)
        relevant = set(draw.sample(things, draw.randint(1, 5)))
        qrels[f"q{q}"] = dict.fromkeys(relevant, 1)
        run[f"q{q}"] = {name: float(100 - i) for i, name in enumerate(order)}
        rankings[f"q{q}"] = ([{name} for name in order], relevant)
    ours = {
        R @ 5: metrics.recall_at_k,
        R @ 10: metrics.recall_at_k,
        RR @ 10: metrics.mrr_at_k,
        nDCG @ 10: metrics.ndcg_at_k,
    }
    for value in ir_measures.iter_calc(list(ours), qrels, run):
        ranked, relevant = rankings[value.query_id]
        assert ours[value.measure](ranked, relevant, value.measure["cutoff"]) == pytest.approx(value.value, abs=1e-9)


def test_the_two_normalisers_differ_as_documented() -> None:
    assert metrics.normalize_squad("The “những” Dự án.") == "“những” dự án"
    assert metrics.normalize_mlqa_vi("The “những” Dự án.") == "the dự án"


def test_token_f1_by_hand() -> None:
    # answer has 4 tokens, expected 3, common 2: F1 = 4/7
    assert metrics.token_f1("khoảng 112 công nhân", ["112 công trình"], metrics.normalize_squad) == pytest.approx(4 / 7)
    assert metrics.token_f1("", ["112"], metrics.normalize_squad) == 0.0
    assert metrics.exact_match("112 công trình.", ["x", "112 Công trình"], metrics.normalize_squad) == 1.0


def test_crag_rewards_declining_only_where_nothing_can_be_said() -> None:
    assert metrics.crag_score("right", True) == 1
    assert metrics.crag_score("wrong", True) == -1
    assert metrics.crag_score("declined", True) == 0
    assert metrics.crag_score("tentative", False) == 1
    assert metrics.crag_score("wrong", False) == -1


def test_risk_coverage_by_hand() -> None:
    points = metrics.risk_coverage([0.9, 0.8, 0.8, 0.1], [False, True, False, True])
    assert points == [(0.25, 0.0), (0.75, pytest.approx(1 / 3)), (1.0, 0.5)]
    assert metrics.aurc([0.9, 0.8, 0.8, 0.1], [False, True, False, True]) == pytest.approx(0.5 / 3 + 0.25 * 0.5)


def test_auroc_by_hand_and_against_scikit_learn_free_counting() -> None:
    assert metrics.auroc([3, 2], [1, 0]) == 1.0
    assert metrics.auroc([1.0], [1.0]) == 0.5
    draw = random.Random(3)
    a, b = [draw.randint(0, 9) for _ in range(40)], [draw.randint(0, 9) for _ in range(30)]
    counted = sum((x > y) + 0.5 * (x == y) for x in a for y in b) / (len(a) * len(b))
    assert metrics.auroc(a, b) == pytest.approx(counted)


def test_false_answers_at_a_coverage() -> None:
    assert metrics.false_answers_at_coverage([0.9, 0.8, 0.7, 0.2], [0.75, 0.1], 0.75) == 0.5
    assert metrics.false_answers_at_coverage([0.9, 0.8, 0.7, 0.2], [0.75, 0.1], 1.0) == 0.5


def test_percentile_is_the_nearest_rank() -> None:
    assert metrics.percentile([4, 1, 3, 2], 0.5) == 2
    assert metrics.percentile([4, 1, 3, 2], 0.95) == 4


def test_faithfulness_and_precision_have_no_value_without_anything_to_judge() -> None:
    assert metrics.faithfulness([], {"1"}) is None
    assert metrics.faithfulness(["1", "2"], {"1"}) == 0.5
    assert metrics.citation_precision([]) is None
    assert metrics.citation_precision([True, False]) == 0.5


def test_a_share_of_one_still_has_a_real_interval() -> None:
    found = mean_estimate([1.0] * 20)
    assert (found.value, found.high, found.n) == (1.0, 1.0, 20)
    assert found.low == pytest.approx(0.8389, abs=1e-3)  # Wilson by hand: 20 / (20 + 1.96^2)


def test_a_bootstrap_interval_holds_the_mean_and_is_repeatable() -> None:
    values = [0.1, 0.5, 0.7, 0.9, 0.3]
    found = mean_estimate(values)
    assert found.low < 0.5 < found.high
    assert found == mean_estimate(values)


def test_a_paired_difference_is_certain_where_every_question_gains_the_same() -> None:
    found = paired_difference([0.1, 0.5, 0.7], [0.2, 0.6, 0.8])
    assert (found.low, found.value, found.high) == pytest.approx((0.1, 0.1, 0.1))
