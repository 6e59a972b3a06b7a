"""Exact search over vectors."""

from __future__ import annotations

import numpy as np
import pytest

from rag.index.dense import _FEW, DenseIndex


def unit(n: int, dim: int = 16, seed: int = 0) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(n, dim)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture
def index() -> DenseIndex:
    made = DenseIndex(16)
    made.add(np.arange(100, 200), unit(100))
    return made


def test_search_agrees_with_comparing_one_by_one(index):
    query = unit(1, seed=9)[0]
    cosines = unit(100) @ query
    found = index.search(query, 10)
    assert [hit.id for hit in found] == (100 + np.argsort(-cosines)[:10]).tolist()
    assert [hit.score for hit in found] == pytest.approx(np.sort(cosines)[::-1][:10].tolist(), abs=1e-6)


@pytest.mark.parametrize("n_allowed", [50, _FEW + 500])
def test_only_allowed_passages_are_searched_and_as_many_as_asked_come_back(n_allowed):
    index = DenseIndex(16)
    index.add(np.arange(6000), unit(6000))
    allowed = np.arange(0, 2 * n_allowed, 2, dtype=np.int64)
    query = unit(1, seed=3)[0]
    expected = allowed[np.argsort(-(unit(6000)[allowed] @ query))[:20]]
    assert [hit.id for hit in index.search(query, 20, allowed)] == expected.tolist()


def test_nothing_allowed_finds_nothing(index):
    assert index.search(unit(1)[0], 5, np.array([], dtype=np.int64)) == ()


def test_asking_for_more_than_there_is_gives_all(index):
    assert len(index.search(unit(1)[0], 1000)) == 100


def test_an_empty_index_finds_nothing():
    assert DenseIndex(16).search(unit(1)[0], 5) == ()
    assert DenseIndex(16).scores(unit(1)[0], [1]).tolist() == [0.0]


def test_removed_passages_are_gone_and_unknown_ones_are_passed_over(index):
    index.remove([100, 101, 999])
    assert len(index) == 98
    assert {100, 101}.isdisjoint(hit.id for hit in index.search(unit(100)[0], 98))


def test_adding_a_known_number_replaces_its_vector(index):
    index.add([100], unit(1, seed=5))
    assert len(index) == 100
    assert index.reconstruct([100]) == pytest.approx(unit(1, seed=5))


def test_scores_come_in_the_order_asked_and_are_nought_for_unknown_numbers(index):
    query = unit(1, seed=9)[0]
    cosines = unit(100) @ query
    assert index.scores(query, [150, 7, 100]) == pytest.approx([cosines[50], 0.0, cosines[0]], abs=1e-6)


def test_a_written_index_reads_back_the_same(index, tmp_path):
    index.write(tmp_path / "dense")
    read = DenseIndex.read(tmp_path / "dense")
    assert read.ids.tolist() == index.ids.tolist()
    assert read.search(unit(1, seed=2)[0], 7) == index.search(unit(1, seed=2)[0], 7)
