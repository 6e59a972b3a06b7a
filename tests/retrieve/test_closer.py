"""The closer look puts hits that score nearly the same in the order that reading prefers, and changes nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from rag.retrieve.closer import CLOSE, look_closer
from rag.types import DocumentInfo, Hit, Passage


def hit(number: int, score: float) -> Hit:
    text = f"Đoạn {number}."
    passage = Passage(number, f"bai-{number}", "v1", 0, 0, len(text), text)
    info = DocumentInfo(f"bai-{number}", f"bai-{number}", "v1", "default", f"bai-{number}.txt", f"Bài {number}")
    return Hit(passage, info, score, 0.8, 10.0)


@dataclass
class Reader:
    """Log-odds by passage; counts what it reads."""

    odds: dict[int, float | None]
    read: list[int] = field(default_factory=list)

    def answers(self, question: str, passage: Passage) -> float | None:
        assert question == "Bao nhiêu hộ?"
        self.read.append(passage.id)
        return self.odds[passage.id]


def order(hits: list[Hit], reader: Reader | None) -> list[tuple[int, float]]:
    return [(one.passage.id, one.score) for one in look_closer("Bao nhiêu hộ?", hits, reader)]


CLOSE_HITS = [hit(1, 2.0), hit(2, 1.9), hit(3, 1.0)]


def test_reading_decides_between_close_hits_and_the_scores_keep_their_places():
    assert order(CLOSE_HITS, Reader({1: -6.0, 2: 6.0})) == [(2, 2.0), (1, 1.9), (3, 1.0)]


@pytest.mark.parametrize("odds", [{1: 6.0, 2: -6.0}, {1: 1.0, 2: 2.0}, {1: None, 2: 9.0}, {1: -9.0, 2: None}])
def test_where_reading_says_little_the_order_stays(odds):
    assert order(CLOSE_HITS, Reader(odds)) == [(1, 2.0), (2, 1.9), (3, 1.0)]


def test_odds_beyond_what_can_be_told_apart_count_no_more():
    apart = [hit(1, 2.0), hit(2, 2.0 - CLOSE)]
    assert order(apart, Reader({1: 8.0, 2: 900.0}))[0][0] == 1


def test_only_close_hits_are_read_and_no_more_than_four():
    reader = Reader(dict.fromkeys(range(9), 0.0))
    order(CLOSE_HITS, reader)
    order([hit(number, 2.0) for number in range(3, 9)], reader)
    assert reader.read == [1, 2, 3, 4, 5, 6]


def test_several_close_hits_are_put_in_order():
    odds = {1: 0.0, 2: 4.0, 3: 8.0, 4: 12.0, 5: 12.0}
    found = order([hit(number, 2.0 - number / 100) for number in range(1, 6)], Reader(odds))
    assert found == [(4, 1.99), (3, 1.98), (2, 1.97), (1, 1.96), (5, 1.95)]


@pytest.mark.parametrize("hits", [[], [hit(1, 2.0)], [hit(1, 2.0), hit(2, 1.9 - CLOSE)]])
def test_nothing_is_read_where_there_is_no_doubt(hits):
    reader = Reader({})
    assert [one.passage.id for one in look_closer("Bao nhiêu hộ?", hits, reader)] == [h.passage.id for h in hits]
    assert reader.read == []


def test_without_a_reader_the_scores_decide():
    assert order(CLOSE_HITS, None) == [(1, 2.0), (2, 1.9), (3, 1.0)]
