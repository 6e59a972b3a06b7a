"""Nearly every marked letter of TCVN3 and VNI files comes back, in every format, whole and mixed with Unicode runs."""

from __future__ import annotations

from difflib import SequenceMatcher
from pathlib import Path

import pytest

from rag.load import Loader
from rag.settings import Settings
from rag.text.legacy import LegacyEncoding, convert_lines, from_unicode
from tests.load.make_legacy import FORMATS, Kind, make_file, plain

SEEDS = Path(__file__).parents[2] / "seeds"
NAMES = {"tcvn3": "TCVN3", "vni": "VNI"}
LEAST = 0.99


def paragraphs() -> list[str]:
    """Those of a shipped article that have no capital letters with tones: TCVN3 has none, its fonts draw them."""
    (path,) = SEEDS.glob("*.txt")
    return [plain(line) for line in path.read_text(encoding="utf-8").split("\n") if len(line) > 100]


def share_that_came_back(wanted: str, found: str) -> float:
    """Of the letters beyond ASCII, in order; a letter too many counts against as one too few does."""
    marked = ["".join(c for c in text.lower() if c > "\x7f" and c.isalpha()) for text in (wanted, found)]
    same = sum(block.size for block in SequenceMatcher(None, *marked, autojunk=False).get_matching_blocks())
    return same / max(map(len, marked))


@pytest.mark.parametrize("mix", ["whole", "mixed"])
@pytest.mark.parametrize("encoding", ["tcvn3", "vni"])
@pytest.mark.parametrize("kind", FORMATS)
def test_marked_letters_come_back(document, kind: str, encoding: LegacyEncoding, mix: Kind):
    texts = paragraphs()
    found = document(f"a.{kind}", make_file(kind, texts, encoding, mix))
    assert share_that_came_back(" ".join(texts), found.text) >= LEAST
    assert f"chuyển từ {NAMES[encoding]} sang Unicode" in found.notes


@pytest.mark.parametrize("change", [str, str.upper, str.title])
def test_unicode_text_is_never_converted(change):
    text = change("\n".join(paragraphs()))
    assert convert_lines(text) == (text, ())


def test_a_file_of_utf8_and_8bit_lines_is_read_line_by_line(document):
    one, two, *_ = paragraphs()
    found = document("a.txt", b"\n\n".join([one.encode(), from_unicode(two, "tcvn3").encode("latin-1")]))
    assert share_that_came_back(f"{one}\n{two}", found.text) >= LEAST


def test_short_lines_follow_the_lines_that_decided():
    lines = ["Tổng kết năm 2020", from_unicode(paragraphs()[0], "tcvn3"), "n¨m 2020", "là gì", "Noël", "§¬n vÞ"]
    converted, encodings = convert_lines("\n".join(lines))
    assert encodings == ("tcvn3",)
    assert converted.split("\n")[2:] == ["năm 2020", "là gì", "Noël", "Đơn vị"]
    assert converted.startswith(lines[0])


@pytest.mark.long
def test_the_share_in_each_format(tmp_path, figure):
    """The figures beside the least that the quick test asks for."""
    texts = paragraphs()
    least = 1.0
    with Loader(Settings.load(tmp_path, env={})) as loader:
        from rag.load import find_sources

        for kind in FORMATS:
            for encoding in ("tcvn3", "vni"):
                for mix in ("whole", "mixed"):
                    path = tmp_path / f"{encoding}-{mix}.{kind}"
                    path.write_bytes(make_file(kind, texts, encoding, mix))
                    (item,) = loader.load(find_sources([path])[0])
                    least = min(least, share_that_came_back(" ".join(texts), item.text))
    n = sum(c > "\x7f" and c.isalpha() for c in " ".join(texts))
    figure("marked letters that came back, least of 28 files", least, 28 * n)
