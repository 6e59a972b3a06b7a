"""How a search explains itself."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date

import pytest

from rag.cli.explain import explanation_to_dict, print_explanation
from rag.lang import use_language
from rag.retrieve.hybrid import Candidate, Explanation
from rag.retrieve.understand import understand
from rag.types import DocumentInfo, Hit, Passage


class Counts:
    """A vocabulary of two words."""

    def spellings(self, folded: Sequence[str]) -> Mapping[str, Mapping[str, int]]:
        table = {"ho": "hộ", "ngheo": "nghèo"}
        return {f: {table[f]: 300} if f in table else {} for f in folded}

    def pairs(self, pairs: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], int]:
        return {p: 300 for p in pairs if p == ("hộ", "nghèo")}


@pytest.fixture
def explanation() -> Explanation:
    info = DocumentInfo("d1", "k", "v1", "", "bai.txt", "Ban Dân \x1b[31mtộc", published=date(2021, 1, 22))
    hit = Hit(Passage(7, "d1", "v1", 0, 10, 24, "112 công trình"), info, 1.25, 0.8, 0.0)
    query = understand("hộ nghèoo năm 2020", Counts())
    return Explanation(query, (hit,), (Candidate(hit, 3, 0, 0.95, 0.5, 1.0),))


def test_it_prints_the_understanding_and_both_legs(
    explanation: Explanation, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    print_explanation(explanation, 10)
    out = capsys.readouterr().out
    assert "nghèoo → nghèo" in out
    assert "năm 2020" in out
    assert "0.800 (3)" in out
    assert "0.0 (–)" in out
    assert "\x1b[31m" not in out


def test_it_speaks_english_when_asked(explanation: Explanation, capsys: pytest.CaptureFixture[str]) -> None:
    use_language("en")
    print_explanation(explanation, 10)
    assert "Understood: hộ nghèo năm 2020" in capsys.readouterr().out


def test_as_json_it_names_ranks_and_leaves_out_those_that_a_leg_did_not_give(explanation: Explanation) -> None:
    found = json.loads(json.dumps(explanation_to_dict(explanation)))
    assert found["corrections"] == [{"typed": "nghèoo", "meant": "nghèo"}]
    assert found["dates"][0]["year"] == 2020
    assert (found["candidates"][0]["dense_rank"], found["candidates"][0]["lexical_rank"]) == (3, None)
    assert {"field": "exact", "text": "nghèo", "weight": 1.0} in found["terms"]
