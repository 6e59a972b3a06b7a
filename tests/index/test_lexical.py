"""Word search with and without marks, filtered before the search."""

from __future__ import annotations

from datetime import date

import pytest

from rag.index.lexical import LexicalIndex, LexicalTerm
from rag.types import Access, DocumentInfo, Filters

INFOS = {
    "a": DocumentInfo(
        "a", "ka", "v", "tỉnh", "a.txt", "Hội nghị Mẫu Sơn", publisher="bao.vn", published=date(2020, 5, 1)
    ),
    "b": DocumentInfo("b", "kb", "v", "huyện", "b.txt", "Tin", publisher="tin.vn", published=date(2021, 5, 1)),
    "c": DocumentInfo("c", "kc", "v", "huyện", "c.txt", "Tin không ngày"),
}
PASSAGES = (
    (1, "Hỗ trợ hộ nghèo theo Nghị quyết 88/2019/QH14.", "a"),
    (2, "Hộ nghèo giảm; hộ nghèo còn 5%.", "b"),
    (3, "Hoà Bình có nghèo đâu, hộ thì nhiều.", "c"),
    (4, "Xây đường giao thông.", "b"),
)


@pytest.fixture
def index(tmp_path) -> LexicalIndex:
    made = LexicalIndex(tmp_path / "lexical")
    made.update([], ((number, text, INFOS[name]) for number, text, name in PASSAGES))
    return made


def find(index, *terms, filters=None, access=None):
    return [hit.id for hit in index.search(terms, 10, filters, access)]


def test_the_rarer_and_more_frequent_term_comes_first(index):
    assert find(index, LexicalTerm("exact", "nghèo"))[0] == 2
    assert set(find(index, LexicalTerm("exact", "nghèo"))) == {1, 2, 3}


def test_pairs_find_neighbours_only(index):
    assert set(find(index, LexicalTerm("exact2", "hộ_nghèo"))) == {1, 2}


def test_folded_terms_find_marked_text(index):
    assert set(find(index, LexicalTerm("folded2", "ho_ngheo"))) == {1, 2}
    assert find(index, LexicalTerm("exact", "ngheo")) == []


def test_old_and_new_tone_placement_are_one_term(index):
    assert find(index, LexicalTerm("exact", "hòa")) == [3]


def test_a_document_number_is_found_whole(index):
    assert find(index, LexicalTerm("exact", "88/2019/qh14")) == [1]


def test_title_and_date_are_searched_with_each_passage(index):
    assert find(index, LexicalTerm("exact2", "mẫu_sơn")) == [1]


def test_weights_change_the_order(index):
    light = (LexicalTerm("exact", "giao", 0.01), LexicalTerm("exact", "nghèo"))
    assert find(index, *light)[-1] == 4
    assert find(index, LexicalTerm("exact", "giao", 50.0), LexicalTerm("exact", "nghèo"))[0] == 4


@pytest.mark.parametrize(
    ("filters", "access", "expected"),
    [
        (Filters(collections=("huyện",)), None, {2, 3}),
        (Filters(publishers=("bao.vn",)), None, {1}),
        (Filters(documents=("b", "c")), None, {2, 3}),
        (Filters(date_from=date(2020, 5, 2)), None, {2}),
        (Filters(date_to=date(2020, 5, 1)), None, {1}),
        (Filters(date_from=date(2020, 5, 1), date_to=date(2021, 5, 1)), None, {1, 2}),
        (None, Access("x", ("tỉnh",)), {1}),
        (None, Access("x", ()), set()),
        (None, Access("x", None), {1, 2, 3}),
        (Filters(collections=("huyện",)), Access("x", ("tỉnh",)), set()),
    ],
)
def test_filters_and_access_shut_out_what_does_not_match(index, filters, access, expected):
    assert set(find(index, LexicalTerm("exact", "nghèo"), filters=filters, access=access)) == expected


def test_filters_do_not_change_scores(index):
    all_hits = {hit.id: hit.score for hit in index.search([LexicalTerm("exact", "nghèo")], 10)}
    for hit in index.search([LexicalTerm("exact", "nghèo")], 10, Filters(collections=("huyện",))):
        assert hit.score == pytest.approx(all_hits[hit.id])


def test_a_filter_without_a_matching_term_finds_nothing(index):
    assert find(index, LexicalTerm("exact", "vắng"), filters=Filters(collections=("huyện",))) == []


def test_no_terms_find_nothing(index):
    assert find(index) == []


def test_removed_passages_are_not_found(index):
    index.update([2], [])
    assert set(find(index, LexicalTerm("exact2", "hộ_nghèo"))) == {1}
    assert len(index) == 3
