"""Papers as offices wrote them in TCVN3 and VNI: letterheads, capitals drawn by a font, styles, notes, boxes, cells."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import docx
import openpyxl
import pytest
import xlwt
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from openpyxl.styles import Font

from rag.text.legacy import encoding_of_font, from_unicode
from rag.types import LoadedDocument
from tests.load.make_doc import make_doc
from tests.load.make_pdf import Text, make_pdf
from tests.load.test_legacy import LEAST, share_that_came_back

Document = Callable[[str, bytes | str], LoadedDocument]
Run = tuple[str, str]
"""Text in Unicode, and the font that the paper has it in."""

TIMES = "Times New Roman"
TCVN3 = {"body": ".VnTime", "capitals": ".VnTimeH", "other": ".VnArial Narrow", "heading": ".VnArialH"}
VNI = {"body": "VNI-Times", "capitals": "VNI-Times", "other": "VNI-Helve-Condense", "heading": "VNI-Centur"}
BOTH = pytest.mark.parametrize("fonts", [TCVN3, VNI], ids=["tcvn3", "vni"])

LETTERHEAD = (("ủy ban nhân dân tỉnh lâm mộng", "cộng hòa xã hội chủ nghĩa việt nam"),
              ("sở nông nghiệp và nông thôn", "Độc lập - Tự do - Hạnh phúc"))  # fmt: skip
TITLE = "báo cáo kết quả thực hiện kế hoạch trồng rừng"
BODY = (
    "Thực hiện kế hoạch được giao, các huyện miền núi đã trồng mới hơn một nghìn héc-ta rừng phòng hộ đầu nguồn; "
    "những diện tích bị thiệt hại do rét đậm đều được trồng bổ sung trước mùa mưa.",
    "Trong đó, hộ nghèo và hộ cận nghèo được hỗ trợ cây giống, phân bón, tập huấn kỹ thuật và vay vốn ưu đãi; "
    "tỷ lệ cây sống đạt từ chín mươi phần trăm trở lên, vượt chỉ tiêu đề ra.",
    "Đề nghị các đơn vị rà soát, khắc phục ngay những tồn tại đã nêu, gửi kết quả về sở trước ngày cuối quý.",
)
PASTED = "Số liệu này được trích từ cổng thông tin điện tử, cập nhật đến hết tháng trước."
TABLE = (("Số thứ tự", "Huyện", "Diện tích đã trồng", "Ghi chú"), ("1", "Bình Lâm", "Sáu trăm héc-ta", "Vượt kế hoạch"),
         ("2", "Tân Huyền", "Bốn trăm héc-ta", "Chậm do mưa lũ kéo dài"))  # fmt: skip
NOTE = "Không kể diện tích rừng sản xuất do hộ gia đình tự trồng."
BOX = "Dự thảo lấy ý kiến rộng rãi, đề nghị góp ý bằng văn bản."
SIGNED = "giám đốc"


def stored(text: str, font: str) -> str:
    """The letters that a file holds for a text in a font."""
    encoding = encoding_of_font(font)
    return from_unicode(text.lower() if font.endswith("H") else text, encoding) if encoding else text


def shown(text: str, font: str) -> str:
    """What the paper looks like: some fonts draw capitals; in others they were typed as such."""
    return text.upper() if font.endswith("H") or (font.startswith("VNI") and text in CAPITALS) else text


CAPITALS = (*LETTERHEAD[0], LETTERHEAD[1][0], TITLE, SIGNED)


def typed(text: str, font: str) -> str:
    """As :func:`stored`, of what was typed in capitals where no font draws them."""
    return stored(shown(text, font), font)


def lines(fonts: dict[str, str]) -> list[list[Run]]:
    """The paper without its table, run by run."""
    body, capitals, other, heading = fonts.values()
    first, *rest = BODY[0].split(" ", 1)
    return [
        [(TITLE, heading)],
        [(first, other), (" " + rest[0], body)],
        [("1. ", TIMES), (BODY[1][:41], body), (BODY[1][41:], other), (f" ({NOTE})", body)],
        [(PASTED, TIMES)],
        [("Kết luận: ", other), (BODY[2], body)],
        [(SIGNED, capitals)],
    ]


def text_of(paragraphs: list[list[Run]]) -> str:
    return "\n\n".join("".join(shown(text, font) for text, font in runs) for runs in paragraphs)


def assert_came_back(wanted: str, found: str) -> None:
    assert share_that_came_back(wanted, found) >= LEAST
    capitals = ["".join(c for c in text if c > "\x7f" and c.isupper()) for text in (wanted, found)]
    assert sorted(capitals[0]) == sorted(capitals[1]), found  # in their own case as well


def paper_docx(fonts: dict[str, str]) -> bytes:
    """Fonts that come from styles, a letterhead in a table, a note, a box twice over as Word writes it, a header."""
    body, capitals, other, heading = fonts.values()
    file = docx.Document()
    set_fonts(file.styles["Normal"].element, body)
    style = file.styles.add_style("Tieu de bao cao", 1)
    style.base_style = file.styles["Normal"]
    set_fonts(style.element, heading)
    head = file.add_table(2, 2)
    for row, texts in zip(head.rows, LETTERHEAD, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            font = capitals if text in CAPITALS else body
            run = cell.paragraphs[0].add_run(typed(text, font))
            if font != body:
                set_fonts(run._r, font)
    file.add_paragraph(typed(TITLE, heading), style="Tieu de bao cao")
    for line in BODY:
        paragraph = file.add_paragraph()
        for word in stored(line, body).split(" "):  # Word cuts runs anywhere, and names fonts of no account here
            run = paragraph.add_run(word + " ")
            run._r.get_or_add_rPr().append(parse_xml(f'<w:rFonts {nsdecls("w")} w:cs="{TIMES}" w:eastAsia="{TIMES}"/>'))
    set_fonts(file.add_paragraph().add_run(PASTED)._r, TIMES)
    inner = f"<w:txbxContent><w:p><w:r><w:t>{stored(BOX, body)}</w:t></w:r></w:p></w:txbxContent>"
    compatible = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    box = (
        f"<w:r {nsdecls('w')} {compatible}><mc:AlternateContent><mc:Choice><w:drawing>{inner}</w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict>{inner}</w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    table = file.add_table(len(TABLE), len(TABLE[0]))
    for row, texts in zip(table.rows, TABLE, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            set_fonts(cell.paragraphs[0].add_run(stored(text, other))._r, other)
    table.rows[0].cells[0].paragraphs[0]._p.append(parse_xml(box))
    sign = f'<w:r {nsdecls("w")}><w:sym w:font="Wingdings" w:char="F0FC"/></w:r>'
    file.add_paragraph()._p.append(parse_xml(sign))
    set_fonts(file.add_paragraph().add_run(typed(SIGNED, capitals))._r, capitals)
    file.sections[0].header.paragraphs[0].text = stored("Đầu trang", body)
    stream = io.BytesIO()
    file.save(stream)
    return with_footnote(stream.getvalue(), stored(NOTE, body))


def set_fonts(element: object, name: str) -> None:
    properties = element.get_or_add_rPr()
    for old in properties.findall(qn("w:rFonts")):
        properties.remove(old)
    properties.insert(0, parse_xml(f'<w:rFonts {nsdecls("w")} w:ascii="{name}" w:hAnsi="{name}" w:cs="{TIMES}"/>'))


def with_footnote(data: bytes, note: str) -> bytes:
    out = io.BytesIO()
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    content = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    text = f'<w:footnote w:id="2"><w:p><w:r><w:t>{note}</w:t></w:r></w:p></w:footnote>'
    part = f"<w:footnotes {nsdecls('w')}>{text}</w:footnotes>"
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            raw = old.read(name)
            if name == "[Content_Types].xml":
                override = f'<Override PartName="/word/footnotes.xml" ContentType="{content}"/></Types>'
                raw = raw.replace(b"</Types>", override.encode())
            if name == "word/_rels/document.xml.rels":
                relation = f'<Relationship Id="rId99" Type="{kind}" Target="footnotes.xml"/></Relationships>'
                raw = raw.replace(b"</Relationships>", relation.encode())
            new.writestr(name, raw)
        new.writestr("word/footnotes.xml", part)
    return out.getvalue()


@BOTH
def test_a_word_document_whose_fonts_come_from_styles(document: Document, fonts: dict[str, str]) -> None:
    found = document("a.docx", paper_docx(fonts))
    head = [shown(text, fonts["capitals"] if text in CAPITALS else fonts["body"]) for row in LETTERHEAD for text in row]
    title, signed = shown(TITLE, fonts["heading"]), shown(SIGNED, fonts["capitals"])
    (top, *rows) = (" | ".join(row) for row in TABLE)
    wanted = [*head, title, *BODY, PASTED, top.replace("Số thứ tự", f"Số thứ tự {BOX}"), *rows, signed, NOTE]
    assert_came_back("\n".join(wanted), found.text)
    assert found.text.count(BOX) == 1
    assert "Đầu trang" not in found.text


@BOTH
def test_rich_text_as_word_writes_it(document: Document, fonts: dict[str, str]) -> None:
    names = [TIMES, *dict.fromkeys(fonts.values()), "Wingdings"]
    charsets = {"Wingdings": 2, fonts["other"]: 0}
    table = "".join(
        f"{{\\f{n}\\froman\\fcharset{charsets.get(name, 0)}\\fprq2{{\\*\\panose 02020603050405020304}}{name}"
        f"{{\\*\\falt Courier New}};}}"
        for n, name in enumerate(names)
    )

    def run(text: str, font: str) -> str:
        n, encoded = names.index(font), typed(text, font)
        letters = "".join(c if c < "\x80" else f"\\'{ord(c):02x}" if c < "\u0100" else f"\\u{ord(c)}?" for c in encoded)
        return f"{{\\rtlch\\fcs1 \\af0 \\ltrch\\fcs0 \\b\\loch\\f{n}\\hich\\f{n}\\dbch\\f0\\insrsid123 {letters}}}"

    body = "\\par\r\n".join("".join(run(*piece) for piece in line) for line in lines(fonts))
    box = (
        "{\\shp{\\*\\shpinst\\shpleft100{\\sp{\\sn shapeType}{\\sv 202}}{\\shptxt \\pard\\plain "
        f"{run(BOX, fonts['body'])}\\par}}}}{{\\shprslt\\par lap lai {run(BOX, fonts['body'])}}}}}"
    )
    rows = "".join(
        "\\trowd\\pard\\intbl " + "".join(run(text, fonts["other"]) + "\\cell " for text in row) + "\\row "
        for row in TABLE
    )
    sign = f"{{\\f{names.index('Wingdings')}\\'fc}}"
    style = "{\\stylesheet{\\ql \\f1\\fs28 \\snext0 Normal;}}{\\*\\listtable{\\list x}}"
    text = f"{{\\rtf1\\ansi\\ansicpg1252\\deff1{{\\fonttbl{table}}}{style}{{\\header {run('Trang', TIMES)}}}{body}"
    found = document("a.rtf", f"{text}\\par {box}\\par {sign}\\par {rows}}}".encode("ascii"))
    wanted = [text_of(lines(fonts)), BOX, *(" | ".join(row) for row in TABLE)]
    assert_came_back("\n".join(wanted), found.text)
    assert found.text.count(BOX) == 1
    assert "ü" not in found.text


@BOTH
def test_rich_text_as_a_small_editor_writes_it(document: Document, fonts: dict[str, str]) -> None:
    names = list(dict.fromkeys((*fonts.values(), TIMES)))
    table = "".join(f"{{\\f{n}\\fnil\\fcharset0 {name};}}" for n, name in enumerate(names))
    body = ""
    for line in lines(fonts):
        for text, font in line:
            letters = "".join(
                c if c < "\x80" else f"\\'{ord(c):02X}" if c < "\u0100" else f"\\u{ord(c)}?" for c in typed(text, font)
            )
            body += f"\\f{names.index(font)} {letters}"
        body += "\\par\r\n"
    head = f"{{\\rtf1\\ansi\\ansicpg1252\\deff0\\deflang1066{{\\fonttbl{table}}}\r\n\\viewkind4\\uc1\\pard\\fs24 "
    assert_came_back(text_of(lines(fonts)), document("a.rtf", f"{head}{body}}}\r\n\0".encode("ascii")).text)


@BOTH
@pytest.mark.parametrize("private", [False, True], ids=["plain", "symbol font"])
def test_an_old_word_document_with_a_box_and_letters_of_a_symbol_font(
    document: Document, fonts: dict[str, str], private: bool
) -> None:
    def word(text: str, font: str) -> Run:
        letters = typed(text, font)
        if private and encoding_of_font(font):
            letters = "".join(chr(0xF000 + ord(c)) if " " < c < "\u0100" else c for c in letters)
        return letters, font

    runs = [piece for line in lines(fonts) for piece in (*(word(*run) for run in line), ("\r", TIMES))]
    header = [("đầu trang\r", TIMES)]
    boxes = [word(BOX, fonts["body"]), ("\r", TIMES)]
    found = document("a.doc", make_doc(runs, headers=header, boxes=boxes))
    assert_came_back(f"{text_of(lines(fonts))}\n{BOX}", found.text)
    assert "đầu trang" not in found.text


@BOTH
def test_workbooks_with_a_font_for_each_cell(document: Document, fonts: dict[str, str]) -> None:
    rows: list[list[Run]] = [[(TITLE, fonts["heading"])], *([(text, fonts["other"]) for text in row] for row in TABLE)]
    rows += [[("3", TIMES), (text, font)] for text, font in ((PASTED, TIMES), (BODY[1], fonts["body"]))]
    rows += [[(SIGNED, fonts["capitals"])]]
    new, old = openpyxl.Workbook(), xlwt.Workbook()
    sheet = old.add_sheet("Bao cao")
    for y, row in enumerate(rows):
        for x, (text, font) in enumerate(row):
            new.active.cell(y + 1, x + 1, typed(text, font)).font = Font(name=font)
            sheet.write(y, x, typed(text, font), xlwt.easyxf(f"font: name {font}"))
    new.active.merge_cells("A1:D1")
    wanted = [shown(text, font) for row in rows for text, font in row]
    for name, book in (("a.xlsx", new), ("a.xls", old)):
        stream = io.BytesIO()
        book.save(stream)
        found = document(name, stream.getvalue()).text
        assert all(text in found for text in wanted), name


@BOTH
def test_a_pdf_whose_fonts_are_named_by_parts(document: Document, fonts: dict[str, str]) -> None:
    page, y = [], 800.0
    for line in lines(fonts):
        for text, font in line:
            bold = ",Bold" if font in (fonts["heading"], fonts["capitals"]) else ""
            name, letters = f"ABCDEF+{font}{bold}", typed(text, font)
            for at in range(0, len(letters), 80):
                page.append(Text(letters[at : at + 80], y=y, size=8, font=name))
                y -= 12
    assert_came_back(text_of(lines(fonts)), document("a.pdf", make_pdf([page])).text)
