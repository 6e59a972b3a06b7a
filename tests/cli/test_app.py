from __future__ import annotations

import subprocess
import sys

import pytest

from rag.cli import app
from rag.errors import StoreMissingError

HEAVY = ("torch", "gradio", "pandas", "sentence_transformers", "transformers", "onnxruntime", "faiss", "numpy", "rich")


def test_help_is_vietnamese_and_lists_the_commands(rag):
    result = rag("--help")
    assert result.code == 0
    assert "Cách dùng: rag [TÙY CHỌN] LỆNH" in result.out
    for name in (*app.COMMANDS, "eval"):
        assert f"\n  {name} " in result.out


@pytest.mark.parametrize("name", app.COMMANDS)
def test_every_command_has_help(rag, name):
    result = rag(name, "--help")
    assert result.code == 0
    assert f"Cách dùng: rag {name} [TÙY CHỌN]" in result.out
    assert "Hiện hướng dẫn này." in result.out


def test_help_is_english_where_asked():
    script = "from rag.cli.app import run; run(['--help']); run(['ask', '--help'])"
    done = subprocess.run(
        [sys.executable, "-c", script], env={"RAG_LANG": "en"}, capture_output=True, text=True, check=True
    )
    assert "Usage: rag [OPTIONS] COMMAND [ARGS]..." in done.stdout
    assert "Show this message and exit." in done.stdout
    assert not any(char in done.stdout for char in "ơưđạếệ")


def test_help_imports_nothing_heavy():
    script = (
        f"import sys; from rag.cli.app import run; run(['--help']); print([m for m in {HEAVY} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("[]\n")


def test_version(rag):
    assert rag("--version").out.startswith("news-rag ")


def test_no_command_shows_the_help_and_is_wrong_use(rag):
    assert rag().code == 2


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["askk"], "Lỗi: Không có lệnh 'askk'."),
        (["ask", "--nothing"], "Lỗi: Không có tùy chọn '--nothing'."),
        (["ask"], "Lỗi: Cần một câu hỏi, hoặc --batch TỆP."),
        (["ask", "x", "--batch", __file__], "Lỗi: Cần một câu hỏi, hoặc --batch TỆP."),
        (["ask", "x", "--from", "31/02/2021"], "'31/02/2021' không phải là ngày"),
        (["search", "x", "--top-k", "0"], "0 nằm ngoài khoảng"),
        (["ingest"], "Lỗi: Thiếu tham số"),
        (["serve", "--port", "99999"], "99999 nằm ngoài khoảng"),
    ],
)
def test_wrong_use_says_what_is_wrong_and_exits_with_2(rag, args, message):
    result = rag(*args)
    assert result.code == 2
    assert message in result.err
    assert not result.out


def test_an_expected_failure_is_one_line_on_stderr(rag, monkeypatch, assistant):
    def refuse(*_args, **_given):
        raise StoreMissingError("Chưa có gì trong kho.")

    monkeypatch.setattr(assistant, "ask", refuse)
    result = rag("ask", "Ai?")
    assert (result.code, result.out, result.err) == (1, "", "Lỗi: Chưa có gì trong kho.\n")


def test_a_bad_setting_is_named(rag, monkeypatch, assistant):
    monkeypatch.setenv("RAG_PORT", "cổng")
    result = rag("ask", "Ai?")
    assert result.code == 1
    assert "RAG_PORT" in result.err


def test_a_bug_keeps_its_traceback(rag, monkeypatch, assistant):
    monkeypatch.setattr(assistant, "ask", lambda *_args, **_given: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        rag("ask", "Ai?")


def test_interruption_ends_with_130(rag, monkeypatch, assistant):
    def interrupt(*_args, **_given):
        raise KeyboardInterrupt

    monkeypatch.setattr(assistant, "ask", interrupt)
    result = rag("ask", "Ai?")
    assert result.code == 130
    assert "Đã dừng." in result.err


def test_a_reader_that_goes_away_ends_it_quietly():
    script = (
        "import sys, click; from rag.cli import app\n"
        "lines = click.Command('lines', callback=lambda: [click.echo('x' * 1000) for _ in range(1000)])\n"
        "app.RagGroup.get_command = lambda *_: lines\n"
        "sys.exit(app.run(['lines']))"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == app.READER_GONE


def test_an_added_command_that_cannot_be_imported_does_not_take_the_help_away(rag, monkeypatch):
    from importlib.metadata import EntryPoint

    broken = EntryPoint("broken", "no_such_module:command", "rag.commands")
    monkeypatch.setattr(app, "_added_commands", lambda: {"broken": broken})
    result = rag("--help")
    assert result.code == 0
    assert "không nạp được" in result.out
