"""``rag user`` and ``rag collection``."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rag.serve.audit import shell_user

PASSWORD = "một câu dài dễ nhớ 7"  # noqa: S105
Rag = Callable[..., Any]


@pytest.fixture(autouse=True)
def typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(PASSWORD + "\n"))


def test_users_are_added_listed_changed_and_removed(rag: Rag) -> None:
    assert rag("user", "add", "an", "--display", "Nguyễn Văn An", "--group", "to-chuc", "--stdin").code == 0
    assert rag("user", "add", "ngoai", "--external", "--role", "editor").code == 0
    assert rag("user", "role", "an", "administrator").code == 0
    assert rag("user", "groups", "an", "thanh-tra", "van phong").code == 0
    listed = json.loads(rag("user", "list", "--json").out)
    assert [(u["name"], u["role"], u["groups"], u["has_password"]) for u in listed] == [
        ("an", "administrator", ["thanh-tra", "van phong"], True),
        ("ngoai", "editor", [], False),
    ]
    assert "argon2" not in rag("user", "list").out + rag("user", "list", "--json").out
    assert rag("user", "revoke", "an").out.strip() == "Đã kết thúc 0 phiên của an."
    assert rag("user", "remove", "an").code == 0
    assert [u["name"] for u in json.loads(rag("user", "list", "--json").out)] == ["ngoai"]


@pytest.mark.parametrize("args", [
    ("user", "add", "Tên Xấu", "--stdin"), ("user", "passwd", "khong-co", "--stdin"), ("user", "role", "x", "reader"),
    ("user", "remove", "x"), ("user", "groups", "x", "a"),
])  # fmt: skip
def test_what_cannot_be_done_is_said_in_one_line(rag: Rag, args: tuple[str, ...]) -> None:
    result = rag(*args)
    assert result.code == 1
    assert result.err.startswith("Lỗi: ")
    assert len(result.err.strip().splitlines()) == 1


def test_a_weak_password_and_a_taken_name_are_refused(rag: Rag, monkeypatch: pytest.MonkeyPatch) -> None:
    assert rag("user", "add", "an", "--external").code == 0
    assert "Đã có" in rag("user", "add", "an", "--external").err
    monkeypatch.setattr("sys.stdin", io.StringIO("ngan\n"))
    assert "Mật khẩu" in rag("user", "passwd", "an", "--stdin").err


def test_collections_have_readers(rag: Rag) -> None:
    assert rag("collection", "readers", "noi-bo", "to-chuc", "thanh-tra").code == 0
    assert rag("collection", "readers", "tin", "*").out.strip() == "tin: mọi người đã đăng nhập"
    assert rag("collection", "others", "closed").code == 0
    assert json.loads(rag("collection", "list", "--json").out) == {
        "others": "closed",
        "collections": {"noi-bo": ["thanh-tra", "to-chuc"], "tin": ["*"]},
    }
    assert "người quản trị" in rag("collection", "readers", "noi-bo").out
    assert json.loads(rag("collection", "list", "--json").out)["collections"] == {"tin": ["*"]}


def test_what_was_done_is_in_the_audit_log_and_no_password(rag: Rag, tmp_path: Path) -> None:
    done = [
        ("user", "add", "an", "--role", "editor", "--group", "to-chuc", "--stdin"),
        ("user", "role", "an", "administrator"),
        ("user", "groups", "an", "thanh-tra"),
        ("user", "revoke", "an"),
        ("collection", "readers", "noi-bo", "to-chuc"),
        ("collection", "others", "closed"),
        ("user", "remove", "an"),
    ]
    for args in done:
        assert rag(*args).code == 0
    for args in (("user", "list"), ("collection", "list"), ("user", "remove", "khong-co"), ("user", "--help")):
        rag(*args)  # looking, and what failed, changes nothing
    (path,) = (tmp_path / "store" / "audit").iterdir()
    text = path.read_text()
    rows = [json.loads(line) for line in text.splitlines()]
    assert [row["act"] for row in rows] == [" ".join(("rag", *args)) for args in done]
    assert {row["user"] for row in rows} == {f"shell:{shell_user()}"}
    assert PASSWORD not in text
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
