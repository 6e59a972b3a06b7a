from __future__ import annotations

from collections.abc import Mapping, Sequence

from hypothesis import given
from hypothesis import strategies as st

from rag.text.nearby import Nearby, count_syllables
from rag.text.restore import restore
from tests.text.vietnamese import STORED


class Corpus:
    """Spells "ma" as "mà" nearly always, and knows "mã đồng xu" a little."""

    def spellings(self, folded: Sequence[str]) -> Mapping[str, Mapping[str, int]]:
        table = {
            "ma": {"mà": 900, "mã": 60, "ma": 40},
            "dong": {"đồng": 800, "dòng": 200},
            "xu": {"xu": 90, "xứ": 110},
        }
        return {name: table.get(name, {}) for name in folded}

    def pairs(self, pairs: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], int]:
        return {pair: 3 for pair in pairs if pair == ("mà", "đồng")}


def test_texts_about_the_question_decide_between_spellings() -> None:
    assert restore("ma dong xu", Corpus()).text == "mà đồng xứ"
    near = Nearby(Corpus(), ["Mã đồng xu này cũ.", "Người ta tra mã đồng xu trong sách."])
    assert restore("ma dong xu", near).text == "mã đồng xu"


def test_without_texts_it_is_the_corpus() -> None:
    near = Nearby(Corpus(), [])
    assert near.spellings(["ma", "xu"]) == Corpus().spellings(["ma", "xu"])
    assert near.pairs([("mà", "đồng"), ("đồng", "xu")]) == {("mà", "đồng"): 3}


def test_texts_never_take_a_spelling_away() -> None:
    found = Nearby(Corpus(), ["mã mã mã"]).spellings(["ma"])["ma"]
    assert all(found[word] >= count for word, count in Corpus().spellings(["ma"])["ma"].items())
    assert found["mã"] > 60


@given(st.lists(STORED, max_size=3))
def test_counts_of_texts_are_those_of_each_together(texts: list[str]) -> None:
    singles, pairs = count_syllables(texts)
    assert singles == sum((count_syllables([text])[0] for text in texts), start=type(singles)())
    assert all(count <= min(singles[a], singles[b]) for (a, b), count in pairs.items())
