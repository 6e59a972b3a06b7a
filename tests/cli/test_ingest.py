from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from rag.types import FailedSource, IngestReport

REPORT = IngestReport(
    added=2, updated=1, unchanged=3, removed=4, encoded=5, notes=("chuyển từ TCVN3",), index_version="i1"
)


@pytest.fixture
def ingest(monkeypatch):
    """Stands in for the pipeline: tells two stages and gives ``report``."""
    stand_in = SimpleNamespace(report=REPORT, calls=[])

    def run(paths, settings, **given):
        stand_in.calls.append((paths, settings.store, given["collection"], given["sync"]))
        given["progress"]("đọc tài liệu", 1, 1)
        given["progress"]("mã hóa", 7, None)
        return stand_in.report

    monkeypatch.setitem(sys.modules, "rag.index.ingest", SimpleNamespace(ingest=run))
    return stand_in


def test_it_ends_with_a_table_of_what_was_done(rag, ingest):
    result = rag("ingest", "bai", "tin")
    assert result.code == 0
    counts = [line.replace("│", " ").split()[-1] for line in result.out.splitlines() if "│" in line]
    assert counts == ["2", "1", "3", "4", "0"]
    assert "chuyển từ TCVN3" in result.out


def test_paths_and_options_reach_the_pipeline(rag, ingest, tmp_path):
    rag("ingest", "bai", "tin", "--collection", "c", "--sync", "--store", str(tmp_path / "kho"))
    assert ingest.calls == [((Path("bai"), Path("tin")), tmp_path / "kho", "c", True)]


def test_progress_is_told_on_stderr(rag, ingest):
    result = rag("ingest", "bai")
    assert "Đọc tài liệu" in result.err
    assert "Mã hóa" in result.err
    assert "7/7" in result.err
    assert "━" not in result.out


def test_failed_files_are_named_with_the_reason_and_the_exit_code_is_1(rag, ingest):
    ingest.report = IngestReport(added=1, failed=(FailedSource("hỏng[1].pdf", "tệp \x1b[31mbị cắt"),))
    result = rag("ingest", "bai")
    assert result.code == 1
    assert "✗ hỏng[1].pdf: tệp \ufffd[31mbị cắt" in result.out


def test_json_has_the_whole_report(rag, ingest):
    report = json.loads(rag("ingest", "bai", "--json").out)
    assert report["added"] == 2
    assert report["failed"] == []
    assert report["index_version"] == "i1"


def test_watching_tells_reports_that_have_news_and_troubles_once(rag, ingest, monkeypatch):
    quiet = IngestReport(unchanged=3)

    def watch(paths, run, *, every_s, on_report, on_trouble):
        assert (paths, every_s) == ((Path("bai"),), 2.5)
        on_report(quiet)
        on_report(run())
        on_trouble("kho đang bận")

    monkeypatch.setitem(sys.modules, "rag.index.watch", SimpleNamespace(watch=watch))
    result = rag("ingest", "bai", "--watch", "--every", "2.5", "--json")
    assert result.code == 0
    assert [json.loads(line)["added"] for line in result.out.splitlines()] == [2]
    assert "kho đang bận" in result.err
