"""Files of rows: JSON Lines, JSON, CSV."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.load.describe import with_lead
from rag.load.limits import Limits
from rag.load.row import read_row
from rag.text.legacy import from_unicode
from rag.types import FailedSource, LoadedDocument

Load = Callable[[str, bytes | str], list[LoadedDocument | FailedSource]]
ARTICLE = {
    "id": "7", "title": "Huyện họp", "summary": "Sáng nay, huyện họp.", "text": "Kết quả rất tốt.",
    "published": "2021-01-22T08:00",
    "publisher": "Báo A", "author": "Lan", "url": "https://a.vn/7",
}  # fmt: skip
READ = LoadedDocument(
    text="Huyện họp\n\nSáng nay, huyện họp.\n\nKết quả rất tốt.", title="Huyện họp", published=date(2021, 1, 22),
    author="Lan", publisher="Báo A", url="https://a.vn/7", locator="7",
)  # fmt: skip


def lines(*rows: object) -> str:
    return "\n".join(row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows)


def test_a_row_is_read_with_title_and_summary_as_paragraphs(load: Load) -> None:
    assert load("a.jsonl", lines(ARTICLE)) == [READ]
    assert load("b.json", json.dumps(ARTICLE)) == [READ]
    assert load("c.json", json.dumps([ARTICLE, ARTICLE])) == [READ, READ]
    assert load("d.json", json.dumps({"data": [ARTICLE]})) == [READ]
    table = ";".join(ARTICLE) + "\r\n" + ";".join(f'"{value}"' for value in ARTICLE.values())
    assert load("e.csv", b"\xef\xbb\xbf" + table.encode()) == [READ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le"])
def test_other_forms_of_unicode_are_read(load: Load, encoding: str) -> None:
    assert load("a.json", json.dumps([ARTICLE], ensure_ascii=False).encode(encoding)) == [READ]
    table = ",".join(ARTICLE) + "\n" + ",".join(f'"{value}"' for value in ARTICLE.values())
    (found,) = load("a.csv", table.encode(encoding))
    assert isinstance(found, LoadedDocument)
    assert found.text == READ.text


def test_vietnamese_names_of_columns_are_known(load: Load) -> None:
    table = "Mã\tTiêu đề\tNội dung\tNgày đăng\tNguồn\tTác giả\n1\tHuyện họp\tKết quả tốt.\t22/01/2021\tBáo A\tLan\n"
    (found,) = load("a.csv", table)
    expected = LoadedDocument("Huyện họp\n\nKết quả tốt.", "Huyện họp", date(2021, 1, 22), "Lan", "Báo A", "", "1")
    assert found == expected


def test_bad_rows_are_reported_with_their_number_and_the_others_read(load: Load) -> None:
    bad = ["{hỏng", [1, 2], {"title": "chỉ có tiêu đề"}, "", {"text": "  "}, '{"text": ' + "[" * 100_000, "\x00"]
    found = load("a.jsonl", lines(ARTICLE, *bad, ARTICLE))
    documents = [item for item in found if isinstance(item, LoadedDocument)]
    failures = [item for item in found if isinstance(item, FailedSource)]
    assert documents == [READ, READ]
    assert [failure.source for failure in failures] == [f"a.jsonl dòng {n}" for n in (2, 3, 4, 6, 7)]
    assert failures[0].reason == "JSON hỏng ở cột 2"
    assert "có: title" in failures[2].reason


def test_a_json_array_that_breaks_off_keeps_what_came_before(load: Load) -> None:
    *documents, failure = load("a.json", json.dumps([ARTICLE, 3, ARTICLE])[:-20])
    assert documents == [READ, FailedSource("a.json mục 2", "không phải đối tượng JSON {…}")]
    assert failure == FailedSource("a.json", "JSON hỏng sau mục 2")


@pytest.mark.parametrize("name", ["a.jsonl", "a.json", "a.csv", "a.txt"])
def test_an_empty_file_is_a_failure(load: Load, name: str) -> None:
    for content in ("", "\n \n"):
        assert all(isinstance(item, FailedSource) for item in load(name, content))
        assert load(name, content), content


def test_csv_rows_with_too_many_cells_are_reported_and_line_breaks_in_cells_kept(load: Load) -> None:
    found = load("a.csv", 'id,text\n1,"Một\nhai."\n2,a,b,c\n\n3,Ba.\n')
    assert [getattr(item, "text", None) for item in found] == ["Một\nhai.", None, "Ba."]
    assert found[1] == FailedSource("a.csv dòng 2", "nhiều ô hơn tiêu đề")


def test_a_table_without_articles_is_one_document(load: Load) -> None:
    (found,) = load("a.csv", "Huyện,Số hộ nghèo\nBắc Sơn,120\nChi Lăng,90\n")
    assert isinstance(found, LoadedDocument)
    assert found.text == "Huyện: Bắc Sơn; Số hộ nghèo: 120.\n\nHuyện: Chi Lăng; Số hộ nghèo: 90."


def test_legacy_rows_are_converted_with_title_and_reported(load: Load) -> None:
    body = "Đồng chí Chủ tịch yêu cầu ưu tiên thúc đẩy sản xuất, hỗ trợ những hộ nghèo."
    row = {"title": from_unicode("Huyện triển khai những nhiệm vụ", "tcvn3"), "text": from_unicode(body, "tcvn3")}
    (found,) = load("a.jsonl", lines(row))
    assert isinstance(found, LoadedDocument)
    assert found.text.endswith(body)
    assert found.notes == ("chuyển từ TCVN3 sang Unicode",)


def test_rows_are_identified_by_id_else_address_else_number() -> None:
    limits = Limits()
    assert read_row({"id": 12, "url": "https://a.vn", "text": "Một."}, 3, limits).locator == "12"
    assert read_row({"url": "https://a.vn", "text": "Một."}, 3, limits).locator == "https://a.vn"
    assert read_row({"text": "Một."}, 3, limits).locator == "3"


def test_odd_values_of_fields_do_no_harm() -> None:
    row = {
        "text": ["Một.", None, {"text": "Hai."}],
        "author": [{"name": "Lan"}],
        "published": 5,
        "title": True,
        "url": {},
    }
    found = read_row(row, 1, Limits())
    assert (found.text, found.author, found.published, found.title) == ("Một.\n\nHai.", "Lan", None, "")
    assert "\ud800" not in read_row({"text": "a\ud800\x00b"}, 1, Limits()).text


@given(st.text("ab. \n", max_size=12), st.text("ab.", max_size=4), st.text("ab.", max_size=4))
def test_leads_stand_first_and_the_text_stays_whole(text: str, title: str, summary: str) -> None:
    text = text.strip()
    joined = with_lead(text, title, summary)
    assert joined.startswith(title)
    assert joined.endswith(text) or text.startswith(title)
    assert summary in joined
    assert with_lead(joined, title) == joined
