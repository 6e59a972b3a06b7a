"""The retriever over a small store with an encoder that counts letters, checked against brute force."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from rag.index.index import Index
from rag.index.ingest import ingest
from rag.retrieve import HybridRetriever, understand
from rag.settings import Settings
from rag.types import Access, DocumentInfo, Filters, Hit
from tests.conftest import LetterEncoder

PUBLISHERS = ("baocaobang.vn", "baohagiang.vn", "")
COLLECTIONS = ("cong-khai", "noi-bo")
SUBJECTS = ("hộ nghèo", "nước sạch", "đường giao thông", "trường nội trú", "bảo hiểm y tế", "rừng phòng hộ")


def rows(collection: str) -> list[dict[str, str]]:
    found = []
    for i in range(12):
        subject = SUBJECTS[i % len(SUBJECTS)]
        text = f"Tỉnh báo cáo về {subject}, đợt {i} tại xã thứ {i * 7 % 5}. Nhân dân đồng tình với kế hoạch số {i}."
        row = {"id": f"{collection}-{i}", "title": f"Tin {subject} {i}", "text": text, "publisher": PUBLISHERS[i % 3]}
        found.append(row | ({"published": f"20{20 + i % 4}-0{1 + i % 9}-11"} if i % 5 else {}))
    return found


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    folder: Path = tmp_path_factory.mktemp("retrieve")
    chosen, encoder = Settings.load(folder / "store", env={}, threads=1), LetterEncoder()
    for collection in COLLECTIONS:
        path = folder / f"{collection}.jsonl"
        path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows(collection)), encoding="utf-8")
        ingest([path], chosen, collection=collection, encoder=encoder)
    return Index.open(chosen, encoder=encoder)


@pytest.fixture(scope="module")
def retriever(index: Index) -> HybridRetriever:
    return HybridRetriever(index)


def search(retriever: HybridRetriever, question: str, top_k: int = 10, filters: Filters | None = None,
           access: Access | None = None) -> tuple[Hit, ...]:  # fmt: skip
    return retriever.retrieve(understand(question, retriever.index.store), top_k, filters, access)


def may_be_found(info: DocumentInfo, filters: Filters, access: Access) -> bool:
    """The rule, said once more in the plainest way."""
    if access.collections is not None and info.collection not in access.collections:
        return False
    if filters.collections and info.collection not in filters.collections:
        return False
    if filters.publishers and info.publisher not in filters.publishers:
        return False
    if filters.documents and info.id not in filters.documents:
        return False
    if filters.date_from and (info.published is None or info.published < filters.date_from):
        return False
    return not (filters.date_to and (info.published is None or info.published > filters.date_to))


days = st.dates(date(2019, 6, 1), date(2024, 6, 1))


@limits(max_examples=60, deadline=None)
@given(data=st.data())
def test_what_filters_and_access_allow_is_found_and_nothing_else(
    retriever: HybridRetriever, data: st.DataObject
) -> None:
    everything = retriever.index.store.list_documents()
    names = [info.id for info in everything]
    filters = Filters(
        date_from=data.draw(st.none() | days),
        date_to=data.draw(st.none() | days),
        publishers=tuple(data.draw(st.lists(st.sampled_from(PUBLISHERS), max_size=2, unique=True))),
        collections=tuple(data.draw(st.lists(st.sampled_from(COLLECTIONS), max_size=2, unique=True))),
        documents=tuple(data.draw(st.lists(st.sampled_from(names), max_size=6, unique=True))),
    )
    access = Access("an", data.draw(st.none() | st.lists(st.sampled_from(COLLECTIONS), max_size=2).map(tuple)))
    query = understand("kế hoạch về hộ nghèo", retriever.index.store)
    found = {row.hit.document.id for row in retriever.explain(query, 50, filters, access).candidates}
    assert found == {info.id for info in everything if may_be_found(info, filters, access)}


@limits(max_examples=30, deadline=None)
@given(subject=st.sampled_from(SUBJECTS), publisher=st.sampled_from(PUBLISHERS[:2]))
def test_both_legs_agree_with_a_brute_force_search(index: Index, subject: str, publisher: str) -> None:
    filters, access = Filters(publishers=(publisher,)), Access("an", ("cong-khai",))
    query = understand(subject, index.store)
    allowed = {i.id for i in index.store.list_documents() if may_be_found(i, filters, access)}
    passages = {p.id for d in allowed for p in index.store.passages_of(d)}
    vector = index.encode_query(query.encoded)
    everywhere = index.search_dense(vector, 1000)
    assert [s.id for s in index.search_dense(vector, 1000, filters, access)] == [
        s.id for s in everywhere if s.id in passages
    ]
    words = index.search_lexical(query.lexical, 1000, access=access)
    assert {s.id: s.score for s in index.search_lexical(query.lexical, 1000, filters, access)} == pytest.approx(
        {s.id: s.score for s in words if s.id in passages}
    )
    assert {s.id for s in words} >= {s.id for s in index.search_lexical(query.lexical, 1000) if s.id in passages}


@pytest.mark.parametrize("typed", ["HỘ NGHÈO ĐỢT 6", "Hộ nghèo đợt 6", "ho\u0323\u0302 nghe\u0300o đợt 6"])
def test_capitals_and_decomposed_letters_change_nothing(retriever: HybridRetriever, typed: str) -> None:
    assert search(retriever, typed) == search(retriever, "hộ nghèo đợt 6")


def test_an_abbreviation_and_its_words_find_the_same(retriever: HybridRetriever) -> None:
    assert search(retriever, "BHYT đợt 4") == search(retriever, "bảo hiểm y tế đợt 4")


def test_the_newest_comes_first_where_it_is_asked_for(retriever: HybridRetriever) -> None:
    plain = search(retriever, "kế hoạch bảo hiểm y tế", 3)
    newest = search(retriever, "kế hoạch bảo hiểm y tế mới nhất", 3)
    assert newest[0].document.published is not None
    assert newest[0].document.published >= max(h.document.published or date.min for h in plain)


def test_every_hit_has_its_candidate_with_both_legs_scores(retriever: HybridRetriever) -> None:
    found = retriever.explain(understand("ho ngheo", retriever.index.store), 3)
    assert found.query.text == "hộ nghèo"
    by_id = {row.hit.passage.id: row for row in found.candidates}
    assert all(by_id[h.passage.id].hit.score == h.score for h in found.hits)
    assert {row.dense_rank for row in found.candidates} >= {1, 2, 3}
    assert [row.hit.score for row in found.candidates] == sorted((r.hit.score for r in found.candidates), reverse=True)


def test_nothing_that_may_be_read_means_no_hits(retriever: HybridRetriever) -> None:
    assert search(retriever, "hộ nghèo", access=Access("an", ())) == ()
