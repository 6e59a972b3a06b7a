"""Write small PDF files by hand: pages of lines, in fonts of any name, with a Unicode map as real files have."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Text:
    """One line of a page, placed from the lower left corner, in points."""

    text: str
    x: float = 72
    y: float = 700
    size: float = 12
    font: str = "Times"


def make_pdf(pages: Sequence[Sequence[Text]], title: str = "", encrypt: bool = False) -> bytes:
    """A PDF whose fonts are named but not embedded; codes are the characters' own, as a Unicode map says."""
    fonts = sorted({text.font for page in pages for text in page}) or ["Times"]
    objects: list[bytes] = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    references = []
    for name in fonts:
        references.append(f"/F{len(references)} {len(objects) + 1} 0 R")
        objects += _font(name, len(objects) + 1)
    numbers = []
    for page in pages:
        content = "\n".join(_show(text, fonts.index(text.font)) for text in page).encode("latin-1")
        packed = zlib.compress(content)
        objects.append(b"<< /Length %d /Filter /FlateDecode >> stream\n%s\nendstream" % (len(packed), packed))
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {len(objects)} 0 R "
            f"/Resources << /Font << {' '.join(references)} >> >> >>".encode()
        )
        numbers.append(len(objects))
    kids = " ".join(f"{number} 0 R" for number in numbers)
    objects[1] = f"<< /Type /Pages /Kids [{kids}] /Count {len(numbers)} >>".encode()
    objects.append(b"<< /Title <FEFF" + title.encode("utf-16-be").hex().encode() + b"> >>")
    return write_objects(objects, encrypt)


def write_objects(objects: Sequence[bytes], encrypt: bool = False) -> bytes:
    """The objects with header, table of places and trailer; the last one is the document's information."""
    data = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
    data += b"".join(b"%010d 00000 n \n" % place for place in places)
    locked = f"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <{'11' * 32}> /U <{'22' * 32}> >> /ID [<00> <00>]"
    extra = locked.encode() if encrypt else b""
    data += b"trailer << /Size %d /Root 1 0 R /Info %d 0 R %s >>\n" % (len(places) + 1, len(places), extra)
    return bytes(data + b"startxref\n%d\n%%%%EOF" % table)


def _font(name: str, number: int) -> list[bytes]:
    """Three objects: the font, its descendant, the map from codes to characters (each its own)."""
    cmap = (
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /M def "
        b"1 begincodespacerange <0000> <FFFF> endcodespacerange "
        b"1 beginbfrange <0020> <1FFF> <0020> endbfrange endcmap end end"
    )
    base = name.replace(" ", "#20")
    return [
        f"<< /Type /Font /Subtype /Type0 /BaseFont /{base} /Encoding /Identity-H "
        f"/DescendantFonts [{number + 1} 0 R] /ToUnicode {number + 2} 0 R >>".encode(),
        f"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /{base} /DW 500 "
        f"/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor "
        f"<< /Type /FontDescriptor /FontName /{base} /Flags 4 /FontBBox [0 -200 1000 800] /ItalicAngle 0 "
        "/Ascent 800 /Descent -200 /CapHeight 700 /StemV 80 >> >>".encode(),
        b"<< /Length %d >> stream\n%s\nendstream" % (len(cmap), cmap),
    ]


def _show(text: Text, font: int) -> str:
    codes = text.text.encode("utf-16-be").hex()
    return f"BT /F{font} {text.size} Tf 1 0 0 1 {text.x} {text.y} Tm <{codes}> Tj ET"
