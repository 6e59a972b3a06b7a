"""``rag doctor`` looks at the real configuration of a server: each trap of the list is a problem or a note."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rag.cli.hardening import GRADIO, hardening_checks
from rag.serve.auth.database import Database
from rag.serve.auth.keys import Keys
from rag.serve.auth.people import People, Person
from rag.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "store").mkdir(mode=0o700)
    return Settings.load(tmp_path / "store", threads=1)


@pytest.fixture
def server(settings: Settings) -> Settings:
    """A server as the document advises."""
    People(Database(settings)).add(Person("quan-tri", "", "administrator", frozenset()), "một câu đủ dài và riêng")
    return replace(settings, auth="password", public_url="https://hoi-dap.tinh.example", trusted_proxies="127.0.0.1")


def states(settings: Settings) -> dict[str, str]:
    return {check.name: check.state for check in hardening_checks(settings)}


def test_a_machine_for_oneself_is_well(settings: Settings) -> None:
    assert set(states(settings).values()) <= {"ok", "note"}


def test_a_server_as_advised_is_well(server: Settings) -> None:
    found = states(server)
    assert set(found.values()) <= {"ok", "note"}
    assert [name for name, state in found.items() if state == "note"] in (
        [],
        ["Tài khoản chạy"],
    )  # tests may run as root


@pytest.mark.parametrize(
    ("given", "name", "state"),
    [
        ({"auth": "none", "host": "0.0.0.0"}, "Đăng nhập", "problem"),  # noqa: S104
        ({"auth": "passwrd"}, "Đăng nhập", "problem"),
        ({"public_url": "http://hoi-dap.tinh.example"}, "Mã hóa đường truyền", "problem"),
        ({"public_url": "", "host": "10.0.0.5"}, "Mã hóa đường truyền", "problem"),
        ({"public_url": "hoi-dap"}, "Mã hóa đường truyền", "problem"),
        ({"root_path": "/tro-ly"}, "Đường dẫn con", "note"),
        ({"root_path": "/tro-ly", "public_url": ""}, "Đường dẫn con", "problem"),
        ({"root_path": "tro-ly"}, "Đường dẫn con", "problem"),
        ({"root_path": "/admin"}, "Đường dẫn con", "problem"),
        ({"trusted_proxies": "0.0.0.0/0"}, "Proxy", "problem"),
        ({"trusted_proxies": "::/0"}, "Proxy", "problem"),
        ({"trusted_proxies": "nginx"}, "Proxy", "problem"),
        ({"trusted_proxies": ""}, "Proxy", "note"),
        ({"embed_secret": "ngan"}, "Khóa bí mật", "problem"),
        ({"auth": "proxy", "proxy_secret": ""}, "Khóa bí mật", "problem"),
        ({"limit_questions": 0}, "Giới hạn", "note"),
        ({"log_questions": 1}, "RAG_LOG_QUESTIONS", "note"),
        ({"llm": "openai:gpt-x"}, "Gửi ra ngoài", "note"),
        ({"llm": "openai:x", "llm_base_url": "http://127.0.0.1:8000/v1"}, "Gửi ra ngoài", "ok"),
        ({"embed_origins": "*"}, "Nhúng", "problem"),
        ({"embed_origins": "http://noi-bo.tinh.example"}, "Nhúng", "note"),
    ],
)
def test_each_trap_is_named(server: Settings, given: dict[str, Any], name: str, state: str) -> None:
    assert states(replace(server, **given))[name] == state


def test_passwords_in_plain_are_named_as_such(server: Settings) -> None:
    plain = replace(server, public_url="", host="10.0.0.5")
    (told,) = [check.detail for check in hardening_checks(plain) if check.name == "Mã hóa đường truyền"]
    assert "mật khẩu và phiên đi qua mạng không mã hóa" in told


def test_files_that_others_may_read_are_named(server: Settings) -> None:
    (server.store / "access.db").chmod(0o644)
    assert states(server)["Quyền tệp"] == "problem"
    (server.store / "access.db").chmod(0o600)
    server.store.chmod(0o755)
    assert states(server)["Quyền tệp"] == "note"


def test_a_secret_that_others_may_read_is_a_problem(server: Settings, tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("k" * 48, encoding="utf-8")
    for mode, state in ((0o644, "problem"), (0o600, "ok")):
        path.chmod(mode)
        loaded = Settings.load(server.store, env={"RAG_EMBED_SECRET_FILE": str(path)})
        assert loaded.embed_secret == "k" * 48
        assert states(loaded)["Quyền tệp"] == state


def test_nobody_to_administer_and_keys_without_an_end(settings: Settings, server: Settings) -> None:
    database = Database(server)
    Keys(database).create("mãi mãi", ["ask"])
    assert states(server)["Khóa API"] == "note"
    People(database).set_role("quan-tri", "reader")
    assert states(server)["Quản trị"] == "problem"


def test_the_gradio_that_the_guard_knows_is_the_one_that_is_pinned() -> None:
    project = (Path(__file__).resolve().parents[2] / "pyproject.toml").read_text(encoding="utf-8")
    assert f'"gradio=={GRADIO}"' in project


def test_the_list_in_the_document_says_what_is_looked_at(server: Settings) -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "van-hanh.md").read_text(encoding="utf-8")
    assert sum("• " in line for line in text.split("## 9.")[1].splitlines() if line[:1].isdigit()) == 12
