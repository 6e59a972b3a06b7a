"""The measurement of retrieval alone, on a few contexts and an encoder that counts letters."""

from __future__ import annotations

import json

import pytest

from evals import hidden
from evals.ablate import VARIANTS
from evals.hidden import Asked, Place
from evals.pairs import agreement, pairs
from rag.index.index import Index
from rag.index.ingest import ingest
from rag.retrieve.hybrid import HybridRetriever
from rag.settings import Settings
from tests.conftest import LetterEncoder

N_CONTEXTS = 12


@pytest.fixture(scope="module")
def asked() -> list[Asked]:
    contexts, found = hidden.questions()
    chosen = sorted(contexts)[:N_CONTEXTS]
    return [one for one in found if one.document in chosen]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    folder = tmp_path_factory.mktemp("hidden")
    news = folder / "tin.jsonl"
    texts = ["Hội Chăn nuôi Trâu (HCNT) họp. HCNT bầu ông Ba.\n\n" + "Trâu ăn cỏ trên đồi. " * 60 + "HCNT mua trâu.",
             "UBND xã mua cỏ."]  # fmt: skip
    news.write_text("\n".join(json.dumps({"id": str(i), "text": text}) for i, text in enumerate(texts)))
    encoder = LetterEncoder()
    ingest([news], Settings.load(folder / "tin", env={}, threads=1), encoder=encoder)
    contexts = dict(sorted(hidden.questions()[0].items())[:N_CONTEXTS])
    copy = hidden.place_for(folder / "tin", folder / "copies")
    assert hidden.place_for(folder / "tin", folder / "copies") == copy
    return Index.open(hidden.put_in(copy, contexts, encoder), encoder=encoder)


def test_the_contexts_lie_among_the_passages_of_the_copied_store(index: Index) -> None:
    assert index.n_documents == N_CONTEXTS + 2
    assert index.store.collections()[hidden.COLLECTION] == N_CONTEXTS


@pytest.mark.parametrize("method", hidden.METHODS)
def test_every_method_ranks_the_right_document_and_passage(index: Index, asked: list[Asked], method: str) -> None:
    places = hidden.ask(index, hidden.METHODS[method], asked)
    assert len(places) == len(asked)
    assert any(place.document for place in places)
    assert all(place.document for place in places if place.passage)


def test_a_document_counts_by_its_best_passage_and_a_passage_by_its_answer(index: Index, asked: list[Asked]) -> None:
    one = asked[0]
    (mine,) = [info for info in index.store.list_documents() if info.key.endswith(one.document)]
    ids = [passage.id for passage in index.store.passages_of(mine.id)]
    other = next(i for i in index.store.passage_ids().tolist() if i not in ids)
    found = hidden.place(index, [other, *ids], one)
    assert found.document == 2
    assert found.passage >= 2
    assert hidden.place(index, [other], one) == Place(0, 0)


def test_a_question_that_means_the_same_is_asked_once(index: Index, asked: list[Asked]) -> None:
    seen: dict[str, Place] = {}
    first = hidden.ask(index, hidden.METHODS["bm25"], asked, seen)
    n = len(seen)
    for typing in ("nfd", "upper", "other-tones"):
        assert hidden.ask(index, hidden.METHODS["bm25"], hidden.typed(asked, typing), seen) == first
    assert len(seen) == n


def test_a_line_of_the_table_shows_both_halves() -> None:
    asked = [Asked("?", "a", 0, half) for half in "AAB"]
    line = hidden.row("as typed", "bm25", asked, [Place(1, 1), Place(3, 11), Place(0, 0)])
    assert line.startswith("| as typed | bm25 | 3 | 0.333 | ")
    assert line.endswith(" | 0.667 | 0.333 | 0.333 | 0.500 | 0.000 |")


def test_pairs_are_drawn_from_the_table_and_from_definitions(index: Index) -> None:
    drawn = pairs(index.store, 5)
    assert {pair.kind for pair in drawn} == {"table", "defined"}
    defined = next(pair for pair in drawn if pair.kind == "defined")
    assert "HCNT" in defined.short
    assert defined.full == defined.short.replace("HCNT", "Hội Chăn nuôi Trâu")
    same = agreement(HybridRetriever(index), drawn)
    assert [yes for yes, pair in zip(same, drawn, strict=True) if pair.kind == "defined"] == [True]


def test_every_variant_of_the_ablation_ranks_passages(index: Index, asked: list[Asked]) -> None:
    for variant in VARIANTS:
        assert any(place.document for place in hidden.ask(index, variant, asked[:6]))
