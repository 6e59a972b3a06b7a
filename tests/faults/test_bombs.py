"""The bombs that kill parsers, at full size: refused within their limits (memory: RLIMIT_AS), the next file is read."""

from __future__ import annotations

import time
import zlib

import pytest

from rag.load import Loader, find_sources
from rag.settings import Settings
from rag.types import FailedSource, LoadedDocument
from tests.faults import articles
from tests.load.make_pdf import write_objects
from tests.load.test_hostile import document_xml, paragraph

pytestmark = pytest.mark.long

LIMIT_S = 35.0
"""Thirty seconds of clock for one document, and the time to start another process."""


def inflating_pdf() -> bytes:
    """A content stream of 700 MB in one megabyte."""
    packer = zlib.compressobj(9)
    piece = b"BT /F0 9 Tf (ab) Tj ET\n" * 50_000
    packed = b"".join([*(packer.compress(piece) for _ in range(620)), packer.flush()])
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 3 0 R >>"
    content = b"<< /Length %d /Filter /FlateDecode >> stream\n%s\nendstream" % (len(packed), packed)
    kids = b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>"
    return write_objects([b"<< /Type /Catalog /Pages 2 0 R >>", kids, content, page, b"<< >>"])


def laughs(levels: int) -> bytes:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha" * 10}">' for n in range(levels))
    return document_xml(paragraph(f"&l{levels - 1};"), f"<!DOCTYPE w [{entities}]>")


BOMBS = {
    "thuc-the.docx": lambda: document_xml(paragraph("&x;"), '<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
    "cuoi.docx": lambda: laughs(12),
    "long-nhau.docx": lambda: document_xml(
        "<w:tbl><w:tr><w:tc>" * 5000 + paragraph("x") + "</w:tc></w:tr></w:tbl>" * 5000
    ),
    "mot-nut-600MB.docx": lambda: document_xml(paragraph("a" * 600_000_000)),
    "hai-trieu-doan.docx": lambda: document_xml(paragraph("a") * 2_000_000),
    "phinh.pdf": inflating_pdf,
    "dai-100MB.txt": lambda: b"chu " * 25_000_000,
    "mot-dong-100MB.jsonl": lambda: b'{"text": "' + b"a" * 100_000_000 + b'"}\n{"text": "D\xc3\xb2ng sau."}\n',
    "sau.json": lambda: b"[" * 1_000_000,
    "cot.csv": lambda: b"a," * 5_000_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_within_its_limits(tmp_path, name, figure):
    bomb, good = tmp_path / name, tmp_path / "sau.txt"
    bomb.write_bytes(BOMBS[name]())
    good.write_text(articles.text(3), encoding="utf-8")
    with Loader(Settings.load(tmp_path / "store", env={})) as loader:
        started = time.monotonic()
        items = list(loader.load(find_sources([bomb])[0]))
        seconds = time.monotonic() - started
        assert isinstance(next(iter(loader.load(find_sources([good])[0]))), LoadedDocument)
    failed = [item for item in items if isinstance(item, FailedSource)]
    texts = [item.text for item in items if isinstance(item, LoadedDocument)]
    assert len(failed) == 1 or (name == "thuc-the.docx" and all("root:" not in text for text in texts))
    assert all(item.reason and "\n" not in item.reason for item in failed)
    assert seconds < LIMIT_S
    figure("seconds until refused", seconds, 1)
