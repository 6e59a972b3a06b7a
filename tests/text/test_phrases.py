from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from rag.text.phrases import WithPhrases
from rag.text.restore import restore


class Nothing:
    """The vocabulary of an empty corpus."""

    def spellings(self, folded: Sequence[str]) -> Mapping[str, Mapping[str, int]]:
        return {}

    def pairs(self, pairs: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], int]:
        return {}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("tong kinh phi la bao nhieu", "tổng kinh phí là bao nhiêu"),
        ("nhiem vu trong tam la gi", "nhiệm vụ trọng tâm là gì"),
        ("hoi nghi dien ra o dau", "hội nghị diễn ra ở đâu"),
    ],
)
def test_asking_phrases_are_known_without_any_corpus(typed: str, meant: str) -> None:
    assert restore(typed, WithPhrases(Nothing())).text == meant
