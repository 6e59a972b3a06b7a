"""Damaged files of every format: documents or a reason, never an exception, and the next file is read."""

from __future__ import annotations

import io
import json
import random
import time
from dataclasses import replace
from pathlib import Path

import docx
import openpyxl
import pytest

from rag.load import Loader, find_sources
from rag.load.formats import FORMATS
from rag.types import FailedSource, LoadedDocument
from tests.faults import articles
from tests.load.make_pdf import Text, make_pdf

pytestmark = pytest.mark.long

DATA = Path(__file__).parents[1] / "load" / "data"
MUTANTS = 160
"""For each format: 13 formats, 2,080 files."""
WALL_S = 10.0


def _docx() -> bytes:
    file, buffer = docx.Document(), io.BytesIO()
    for line in articles.text(1).split("\n\n"):
        file.add_paragraph(line)
    file.save(buffer)
    return buffer.getvalue()


def _xlsx() -> bytes:
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    for n in range(5):
        book.active.append([articles.title(n), articles.text(n)])
    book.save(buffer)
    return buffer.getvalue()


def fixtures() -> dict[str, bytes]:
    """One sound file of each format."""
    text = articles.text(0)
    rows = [{"id": str(n), "title": articles.title(n), "text": articles.text(n)} for n in range(5)]
    page = f"<html><head><title>Tin</title></head><body><article><p>{text}</p></article></body></html>".encode()
    coded = "".join(c if ord(c) < 128 else f"\\u{ord(c)}?" for c in text).replace("\n", "\\par ")
    lines = [Text(line[:60], y=780 - 20 * n) for n, line in enumerate(text.split("\n\n"))]
    table = "id,title,text\n" + "".join(f'{r["id"]},"{r["title"]}","{r["text"]}"\n' for r in rows)
    return {
        ".txt": text.encode(), ".md": f"# {text}".encode(), ".html": page, ".htm": page, ".docx": _docx(),
        ".doc": (DATA / "mixed.doc").read_bytes(), ".rtf": f"{{\\rtf1\\ansi {coded}}}".encode(),
        ".pdf": make_pdf([lines]), ".xlsx": _xlsx(), ".xls": (DATA / "mixed.xls").read_bytes(),
        ".json": json.dumps(rows).encode(), ".jsonl": "\n".join(map(json.dumps, rows)).encode(), ".csv": table.encode(),
    }  # fmt: skip


def mutant(sound: bytes, dice: random.Random) -> bytes:
    """Cut off, or with up to 40 bytes changed, or with a piece repeated."""
    data = bytearray(sound)
    kind = dice.randrange(4)
    if kind == 0:
        return bytes(data[: dice.randrange(len(data))])
    if kind == 1:
        start = dice.randrange(len(data))
        return bytes(data[:start] + data[start : start + 512] * 3 + data[start:])
    for _ in range(dice.randint(1, 40)):
        data[dice.randrange(len(data))] = dice.randrange(256)
    return bytes(data)


def test_every_format_has_a_fixture_that_is_read(settings, tmp_path):
    sound = fixtures()
    assert set(sound) == set(FORMATS)
    with Loader(settings) as loader:
        for suffix, data in sound.items():
            path = tmp_path / f"tin{suffix}"
            path.write_bytes(data)
            items = list(loader.load(find_sources([path])[0]))
            assert items, suffix
            assert all(isinstance(item, LoadedDocument) for item in items), (suffix, items)


def test_two_thousand_damaged_files_give_documents_or_reasons(settings, tmp_path, figure):
    dice = random.Random(20260602)
    read = refused = 0
    slowest = 0.0
    with Loader(replace(settings, load_wall_s=WALL_S)) as loader:
        for suffix, sound in fixtures().items():
            for n in range(MUTANTS):
                path = tmp_path / f"{n}{suffix}"
                path.write_bytes(mutant(sound, dice))
                started = time.monotonic()
                items = list(loader.load(find_sources([path])[0]))
                slowest = max(slowest, time.monotonic() - started)
                failed = [item for item in items if isinstance(item, FailedSource)]
                assert all(item.reason.strip() for item in failed), path
                assert items, path
                assert FORMATS[suffix].is_rows or len(items) == 1, path
                assert all(item.text.strip() for item in items if isinstance(item, LoadedDocument)), path
                read, refused = read + (not failed), refused + bool(failed)
                path.unlink()
        healthy = tmp_path / "sau.txt"
        healthy.write_text(articles.text(7), encoding="utf-8")
        (last,) = loader.load(find_sources([healthy])[0])
        assert isinstance(last, LoadedDocument)
    assert slowest < WALL_S + 5
    assert read + refused == MUTANTS * len(FORMATS) >= 2000
    figure("damaged files read", read, read + refused)
    figure("damaged files refused with a reason", refused, read + refused)
    figure("slowest file, s", slowest, read + refused)
