from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from rag.cli.output import console, printable


def test_what_could_steer_a_terminal_is_replaced():
    assert printable("a\x1b]0;x\x07b\u202ec\x9bd\r") == "a\ufffd]0;x\ufffdb\ufffdc\ufffdd\ufffd"


def test_lines_tabs_and_vietnamese_stay():
    text = "Tổng kết\n\tnăm 2020 – “kết quả”"
    assert printable(text) == text


@given(st.text())
def test_printable_text_keeps_its_length_and_has_no_control_characters(text):
    shown = printable(text)
    assert len(shown) == len(text)
    assert all(char in "\n\t\u200c\u200d" or unicodedata.category(char)[0] != "C" or
               unicodedata.category(char) in ("Cn", "Co") for char in shown)  # fmt: skip


def test_markup_in_a_document_is_text(capsys):
    console().print("[red]không phải màu[/red] :smile:")
    assert capsys.readouterr().out == "[red]không phải màu[/red] :smile:\n"
