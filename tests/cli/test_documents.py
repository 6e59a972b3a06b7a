from __future__ import annotations

import json
import sys
from contextlib import nullcontext
from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace

import pytest

from rag.cli import documents
from rag.types import Document, DocumentInfo, Filters

INFO = DocumentInfo(
    "d1", "tin/bai.txt", "v1", "tin", "bai.txt", "Ban Dân tộc", "Báo A", "HUY ANH", "", date(2021, 1, 22), "txt"
)
OTHER = replace(INFO, id="d2", title="", published=None)


@pytest.fixture
def store(monkeypatch):
    """A store of two documents that remembers what was asked and removed."""
    infos = {info.id: info for info in (INFO, OTHER)}
    calls = SimpleNamespace(listed=[], removed=[])
    stand_in = SimpleNamespace(
        list_documents=lambda filters, limit=None: calls.listed.append((filters, limit)) or tuple(infos.values()),
        documents=lambda ids: tuple(infos[i] for i in ids if i in infos),
        document=lambda i, version: (
            Document(infos[i], "Dòng một\nDòng hai") if i in infos and version != "cũ" else None
        ),
    )
    monkeypatch.setattr(documents, "open_store", lambda _settings: nullcontext(stand_in))
    monkeypatch.setitem(
        sys.modules, "rag.index.ingest", SimpleNamespace(remove=lambda ids, _settings: calls.removed.extend(ids))
    )
    return calls


def test_list_shows_a_line_a_document(rag, store):
    out = rag("documents", "list").out
    assert "d1  22/01/2021  tin  Ban Dân tộc" in " ".join(out.split(" ")).replace("   ", "  ")
    assert "bai.txt" in out  # a document without a title is known by its source
    assert "2 tài liệu" in out


def test_list_passes_filters_and_limit_on(rag, store):
    rag("documents", "list", "--collection", "tin", "--limit", "5")
    assert store.listed == [(Filters(collections=("tin",)), 5)]


def test_list_as_json_has_dates_as_iso_text(rag, store):
    rows = json.loads(rag("documents", "list", "--json").out)
    assert [(row["id"], row["published"]) for row in rows] == [("d1", "2021-01-22"), ("d2", None)]


def test_show_prints_what_is_known_and_the_text(rag, store):
    out = rag("documents", "show", "d1").out
    assert "Tác giả: HUY ANH" in out
    assert "Địa chỉ" not in out
    assert out.endswith("\n\nDòng một\nDòng hai\n")
    assert json.loads(rag("documents", "show", "d1", "--json").out)["text"] == "Dòng một\nDòng hai"


@pytest.mark.parametrize("args", [("show", "d9"), ("show", "d1", "--version", "cũ"), ("remove", "d1", "d9", "--yes")])
def test_an_unknown_document_is_a_failure_that_changes_nothing(rag, store, args):
    result = rag("documents", *args)
    assert result.code == 1
    assert "Không có tài liệu" in result.err
    assert store.removed == []


def test_remove_with_yes_removes(rag, store):
    result = rag("documents", "remove", "d1", "d2", "--yes")
    assert (result.code, store.removed) == (0, ["d1", "d2"])
    assert "Đã xóa 2 tài liệu." in result.out


def test_remove_without_a_terminal_needs_yes(rag, store, monkeypatch):
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False)
    assert rag("documents", "remove", "d1").code == 2
    assert store.removed == []


@pytest.mark.parametrize("agreed", [True, False])
def test_remove_asks_first_at_a_terminal(rag, store, monkeypatch, agreed):
    import io

    stdin = io.StringIO("y\n" if agreed else "n\n")
    stdin.isatty = lambda: True
    monkeypatch.setattr(sys, "stdin", stdin)
    result = rag("documents", "remove", "d1")
    assert (result.code, store.removed) == ((0, ["d1"]) if agreed else (1, []))
    assert "Xóa các tài liệu này?" in result.out


def test_an_empty_store_is_said_so(rag):
    result = rag("documents", "list")
    assert result.code == 1
    assert "rag ingest" in result.err


def test_expire_removes_what_was_published_before_the_day(rag, store):
    result = rag("documents", "expire", "--older-than", "23/01/2021", "--collection", "tin", "--yes")
    assert (result.code, store.removed) == (0, ["d1", "d2"])
    assert store.listed == [(Filters(date_to=date(2021, 1, 22), collections=("tin",)), None)]


def test_expire_counts_days_back_from_today(rag, store):
    rag("documents", "expire", "--older-than", "30", "--yes")
    assert store.listed[0][0].date_to == date.today() - timedelta(days=31)
    assert rag("documents", "expire", "--older-than", "hôm qua", "--yes").code == 2


def test_purge_asks_first_and_then_drops_old_versions(rag, store, monkeypatch):
    asked = []
    module = SimpleNamespace(purge=lambda _settings, before: asked.append(before) or 3)
    monkeypatch.setitem(sys.modules, "rag.index.retention", module)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False)
    assert rag("documents", "purge").code == 2
    assert "Đã xóa hẳn 3 phiên bản cũ." in rag("documents", "purge", "--yes").out
    rag("documents", "purge", "--older-than", "22/01/2021", "--yes")
    assert [before and before.date() for before in asked] == [None, date(2021, 1, 22)]
