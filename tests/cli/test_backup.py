"""`rag backup`, `restore`, `verify` and `export` from the command line, on a store made with the real encoder."""

from __future__ import annotations

import json
import shutil
import sys

import pytest

pytestmark = pytest.mark.encoder


@pytest.fixture
def kho(seed_store, tmp_path):
    shutil.copytree(seed_store.store, tmp_path / "kho")
    return str(tmp_path / "kho")


def test_a_store_goes_into_a_file_and_comes_back(rag, kho, tmp_path, monkeypatch):
    file, other = str(tmp_path / "sao.zip"), str(tmp_path / "moi")
    result = rag("backup", file, "--store", kho)
    assert result.code == 0
    assert "tài liệu" in result.out
    result = rag("restore", file, "--store", other)
    assert (result.code, result.out.startswith("Đã khôi phục: ")) == (0, True)
    result = rag("verify", "--store", other)
    assert (result.code, result.out.endswith("Khớp.\n")) == (0, True)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False)
    assert rag("restore", file, "--store", other).code == 2
    assert rag("restore", file, "--store", other, "--yes").code == 0


def test_a_file_that_is_no_backup_is_said(rag, kho, tmp_path):
    (tmp_path / "x.zip").write_text("không phải")
    for name in ("x.zip", "y.zip"):
        result = rag("restore", str(tmp_path / name), "--store", kho, "--yes")
        assert result.code == 1
        assert name in result.err
        assert len(result.err.strip().splitlines()) == 1


def test_verify_names_what_does_not_agree(rag, kho):
    import apsw

    connection = apsw.Connection(f"{kho}/rag.db")
    connection.execute("UPDATE versions SET title = title || '.'")
    connection.close()
    result = rag("verify", "--store", kho)
    assert result.code == 1
    assert "✗ văn bản và thông tin của tài liệu" in result.out
    findings = json.loads(rag("verify", "--json", "--store", kho).out)
    assert any(finding["wrong"] for finding in findings)


def test_an_export_goes_to_a_file_or_to_the_output(rag, kho, tmp_path):
    lines = rag("export", "--store", kho).out.splitlines()
    result = rag("export", str(tmp_path / "xuat.jsonl"), "--store", kho)
    assert result.code == 0
    assert (tmp_path / "xuat.jsonl").read_text(encoding="utf-8").splitlines() == lines
    result = rag("ingest", str(tmp_path / "xuat.jsonl"), "--store", str(tmp_path / "moi"), "--json")
    assert json.loads(result.out)["added"] == len(lines) > 0
    result = rag("export", str(tmp_path / "khong-co" / "x.jsonl"), "--store", kho)
    assert (result.code, len(result.err.strip().splitlines())) == (1, 1)
