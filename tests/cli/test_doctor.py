from __future__ import annotations

import json

import pytest

from rag.cli import doctor


@pytest.fixture
def report(rag, tmp_path):
    """Run the doctor on a machine without models and give its code and its checks by name."""

    def run(*args: str):
        result = rag("doctor", "--json", *args)
        found = json.loads(result.out)
        return result.code, {check["name"]: check for check in found["checks"]}, found["settings"]

    return run


@pytest.fixture(autouse=True)
def own_models(monkeypatch, tmp_path):
    monkeypatch.setenv("RAG_MODELS", str(tmp_path / "models"))


def test_a_fresh_machine_is_well(report):
    code, checks, _ = report()
    assert code == 0
    assert {check["state"] for check in checks.values()} <= {"ok", "note"}
    assert "rag prepare" in checks["Bộ mã hóa"]["detail"]
    assert "chưa nạp" in checks["Kho"]["detail"]


def test_each_setting_is_shown_with_its_origin(report, monkeypatch, tmp_path):
    monkeypatch.setenv("RAG_PORT", "8000")
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "rag.toml").write_text("top_k = 5\n")
    _, _, settings = report()
    rows = {row["name"]: (row["value"], row["origin"]) for row in settings}
    assert rows["port"] == (8000, "RAG_PORT")
    assert rows["top_k"] == (5, "rag.toml")
    assert rows["host"] == ("127.0.0.1", "default")
    assert rows["store"] == (str(tmp_path / "store"), "RAG_STORE")


def test_a_damaged_database_is_a_problem(report, tmp_path):
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "rag.db").write_bytes(b"not a database" * 1000)
    code, checks, _ = report()
    assert code == 1
    assert checks["Toàn vẹn"]["state"] == "problem"


def test_a_full_disk_is_a_problem(report, monkeypatch):
    monkeypatch.setattr(doctor, "LITTLE_DISK", 1 << 62)
    code, checks, _ = report()
    assert code == 1
    assert checks["Đĩa"]["state"] == "problem"


def test_a_cuda_package_is_a_problem(report, monkeypatch):
    from types import SimpleNamespace

    monkeypatch.setattr(doctor, "distributions", lambda: [SimpleNamespace(metadata={"Name": "nvidia-cublas"})])
    code, checks, _ = report()
    assert code == 1
    assert checks["CUDA"]["detail"] == "nvidia-cublas"


def test_a_missing_package_is_a_problem(report, monkeypatch):
    monkeypatch.setattr(doctor, "PACKAGES", ("no-such-package",))
    code, checks, _ = report()
    assert code == 1
    assert "no-such-package" in checks["Các gói"]["detail"]


def test_a_half_made_encoder_is_a_problem(report, tmp_path):
    (tmp_path / "models" / "e5-small").mkdir(parents=True)
    code, checks, _ = report()
    assert code == 1
    assert "rag prepare" in checks["Bộ mã hóa"]["detail"]


def test_readable_output_ends_with_a_verdict(rag):
    assert rag("doctor").out.endswith("Ổn.\n")


def test_a_damaged_reader_is_a_problem_and_rules_alone_are_none(report, monkeypatch):
    _, checks, _ = report()
    assert checks["Bộ đọc"]["state"] == "ok"
    monkeypatch.setattr("rag.answer.span.state", lambda: "damaged")
    code, checks, _ = report()
    assert (code, checks["Bộ đọc"]["state"]) == (1, "problem")
    assert "quy tắc" in checks["Bộ đọc"]["detail"]
    monkeypatch.setenv("RAG_READER", "rules")
    code, checks, _ = report()
    assert (code, checks["Bộ đọc"]["state"]) == (0, "note")
