"""The document viewer: the exact words marked, in any script, and nothing of the document runs."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest
from fake_assistant import QUOTE, TEXT, TITLE, make_document
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from rag.serve.viewer import document_page, parse_span
from rag.types import Document, Page, Span


def marked(html: str) -> str:
    return "".join(unescape(m) for m in re.findall(r"<mark[^>]*>(.*?)</mark>", html, re.DOTALL))


def test_the_cited_words_are_marked_after_an_emoji() -> None:
    start = TEXT.index(QUOTE)
    assert TEXT.index("🎉") < start
    html = document_page(make_document(), Span(start, start + len(QUOTE)))
    assert marked(html) == QUOTE
    assert html.count('id="trich-dan"') == 1


@given(st.text("aă🎉𝔸<&\"'\n é", max_size=60), st.data())
def test_any_span_is_marked_exactly(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    span = Span(start, data.draw(st.integers(start, len(text))))
    html = document_page(make_document(text, title="Tiêu đề không trùng"), span)
    # Line ends and blank lines are layout; everything else of the span is marked.
    wanted = "".join(
        text[max(m.start(), span.start) : min(m.end(), span.end)]
        for m in re.finditer(r"[^\n]+", text)
        if m.group().strip() and max(m.start(), span.start) < min(m.end(), span.end)
    )
    assert marked(html) == wanted


def test_a_span_over_several_paragraphs_has_one_anchor() -> None:
    html = document_page(make_document(), Span(0, len(TEXT)))
    assert html.count('id="trich-dan"') == 1
    assert html.count("<mark") == 4


def test_a_title_that_begins_the_text_is_shown_once_and_can_be_marked() -> None:
    html = document_page(make_document(), Span(0, len(TITLE)))
    assert len(re.findall(r"<h1>", html)) == 1
    assert f'<h1><mark id="trich-dan" tabindex="-1" autofocus>{TITLE}</mark></h1>' in html
    assert f"<p>{TITLE}" not in html


def test_html_in_a_document_is_only_text() -> None:
    html = document_page(make_document(title="<img src=x onerror=alert(1)>"))
    assert "<script>" not in html
    assert "<img" not in html
    assert "&lt;script&gt;" in html


def test_an_address_that_is_no_web_address_is_not_linked() -> None:
    document = make_document()
    for url in ("javascript:alert(1)", "data:text/html,x", "file:///etc/passwd"):
        shown = document_page(Document(replace(document.info, url=url), document.text))
        assert url not in shown
    safe = document_page(Document(replace(document.info, url="https://bao.example/a?b=1&c"), document.text))
    assert 'href="https://bao.example/a?b=1&amp;c" rel="noopener noreferrer"' in safe


@pytest.mark.parametrize("source", ["/srv/kho/bao-cao.txt", r"C:\\kho\\bao-cao.txt", "bao-cao.txt"])
def test_folders_of_the_server_are_not_shown(source: str) -> None:
    document = make_document()
    html = document_page(Document(replace(document.info, source=source), document.text))
    assert "bao-cao.txt" in html
    assert "kho" not in html


def test_page_numbers_are_shown_where_pages_begin() -> None:
    document = make_document()
    second = TEXT.index("Năm 2020, cả nước")
    info = replace(document.info, pages=(Page(1, 0, second), Page(2, second, len(TEXT))))
    html = document_page(Document(info, TEXT))
    assert html.index("Trang 1") < html.index("hội nghị tổng kết") < html.index("Trang 2") < html.index("112 công")


def test_an_old_version_says_so_and_leads_to_the_new_one(client: TestClient) -> None:
    old, new = client.get("/documents/doc-1/v1"), client.get("/documents/doc-1/v2")
    assert "110 công trình" in old.text
    assert 'href="/documents/doc-1/v2"' in old.text
    assert "bản cũ" not in new.text


def test_the_short_address_leads_to_the_newest_version(client: TestClient) -> None:
    response = client.get("/documents/doc-1")
    assert (response.status_code, response.headers["location"]) == (307, "/documents/doc-1/v2")


@pytest.mark.parametrize("path", ["/documents/nope", "/documents/nope/v1", "/documents/doc-1/v9", "/documents/%00/x"])
def test_an_unknown_document_is_a_page_in_vietnamese(client: TestClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert "Không tìm thấy tài liệu" in response.text


@pytest.mark.parametrize(("start", "end"), [("", ""), ("5", ""), ("9", "5"), ("-1", "5"), ("x", "y"), ("0", "999999"),
                                            ("²", "³"), ("0", "9" * 40)])  # fmt: skip
def test_a_place_that_does_not_exist_marks_nothing(client: TestClient, start: str, end: str) -> None:
    assert parse_span(start, end, 100) is None
    response = client.get("/documents/doc-1/v2", params={"start": start, "end": end})
    assert response.status_code == 200
    assert "<mark" not in response.text


def test_the_viewer_needs_no_script(client: TestClient) -> None:
    assert "<script" not in client.get("/documents/doc-1/v2").text
