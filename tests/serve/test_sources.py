"""The sources: grouped by document and passage, the cited words marked exactly."""

from __future__ import annotations

import re

from fake_assistant import cite, make_document, make_hit
from hypothesis import given
from hypothesis import strategies as st

from rag.serve.sources import CONTEXT_CHARS, Sources, excerpts, source_panel
from rag.types import Citation

LONG = "Câu dẫn đầu 🎉. " * 40
DOCUMENT = make_document(f"{LONG}Câu một có 5 xã. Câu hai có 6 xã.{LONG}Câu ba có 7 xã. {LONG}")
ONE, TWO, THREE = (
    cite(DOCUMENT, q, n) for n, q in enumerate(["Câu một có 5 xã.", "Câu hai có 6 xã.", "Câu ba có 7 xã."], 1)
)


def marks(html: str) -> list[str]:
    return [re.sub(r"<a[^>]*>\d+</a>", "", mark) for mark in re.findall(r"<mark>(.*?)</mark>", html)]


def test_one_passage_is_shown_once_with_all_its_citations() -> None:
    html = source_panel(Sources("s", (ONE, TWO, THREE), (make_hit(DOCUMENT),)))
    assert html.count('class="place"') == 1
    assert marks(html) == [ONE.quote, TWO.quote, THREE.quote]


def test_text_far_from_the_cited_words_waits_to_be_asked_for() -> None:
    html = source_panel(Sources("s", (ONE,), (make_hit(DOCUMENT),)))
    far = re.findall(r'<span class="far">(.*?)</span>', html)
    assert len(far) == 2
    assert 'aria-expanded="false"' in html
    shown = re.sub(r'<span class="far">.*?</span>', "", html)
    assert len(re.sub(r"<[^>]+>", "", shown)) < 2 * CONTEXT_CHARS + 150


def test_nothing_of_the_passage_is_lost_or_doubled() -> None:
    html = source_panel(Sources("s", (ONE, THREE), (make_hit(DOCUMENT),)))
    excerpt = re.search(r'<p class="excerpt">(.*?)</p>', html, re.DOTALL)
    assert excerpt
    text = re.sub(r'<span class="cut">.*?</span>|<a[^>]*>\d+</a>', "", excerpt[1])
    assert re.sub(r"<[^>]+>", "", text) == DOCUMENT.text


def test_a_citation_without_its_passage_shows_its_quote() -> None:
    assert marks(source_panel(Sources("s", (ONE,)))) == [ONE.quote]


def test_documents_keep_the_order_of_their_first_citation() -> None:
    other = cite(make_document(title="Bài khác", document_id="doc-2"), "112 công trình", 2)
    third = Citation(
        3,
        *(getattr(TWO, f) for f in ("document_id", "version", "title", "published", "source", "start", "end", "quote")),
    )
    html = source_panel(Sources("s", (ONE, other, third), (make_hit(DOCUMENT),)))
    assert html.count("<h4") == 2
    assert html.index("Bài khác") > html.index("Tổng kết")


def test_versions_of_one_document_are_told_apart() -> None:
    old = make_document(DOCUMENT.text, version="v1")
    html = source_panel(Sources("s", (ONE, cite(old, TWO.quote, 2)), (make_hit(DOCUMENT),)))
    assert html.count("<h4") == 2


def test_nothing_cited_means_no_panel() -> None:
    assert source_panel(Sources("s", ())) == ""


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 30)), min_size=1, max_size=6))
def test_marks_never_overlap_and_cover_every_citation(spans: list[tuple[int, int]]) -> None:
    text = DOCUMENT.text
    citations = [
        Citation(n, "doc-1", "v2", "", None, "", start, start + length, text[start : start + length])
        for n, (start, length) in enumerate(spans, 1)
    ]
    (excerpt,) = excerpts(citations, (make_hit(DOCUMENT),))
    assert all(a.end <= b.start for a, b in zip(excerpt.marks, excerpt.marks[1:], strict=False))
    for citation in citations:
        (mark,) = [m for m in excerpt.marks if citation in m.citations]
        assert mark.start <= citation.start
        assert citation.end <= mark.end
