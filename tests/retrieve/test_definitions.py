"""Abbreviations that documents define themselves, over a small store with an encoder that counts letters."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.index.index import Index
from rag.index.ingest import ingest, remove
from rag.retrieve import HybridRetriever, understand
from rag.retrieve.definitions import abbreviated_in, defined_in
from rag.settings import Settings
from rag.types import Access
from tests.conftest import LetterEncoder

TEXTS = {
    "cong-khai": {
        "dinh-nghia": "Quỹ Hỗ trợ thôn bản (QHTTB) ra đời ở Tân Văn. QHTTB cho vay vốn sửa nhà.",
        "dung-tat": "Năm nay QHTTB rót vốn cho ba mươi hộ.\n\n" + "Bà con làm nương trên núi cao. " * 40,
        "khac": "Quỹ của xã mua bàn ghế cho trường. Thôn bản họp hằng tuần.",
    },
    "noi-bo": {"mat": "Ban Chuẩn bị khai thác mỏ (BCBKTM) họp kín. BCBKTM trình đề án."},
}  # fmt: skip
PUBLIC = Access("ai-do", ("cong-khai",))


@pytest.fixture
def index(tmp_path: Path) -> Index:
    chosen, encoder = Settings.load(tmp_path / "store", env={}, threads=1), LetterEncoder()
    for collection, texts in TEXTS.items():
        path = tmp_path / f"{collection}.jsonl"
        lines = (json.dumps({"id": name, "text": text}, ensure_ascii=False) for name, text in texts.items())
        path.write_text("\n".join(lines), encoding="utf-8")
        ingest([path], chosen, collection=collection, encoder=encoder)
    return Index.open(chosen, encoder=encoder)


@pytest.mark.parametrize("typed", ["QHTTB", "qhttb"])
def test_documents_say_what_an_abbreviation_stands_for(index: Index, typed: str) -> None:
    assert defined_in(index, f"{typed} cho vay thế nào?") == {"qhttb": "quỹ hỗ trợ thôn bản"}


def test_a_question_with_an_abbreviation_is_searched_with_its_words(index: Index) -> None:
    found = HybridRetriever(index).explain(understand("QHTTB cho vay gì?", index.store))
    assert found.query.encoded == "quỹ hỗ trợ thôn bản cho vay gì?"
    assert found.query.defined == {"qhttb": "quỹ hỗ trợ thôn bản"}
    assert found.query.text == "QHTTB cho vay gì?"


def test_a_question_in_words_finds_passages_that_only_use_the_abbreviation(index: Index) -> None:
    found = HybridRetriever(index).explain(understand("Quỹ hỗ trợ thôn bản rót vốn cho bao nhiêu hộ?", index.store))
    assert found.query.defined == {"QHTTB": "quỹ hỗ trợ thôn bản"}
    fullest = max(found.candidates, key=lambda candidate: candidate.sentence)
    assert fullest.hit.passage.text.startswith("Năm nay QHTTB")


def test_what_a_person_may_not_read_defines_nothing(index: Index) -> None:
    question = "BCBKTM họp khi nào?"
    assert defined_in(index, question) == {"bcbktm": "ban chuẩn bị khai thác mỏ"}
    assert defined_in(index, question, PUBLIC) == {}
    query = understand("Ban chuẩn bị khai thác mỏ họp khi nào?", index.vocabulary(PUBLIC))
    assert HybridRetriever(index).explain(query, access=PUBLIC).query.defined == {}


def test_a_meaning_without_half_of_the_definitions_is_not_taken(tmp_path: Path) -> None:
    texts = ["Hội Trồng Thông (HTT) họp.", "Hợp tác Thôn (HTT) họp.", "Hội Thơ Tày (HTT) họp."]
    path = tmp_path / "tin.jsonl"
    rows = (json.dumps({"id": str(i), "text": text}, ensure_ascii=False) for i, text in enumerate(texts))
    path.write_text("\n".join(rows), encoding="utf-8")
    chosen, encoder = Settings.load(tmp_path / "store", env={}, threads=1), LetterEncoder()
    ingest([path], chosen, encoder=encoder)
    assert defined_in(Index.open(chosen, encoder=encoder), "HTT họp ở đâu?") == {}


def test_a_removed_document_defines_nothing(index: Index) -> None:
    (mine,) = [info for info in index.store.list_documents() if info.key.endswith("mat")]
    remove([mine.id], index.settings)
    index.refresh()
    assert defined_in(index, "BCBKTM họp khi nào?") == {}


def test_well_known_abbreviations_are_not_looked_up_again(index: Index) -> None:
    passages = index.store.passages(index.store.passage_ids().tolist())
    assert defined_in(index, "UBND huyện họp khi nào?") == {}
    assert abbreviated_in(passages, "quỹ hỗ trợ thôn bản", {"qhttb": "quỹ hỗ trợ thôn bản"}) == {}
