"""Each format with real small files, made here or saved by an office program (see ``data/README.md``)."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from datetime import date
from pathlib import Path

import docx
import openpyxl
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from openpyxl.styles import Font

from rag.load.word97_title import title_of
from rag.text.legacy import LegacyEncoding, from_unicode
from rag.types import LoadedDocument
from tests.load.make_pdf import Text, make_pdf

Document = Callable[[str, bytes | str], LoadedDocument]
SEEDS = Path(__file__).resolve().parents[2] / "seeds"
DATA = Path(__file__).parent / "data"
SENTENCE = "Đồng chí Chủ tịch yêu cầu ưu tiên thúc đẩy sản xuất, hỗ trợ những hộ nghèo ở vùng đặc biệt khó khăn."
FONTS: dict[LegacyEncoding, str] = {"tcvn3": ".VnTime", "vni": "VNI-Times"}
MADE_TITLES = (
    "Microsoft Word - a.doc", "Microsoft PowerPoint - a", "Word Document", "about:blank", "https://bao.vn/bai/1",
    "www.bao.vn", "file:///C:/a b.html", r"C:\Users\a\b", "untitled", "Untitled-2", "Document1", "Document", "Book1",
    "Scan_0012", "Bao cao quy 1.pdf", "KH 2021 (ban cuoi).docx", "trang.html", "Tài liệu1",
)  # fmt: skip
"""What programs and browsers write where a title belongs."""
BOTH = pytest.mark.parametrize("encoding", ["tcvn3", "vni"])


def saved(file: object) -> bytes:
    stream = io.BytesIO()
    file.save(stream)  # type: ignore[attr-defined]
    return stream.getvalue()


def test_the_seed_article_is_read_whole(document: Document) -> None:
    (path,) = SEEDS.glob("*.txt")
    found = document(path.name, path.read_bytes())
    assert found.title == "Ban Dân tộc tỉnh triển khai nhiệm vụ năm 2021"
    assert found.published == date(2021, 1, 22)
    assert found.author == "HUY ANH"
    assert "\n\nĐồng chí Trưởng Ban Ban Dân tộc tỉnh tặng giấy khen" in found.text
    assert found.text.startswith("Thứ sáu,")
    assert found.text.endswith("HUY ANH")


class TestDocx:
    def test_runs_are_converted_each_by_its_font(self, document: Document) -> None:
        file = docx.Document()
        paragraph = file.add_paragraph("Mở đầu: ")
        for encoding, font in FONTS.items():
            paragraph.add_run(from_unicode(SENTENCE, encoding)).font.name = font
            paragraph.add_run(" µ ¸ là ký hiệu. ").font.name = "Arial"
        found = document("a.docx", saved(file))
        assert found.text == f"Mở đầu: {SENTENCE} µ ¸ là ký hiệu. {SENTENCE} µ ¸ là ký hiệu."
        assert found.notes == ("chuyển từ TCVN3 sang Unicode", "chuyển từ VNI sang Unicode")

    def test_a_letter_split_over_two_runs_of_one_font_is_one_letter(self, document: Document) -> None:
        file = docx.Document()
        paragraph = file.add_paragraph()
        for char in from_unicode(SENTENCE, "vni"):
            paragraph.add_run(char).font.name = "VNI-Times"
        assert document("a.docx", saved(file)).text == SENTENCE

    def test_the_font_of_a_style_counts_for_its_paragraphs(self, document: Document) -> None:
        file = docx.Document()
        base = file.styles.add_style("Goc", 1)
        base.font.name = ".VnTime"
        file.styles.add_style("Con", 1).base_style = base
        file.add_paragraph(from_unicode(SENTENCE, "tcvn3"), style="Con")
        file.add_paragraph(SENTENCE)
        assert document("a.docx", saved(file)).text == f"{SENTENCE}\n\n{SENTENCE}"

    def test_capitals_drawn_by_the_font_are_capitals(self, document: Document) -> None:
        file = docx.Document()
        file.add_paragraph().add_run(from_unicode("ủy ban nhân dân", "tcvn3")).font.name = ".VnTimeH"
        assert document("a.docx", saved(file)).text == "ỦY BAN NHÂN DÂN"

    def test_tables_notes_and_boxes_are_read_and_headers_and_deletions_are_not(self, document: Document) -> None:
        file = docx.Document()
        file.add_paragraph("Trước bảng.")
        table = file.add_table(2, 2)
        for cell, text in zip(table._cells, ("Huyện", "Số hộ", "Bắc Sơn", "120"), strict=True):
            cell.text = text
        file.add_paragraph("Sau bảng.")._p.append(
            parse_xml(f"<w:del {nsdecls('w')}><w:r><w:t>đã xóa</w:t></w:r></w:del>")
        )
        inner = "<w:txbxContent><w:p><w:r><w:t>Trong khung.</w:t></w:r></w:p></w:txbxContent>"
        box = f"<w:r {nsdecls('w')}><w:pict>{inner}</w:pict></w:r>"
        file.add_paragraph("Có khung.")._p.append(parse_xml(box))
        file.sections[0].header.paragraphs[0].text = "Đầu trang"
        text = document("a.docx", saved(file)).text
        assert text == "Trước bảng.\n\nHuyện | Số hộ\n\nBắc Sơn | 120\n\nSau bảng.\n\nCó khung.\n\nTrong khung."

    def test_properties_give_title_and_author_unless_a_program_wrote_them(self, document: Document) -> None:
        file = docx.Document()
        file.add_paragraph(SENTENCE)
        file.core_properties.title, file.core_properties.author = "Báo cáo quý", "Nguyễn Văn An"
        found = document("a.docx", saved(file))
        assert (found.title, found.author) == ("Báo cáo quý", "Nguyễn Văn An")
        assert found.text == f"Báo cáo quý\n\n{SENTENCE}"
        for made in MADE_TITLES:
            file.core_properties.title, file.core_properties.author = made, "Admin"
            found = document("a.docx", saved(file))
            assert (found.title, found.author, found.text) == ("", "", SENTENCE), made
        for meant in (
            "Document và văn bản số",
            "Tài liệu tập huấn 2021",
            "In ấn và xuất bản",
            "Microsoft Word cho người mới",
        ):
            file.core_properties.title = meant
            assert document("a.docx", saved(file)).title == meant


class TestDoc:
    def test_runs_are_converted_each_by_its_font_and_tables_read(self, document: Document) -> None:
        found = document("a.doc", (DATA / "mixed.doc").read_bytes())
        assert found.text.startswith(
            "Ban Dân tộc tỉnh triển khai nhiệm vụ\n\nĐồng chí Chủ tịch yêu cầu ưu tiên như nước và thúc đẩy sản xuất."
            "\n\nỦy ban nhân dân tỉnh tặng giấy khen."
        )
        assert found.text.endswith("\n\nHuyện | Số hộ nghèo\n\nBắc Sơn | 120")
        assert found.title == "Ban Dân tộc tỉnh triển khai nhiệm vụ"
        assert found.notes == ("chuyển từ TCVN3 sang Unicode", "chuyển từ VNI sang Unicode")

    @pytest.mark.parametrize("page", [1252, 1258, 65001])
    def test_the_title_is_read_in_its_code_page_or_as_a_legacy_one(self, page: int) -> None:
        title = "B\xe1o c\xe1o t\xednh"
        assert title_of(properties(title.encode("utf-8" if page == 65001 else f"cp{page}"), page)) == "Báo cáo tính"

    def test_properties_that_say_they_are_billions_are_read_at_once(self) -> None:
        sound = properties(b"T\xedn", 1252)
        assert title_of(sound) == "Tín"
        for at in range(len(sound)):  # found by fuzzing: the count at 52 kept a general reader busy for minutes
            assert isinstance(title_of(sound[:at] + b"\xff\xff\xff\xff" + sound[at + 4 :]), str)
            assert isinstance(title_of(sound[:at]), str)


def properties(title: bytes, page: int) -> bytes:
    """A stream of two properties: code page and title."""
    section = struct.pack("<IIIIII", 0, 2, 1, 24, 2, 32) + struct.pack("<IHH", 2, page, 0)
    section += struct.pack("<II", 30, len(title) + 1) + title + b"\0"
    return b"\xfe\xff" + b"\0" * 22 + struct.pack("<I", 1) + b"\0" * 16 + struct.pack("<I", 48) + section


class TestRtf:
    def rtf(
        self, body: str, fonts: str = "{\\f0 Times New Roman;}{\\f1\\fnil\\fcharset0 .VnTime;}{\\f2 VNI-Times;}"
    ) -> bytes:
        return f"{{\\rtf1\\ansi\\ansicpg1252\\deff0{{\\fonttbl{fonts}}}{body}}}".encode("latin-1")

    @staticmethod
    def escaped(text: str) -> str:
        return "".join(c if c < "\x80" else f"\\'{ord(c):02x}" for c in text)

    @BOTH
    def test_runs_are_converted_each_by_its_font(self, document: Document, encoding: LegacyEncoding) -> None:
        legacy = self.escaped(from_unicode(SENTENCE, encoding))
        number = {"tcvn3": 1, "vni": 2}[encoding]
        found = document("a.rtf", self.rtf(f"{{\\f{number} {legacy}}} d\\u432?i \\'b5\\par Hai"))
        assert found.text == f"{SENTENCE} dưi µ\n\nHai"

    def test_unicode_escapes_drop_their_stand_ins_and_join_pairs(self, document: Document) -> None:
        body = "\\uc2 \\u7897\\'6f\\'3f c\\uc1\\u-10179?\\u-8694? {\\*\\generator X}{\\header tr}\\v \\u7849?n\\v0 het"
        assert document("a.rtf", self.rtf(body)).text == "ộ c😊 het"

    def test_cells_paragraphs_and_title_are_read(self, document: Document) -> None:
        body = "{\\info{\\title B\\'e1o c\\'e1o}}Huy\\u7879?n\\cell S\\u7889?\\cell\\row Xong.\\line Hai.\\par"
        found = document("a.rtf", self.rtf(body))
        assert (found.title, found.text) == ("Báo cáo", "Huyện | Số\n\nXong.\nHai.")

    def test_the_code_page_of_a_font_is_followed(self, document: Document) -> None:
        font = "{\\f0\\fcharset163 Times New Roman;}"
        assert document("a.rtf", self.rtf("t\\'ea\\'cc", font)).text == "tề"


class TestPdf:
    def test_lines_are_joined_into_paragraphs_and_pages_keep_their_span(self, document: Document) -> None:
        pages = [
            [
                Text("Ban Dân tộc tỉnh họp", y=760, size=18),
                Text("Sáng nay, Ban Dân tộc tỉnh tổ chức hội nghị tổng kết công", y=700),
                Text("tác năm 2020. Kết quả rất tốt và được ghi nhận ở khắp nơi.", y=686),
                Text("Đoạn thứ hai bắt đầu sau một khoảng trống và chạy qua trang", y=640),
                Text("1", x=290, y=40),
            ],
            [Text("sau mà không bị cắt.", y=700), Text("Trang 2/2", x=290, y=40)],
        ]
        found = document("a.pdf", make_pdf(pages))
        assert found.text == (
            "Ban Dân tộc tỉnh họp\n\nSáng nay, Ban Dân tộc tỉnh tổ chức hội nghị tổng kết công tác năm 2020. Kết quả "
            "rất tốt và được ghi nhận ở khắp nơi.\n\nĐoạn thứ hai bắt đầu sau một khoảng trống và chạy qua trang\nsau "
            "mà không bị cắt."
        )
        assert found.title == "Ban Dân tộc tỉnh họp"
        assert [found.text[page.start : page.end][-9:] for page in found.pages] == ["qua trang", "g bị cắt."]

    @BOTH
    def test_runs_are_converted_each_by_its_font(self, document: Document, encoding: LegacyEncoding) -> None:
        legacy = from_unicode(SENTENCE, encoding)
        page = [Text(legacy, y=700, font=f"ABCDEF+{FONTS[encoding]}", size=8), Text("Đoạn thường µ.", y=600, size=8)]
        found = document("a.pdf", make_pdf([page]))
        assert found.text == f"{SENTENCE}\n\nĐoạn thường µ."

    def test_a_scan_is_said_to_be_one_and_a_password_too(self, failure: Callable[[str, bytes], str]) -> None:
        assert failure("a.pdf", make_pdf([[]])) == "không có chữ; có thể là bản quét"
        assert failure("b.pdf", make_pdf([[Text("Kín")]], encrypt=True)) == "tệp có mật khẩu"

    def test_letters_drawn_later_take_their_place_in_the_line(self, document: Document) -> None:
        page = [Text("B", x=72), Text("c S", x=84), Text("n", x=108), Text("a", x=78), Text("o", x=102)]
        assert document("a.pdf", make_pdf([page])).text == "Bac Son"

    def test_a_title_property_in_legacy_letters_is_converted(self, document: Document) -> None:
        title = "Báo cáo tổng kết công tác dân tộc"
        data = make_pdf([[Text("nội dung")]], title=from_unicode(title, "tcvn3"))
        assert document("a.pdf", data).title == title

    def test_the_title_property_is_taken_unless_it_is_a_file_name(self, document: Document) -> None:
        pages = [[Text("nội dung không có đầu đề.")]]
        assert document("a.pdf", make_pdf(pages, title="Báo cáo quý")).title == "Báo cáo quý"
        for made in MADE_TITLES:
            assert document("b.pdf", make_pdf(pages, title=made)).title == "", made

    def test_the_text_gives_the_title_where_a_program_made_the_property(self, document: Document) -> None:
        pages = [[Text("Ban Dân tộc tỉnh họp", y=760, size=18), Text("Ngày 2/3, Ban Dân tộc tỉnh đã họp.", y=700)]]
        without = document("a.pdf", make_pdf(pages)).title
        assert without == "Ban Dân tộc tỉnh họp"
        assert document("b.pdf", make_pdf(pages, title="about:blank")).title == without


class TestWorkbooks:
    def test_rows_name_their_columns_and_cells_are_converted_by_font(self, document: Document) -> None:
        book = openpyxl.Workbook()
        sheet = book.active
        for row in (["Kết quả 2020"], ["Huyện", "Số hộ", "Tỷ lệ", "Ngày"], [None, 120, 0.0789, date(2021, 1, 8)]):
            sheet.append(row)
        sheet["A3"], sheet["C3"].number_format = from_unicode("Bắc Sơn", "tcvn3"), "0.00%"
        sheet["A3"].font = Font(name=".VnTime")
        found = document("a.xlsx", saved(book))
        assert found.text == "Kết quả 2020\n\nHuyện: Bắc Sơn; Số hộ: 120; Tỷ lệ: 7,89%; Ngày: 08/01/2021."
        assert found.notes == ("chuyển từ TCVN3 sang Unicode",)

    def test_several_sheets_stand_under_their_names_and_hidden_ones_are_left_out(self, document: Document) -> None:
        book = openpyxl.Workbook()
        book.active.append(["Một"])
        book.create_sheet("Bảng hai").append(["Hai"])
        hidden = book.create_sheet("Ẩn")
        hidden.append(["Ba"])
        hidden.sheet_state = "hidden"
        assert document("a.xlsx", saved(book)).text == "Sheet\n\nMột\n\nBảng hai\n\nHai"

    def test_old_workbooks_are_read_the_same_way(self, document: Document) -> None:
        found = document("a.xls", (DATA / "mixed.xls").read_bytes())
        assert found.text == "Kết quả 2020\n\nHuyện: Bắc Sơn; Số hộ: 120; Tỷ lệ: 7,89%."


class TestHtml:
    PAGE = """<html><head><title>Huyện họp - Báo</title>{head}</head><body><nav><a href="/">Trang chủ</a></nav><article>
        <h1>Huyện họp</h1><p>Sáng nay (8/1), huyện tổ chức <b>hội nghị</b> tổng kết.</p><figure><img src="a.jpg">
        <figcaption>Đồng chí An phát biểu</figcaption></figure><table><tr><td>Huyện</td><td>Số hộ</td></tr></table>
        <p>Kết quả rất tốt.</p></article><script>alert(1)</script><footer>Bản quyền</footer></body></html>"""

    def test_the_main_text_is_taken_with_captions_and_tables(self, document: Document) -> None:
        found = document("a.html", self.PAGE.format(head=""))
        assert found.text == (
            "Huyện họp\n\nSáng nay (8/1), huyện tổ chức hội nghị tổng kết.\n\nĐồng chí An phát biểu\n\n"
            "Huyện | Số hộ\n\nKết quả rất tốt."
        )
        assert (found.title, found.published, found.author) == ("Huyện họp", None, "")

    def test_open_graph_and_meta_elements_give_the_details(self, document: Document) -> None:
        head = (
            '<meta property="og:title" content="Huyện họp"><meta property="og:site_name" content="Báo Lạng Sơn">'
            '<meta property="article:published_time" content="2021-01-22T08:00:00+07:00">'
            '<meta name="author" content="Huy Anh"><link rel="canonical" href="https://bao.vn/a">'
        )
        found = document("a.htm", self.PAGE.format(head=head))
        details = (found.title, found.published, found.author, found.publisher, found.url)
        assert details == ("Huyện họp", date(2021, 1, 22), "Huy Anh", "Báo Lạng Sơn", "https://bao.vn/a")

    def test_json_ld_wins_and_a_broken_one_is_passed_over(self, document: Document) -> None:
        head = (
            (
                '<meta name="author" content="Tòa soạn"><script type="application/ld+json">{broken</script>'
                '<script type="application/ld+json">{{"@graph": [{{"@type": "NewsArticle", "headline": "Huyện họp",'
                '"datePublished": "2021-01-23", "author": [{{"name": "Huy Anh"}}, {{"name": "Lan"}}],'
                '"publisher": {{"name": "Báo A"}}, "url": "javascript:x"}}]}}</script>'
            )
            .replace("{{", "{")
            .replace("}}", "}")
        )
        found = document("a.html", self.PAGE.replace("{head}", head))
        details = (found.title, found.published, found.author, found.publisher, found.url)
        assert details == ("Huyện họp", date(2021, 1, 23), "Huy Anh, Lan", "Báo A", "")

    def test_named_fonts_of_old_pages_are_followed(self, document: Document) -> None:
        legacy = from_unicode(SENTENCE, "tcvn3")
        page = f'<meta charset="utf-8"><p><font face=".VnTime">{legacy} <b>{legacy}</b></font> ký hiệu µ</p>'
        assert document("a.html", page).text == f"{SENTENCE} {SENTENCE} ký hiệu µ"

    def test_a_declared_code_page_is_followed(self, document: Document) -> None:
        page = '<html><head><meta charset="windows-1258"></head><body><p>tề rất dài.</p></body></html>'
        found = document("a.html", page.replace("ề", "ê\u0300").replace("ấ", "â\u0301").encode("cp1258"))
        assert found.text == "tề rất dài."


def test_markdown_is_stored_without_its_marks(document: Document) -> None:
    text = (
        '---\ntitle: "Huyện họp"\ndate: 2021-01-22\n---\n# Huyện họp\n\nCó **ba** [việc](https://a.vn):\n\n- một\n'
        "- hai\n\n"
        "| Huyện | Số |\n|---|---|\n| Bắc Sơn | 120 |\n\n<script>x</script>"
    )
    found = document("a.md", text)
    assert (found.title, found.published) == ("Huyện họp", date(2021, 1, 22))
    assert found.text.startswith("Huyện họp\n\nCó ba việc:\n\nmột\n\nhai\n\nHuyện | Số\n\nBắc Sơn | 120")
