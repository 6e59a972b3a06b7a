"""Search over vectors: one contract for the index of 16 bits a number and that of 8."""

from __future__ import annotations

import faiss
import numpy as np
import pytest

from rag.errors import StoreError
from rag.index import dense
from rag.index.dense import _FEW, EXACT_UP_TO, HALF, DenseIndex

CLOSE = 3e-4
"""What 16 bits a number move a cosine at most."""


def unit(n: int, dim: int = 16, seed: int = 0) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(n, dim)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture(params=["exact", "quantised"])
def empty(request) -> DenseIndex:
    return DenseIndex(16) if request.param == "exact" else DenseIndex.quantised(16)


@pytest.fixture
def index(empty) -> DenseIndex:
    empty.add(np.arange(100, 200), unit(100))
    return empty


def stored(ids: np.ndarray) -> np.ndarray:
    """The vectors of :func:`index` as a store keeps them."""
    return unit(100)[ids - 100]


def test_search_agrees_with_comparing_one_by_one(index):
    query = unit(1, seed=9)[0]
    cosines = unit(100) @ query
    found = index.search(query, 10, stored=stored)
    assert [hit.id for hit in found] == (100 + np.argsort(-cosines)[:10]).tolist()
    assert [hit.score for hit in found] == pytest.approx(np.sort(cosines)[::-1][:10].tolist(), abs=CLOSE)


@pytest.mark.parametrize("n_allowed", [50, _FEW + 500])
def test_only_allowed_passages_are_searched_and_as_many_as_asked_come_back(empty, n_allowed):
    index = empty
    index.add(np.arange(6000), unit(6000))
    allowed = np.arange(0, 2 * n_allowed, 2, dtype=np.int64)
    query = unit(1, seed=3)[0]
    expected = allowed[np.argsort(-(unit(6000)[allowed] @ query))[:20]]
    assert [hit.id for hit in index.search(query, 20, allowed, unit(6000).__getitem__)] == expected.tolist()


def test_nothing_allowed_finds_nothing(index):
    assert index.search(unit(1)[0], 5, np.array([], dtype=np.int64)) == ()


def test_asking_for_more_than_there_is_gives_all(index):
    assert len(index.search(unit(1)[0], 1000)) == 100


def test_an_empty_index_finds_nothing(empty):
    assert empty.search(unit(1)[0], 5) == ()
    assert empty.scores(unit(1)[0], [1]).tolist() == [0.0]


def test_removed_passages_are_gone_and_unknown_ones_are_passed_over(index):
    index.remove([100, 101, 999])
    assert len(index) == 98
    assert {100, 101}.isdisjoint(hit.id for hit in index.search(unit(100)[0], 98))


def test_adding_a_known_number_replaces_its_vector(index):
    index.add([100], unit(1, seed=5))
    assert len(index) == 100
    assert index.reconstruct([100]) == pytest.approx(unit(1, seed=5), abs=HALF if index.is_exact else 0.005)


def test_scores_come_in_the_order_asked_and_are_nought_for_unknown_numbers(index):
    query = unit(1, seed=9)[0]
    cosines = unit(100) @ query
    assert index.scores(query, [150, 7, 100], stored) == pytest.approx([cosines[50], 0.0, cosines[0]], abs=CLOSE)


def test_a_written_index_reads_back_the_same(index, tmp_path):
    index.write(tmp_path / "dense")
    read = DenseIndex.read(tmp_path / "dense")
    assert read.ids.tolist() == index.ids.tolist()
    assert read.search(unit(1, seed=2)[0], 7) == index.search(unit(1, seed=2)[0], 7)


def test_a_number_below_the_largest_keeps_the_order(index):
    index.add([5], unit(1, seed=5))
    assert index.ids.tolist() == [5, *range(100, 200)]
    assert index.search(unit(1, seed=5)[0], 1)[0].id == 5


def test_where_the_store_has_lost_a_vector_the_quantised_one_does():
    def lost(_ids):
        raise StoreError("gone")

    index = DenseIndex.quantised(16)
    index.add(np.arange(100, 200), unit(100))
    query = unit(1, seed=9)[0]
    assert index.scores(query, [100], lost) == pytest.approx(unit(100)[:1] @ query, abs=0.01)


@pytest.mark.parametrize("kind", ["exact", "quantised"])
def test_it_tells_its_own_vectors_from_those_of_others(kind):
    rows = unit(3000, 64)
    rows[7] *= 30  # far beyond the range that the steps are set for
    index = DenseIndex(64) if kind == "exact" else DenseIndex.quantised(64)
    ids = np.arange(3000)
    index.add(ids, rows)
    assert index.holds(ids, rows)
    assert index.holds(ids[:0], rows[:0])
    assert not index.holds(ids + 1, rows)
    for at in range(0, 3000, 300):
        changed = rows.copy()
        changed[at] = rows[at + 1]
        assert not index.holds(ids, changed)


def test_the_kind_follows_the_size_without_flapping():
    exact, quantised = DenseIndex(16), DenseIndex.quantised(16)
    assert [exact.suits(n) for n in (0, EXACT_UP_TO, EXACT_UP_TO + 1)] == [True, True, False]
    assert [quantised.suits(n) for n in (10, EXACT_UP_TO - 1, EXACT_UP_TO + 1)] == [False, True, True]


def test_an_index_of_an_earlier_version_is_searched_until_it_is_made_anew():
    codes = faiss.IndexScalarQuantizer(16, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT)
    codes.train(unit(1000, seed=7))
    index = DenseIndex(16, faiss.IndexIDMap2(codes))
    index.add(np.arange(100, 200), unit(100))
    query = unit(1, seed=9)[0]
    best = 100 + np.argsort(-(unit(100) @ query))[:10]
    assert [hit.id for hit in index.search(query, 10, stored=stored)] == best.tolist()
    assert [index.suits(n) for n in (10, EXACT_UP_TO + 1)] == [False, False]


def test_the_quantised_index_finds_what_the_exact_one_finds():
    rng = np.random.default_rng(3)
    centres = unit(200, 64, seed=1)
    rows = centres[rng.integers(0, 200, 20_000)] + 0.08 * rng.normal(size=(20_000, 64)).astype(np.float32)
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    exact, quantised = DenseIndex(64), DenseIndex.quantised(64)
    for index in (exact, quantised):
        index.add(np.arange(len(rows)), rows)
    found = 0
    for query in rows[::400]:
        best = {hit.id for hit in exact.search(query, 10)}
        found += len(best & {hit.id for hit in quantised.search(query, 10, stored=rows.__getitem__)})
    assert found / 500 >= 0.98


@pytest.mark.parametrize("filtered", [False, True])
def test_a_search_shared_by_several_threads_finds_what_one_finds(empty, filtered, monkeypatch):
    index = empty
    index.add(np.arange(9000, 0, -1), unit(9000))  # numbers that do not ascend with the places
    index.remove(np.arange(4000, 4100))
    allowed = np.arange(1, 9000, 2, dtype=np.int64) if filtered else None
    alone = [index.search(query, 30, allowed) for query in unit(5, seed=3)]
    parts = []
    searched = DenseIndex._search_part
    monkeypatch.setattr(DenseIndex, "_search_part", lambda *args: parts.append(args[4:]) or searched(*args))
    monkeypatch.setattr(dense, "_PART", 1000)
    monkeypatch.setattr(dense, "_CORES", 3)
    assert [index.search(query, 30, allowed) for query in unit(5, seed=3)] == alone
    assert sorted(set(parts)) == [(0, 2966), (2966, 5933), (5933, 8900)]
