"""Passages: whole sentences, exact offsets, nothing lost."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.index.chunk import chunk_document, encoded_text, passage_context, text_hash
from rag.types import Document, DocumentInfo


def document(text: str, title: str = "", published: date | None = None) -> Document:
    return Document(DocumentInfo("d", "k", "v", "default", "a.txt", title, published=published), text)


SENTENCE = "Huyện hỗ trợ 320 hộ nghèo với kinh phí 2,5 tỷ đồng."
WORDS = st.sampled_from(
    ["hộ", "nghèo", "Đồng", "chí", "2020", "1.200", "TP.", "\n", "\n\n", ".", ";", "!", "“", "”", "-"]
)
TEXTS = st.one_of(st.lists(WORDS, max_size=300).map(" ".join), st.text(max_size=500))


@settings(max_examples=150, deadline=None)
@given(TEXTS, st.integers(20, 400))
def test_passages_are_ordered_apart_and_hold_every_visible_character(text, size):
    passages = chunk_document(document(text), size)
    covered = set()
    previous = 0
    for ordinal, passage in enumerate(passages):
        assert passage.ordinal == ordinal
        assert previous <= passage.start < passage.end <= len(text)
        assert not text[passage.start].isspace()
        assert not text[passage.end - 1].isspace()
        assert (passage.sentences[0].start, passage.sentences[-1].end) == (passage.start, passage.end)
        covered.update(range(passage.start, passage.end))
        previous = passage.end
    assert all(i in covered for i, char in enumerate(text) if not char.isspace())


@settings(max_examples=80, deadline=None)
@given(TEXTS, st.integers(20, 400))
def test_no_passage_is_longer_than_half_more_than_asked(text, size):
    assert all(p.end - p.start <= 1.5 * size for p in chunk_document(document(text), size))


def test_short_paragraphs_share_a_passage():
    text = "\n\n".join([SENTENCE] * 4)
    assert len(chunk_document(document(text), 900)) == 1


def test_a_passage_ends_with_its_paragraph_when_the_next_does_not_fit():
    first, second = " ".join([SENTENCE] * 10), " ".join([SENTENCE] * 10)
    passages = chunk_document(document(f"{first}\n\n{second}"), 900)
    assert [(p.start, p.end) for p in passages] == [(0, len(first)), (len(first) + 2, 2 * len(first) + 2)]


def test_a_sentence_is_not_cut_while_it_is_not_far_too_long():
    long = "Tỉnh " + "và ".join(["hỗ trợ hộ nghèo "] * 60) + "hết."
    assert 900 < len(long) < 1350
    assert len(chunk_document(document(long), 900)) == 1


def test_a_sentence_without_an_end_is_cut_at_clauses():
    long = "; ".join(["hỗ trợ hộ nghèo làm nhà"] * 200)
    passages = chunk_document(document(long), 900)
    assert len(passages) > 3
    assert all(long[p.start : p.end].startswith("hỗ trợ") for p in passages)


def test_a_million_characters_without_a_space_are_cut():
    passages = chunk_document(document("x" * 1_000_000), 900)
    assert sum(p.end - p.start for p in passages) == 1_000_000


@pytest.mark.parametrize("text", ["", " ", "\n\n \t\n"])
def test_blank_text_has_no_passage(text):
    assert chunk_document(document(text), 900) == ()


@pytest.mark.parametrize(
    ("title", "published", "expected"),
    [
        ("Tin", date(2021, 1, 2), "Tin (02/01/2021)"),
        ("Tin", None, "Tin"),
        ("", date(2021, 1, 2), "(02/01/2021)"),
        ("", None, ""),
    ],
)
def test_the_context_names_title_and_date_as_far_as_known(title, published, expected):
    info = document("x", title, published).info
    assert passage_context(info) == expected
    assert encoded_text(info, "x") == (f"{expected}\nx" if expected else "x")


def test_another_title_is_another_vector():
    assert text_hash(encoded_text(document("x", "a").info, "x")) != text_hash(
        encoded_text(document("x", "b").info, "x")
    )
