"""Word files: real footnotes, the layout of official documents, and readable again."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from docx import Document
from docx.shared import Pt
from fake_assistant import QUOTE, FakeAssistant, cite, make_document
from lxml import etree

from rag.serve.conversation import Exchange
from rag.serve.export import as_word
from rag.types import Answer

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture
def assistant() -> FakeAssistant:
    return FakeAssistant()


@pytest.fixture
def exchange(assistant: FakeAssistant) -> Exchange:
    answer = assistant.answered("Bao nhiêu công trình?")
    return Exchange("Bao nhiêu công trình?", "done", answer=answer, asked=datetime(2026, 11, 25, 9, 5))


def opened(content: bytes) -> Any:
    return Document(io.BytesIO(content))


def part(content: bytes, name: str) -> Any:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return etree.fromstring(archive.read(name))


def test_the_page_is_that_of_an_official_document(exchange: Exchange) -> None:
    document = opened(as_word((exchange,)))
    section = document.sections[0]
    assert [round(side.mm) for side in (section.page_width, section.page_height)] == [210, 297]
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(m.mm) for m in margins] == [20, 20, 30, 15]
    style = document.styles["Normal"]
    assert (style.font.name, style.font.size) == ("Times New Roman", Pt(14))


def test_each_marker_is_a_real_footnote(exchange: Exchange) -> None:
    content = as_word((exchange, exchange), "http://127.0.0.1:7860")
    body, notes = part(content, "word/document.xml"), part(content, "word/footnotes.xml")
    marks = [m.get(f"{W}id") for m in body.iter(f"{W}footnoteReference")]
    texts = {n.get(f"{W}id"): "".join(n.itertext()) for n in notes.iter(f"{W}footnote")}
    assert marks == ["1", "2"]
    assert set(texts) == {"-1", "0", "1", "2"}
    assert QUOTE in texts["1"]
    assert "http://127.0.0.1:7860/documents/doc-1/v2?start=" in texts["1"]
    styles = {s.get(f"{W}styleId") for s in part(content, "word/styles.xml").iter(f"{W}style")}
    assert {"FootnoteText", "FootnoteReference"} <= styles
    types = part(content, "[Content_Types].xml")
    assert any(o.get("PartName") == "/word/footnotes.xml" for o in types)
    relations = part(content, "word/_rels/document.xml.rels")
    assert any(r.get("Target") == "footnotes.xml" for r in relations)


def test_question_short_answer_sources_and_date_are_there(exchange: Exchange) -> None:
    texts = [p.text for p in opened(as_word((exchange,))).paragraphs]
    assert texts[:4] == ["TRẢ LỜI", "Hỏi lúc 09 giờ 05 phút, ngày 25/11/2026.", "Bao nhiêu công trình?",
                         "112 công trình"]  # fmt: skip
    assert texts[-2:] == ["Tài liệu đã dẫn", "Tổng kết công tác năm 2020, Báo Mẫu, 22/01/2021."]
    assert not any("[1]" in text for text in texts)


def test_an_abstention_brings_its_nearest_passages(assistant: FakeAssistant) -> None:
    near = assistant.answered("q").citations
    answer = Answer("q", "abstained", "Tài liệu không nêu.", nearest=near, method="llm")
    content = as_word((Exchange("q", "done", answer=answer),))
    texts = [p.text for p in opened(content).paragraphs]
    assert f"“{QUOTE}”" in texts
    assert any("do AI viết" in text for text in texts)
    assert len(list(part(content, "word/document.xml").iter(f"{W}footnoteReference"))) == 1


def test_letters_that_xml_cannot_hold_do_no_harm() -> None:
    hostile = "a\x00b\x0b\ufffe<w:p/>&amp; 🎉"
    document = make_document(f"{hostile}\n{QUOTE}", title=hostile)
    answer = Answer(hostile, "answered", f"- {hostile} [1]\n- hai", hostile, (cite(document, QUOTE),), notes=(hostile,))
    texts = [p.text for p in opened(as_word((Exchange(hostile, "done", answer=answer),))).paragraphs]
    assert any("<w:p/>&amp; 🎉" in text for text in texts)


def test_our_own_loader_reads_it_back(exchange: Exchange, tmp_path: Any) -> None:
    from rag.load.loader import Loader
    from rag.load.sources import find_sources
    from rag.settings import Settings
    from rag.types import LoadedDocument

    path = tmp_path / "tra-loi.docx"
    path.write_bytes(as_word((replace(exchange, asked=None),)))
    with Loader(Settings(store=tmp_path, models=tmp_path)) as loader:
        (item,) = loader.load(find_sources([path])[0])
    assert isinstance(item, LoadedDocument)
    assert "112 công trình" in item.text
