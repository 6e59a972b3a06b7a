"""The state of the index, and the settings with where each came from. Nothing here can be changed."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterable
from dataclasses import fields
from html import escape
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.lang import say
from rag.serve.admin.frame import admin_page, facts, number, table
from rag.serve.admin.meanings import MEANINGS, UNITS
from rag.settings import Settings

if TYPE_CHECKING:
    from rag.assistant import Assistant

_PASSWORD = re.compile(r"(://)[^/@\s]*@")
_SECRET = re.compile(r"secret|password|api_key", re.IGNORECASE)


def status_page(assistant: Assistant, settings: Settings) -> str:
    """The page as things stand now."""
    body = (
        f"<h2>{say('Chỉ mục', 'Index')}</h2>{facts(_index(assistant, settings))}"
        f"<h2>{say('Phần mềm', 'Software')}</h2>{facts(_software())}"
        f"<h2>{say('Thiết lập', 'Settings')}</h2>"
        f'<p class="hint">{_how()}</p>{table(_headings(), _settings(settings), "settings")}'
    )
    return admin_page("/admin/status", say("Tình trạng", "Status"), body)


def _index(assistant: Assistant, settings: Settings) -> list[tuple[str, str]]:
    store = assistant.store
    collections = store.counts_of("collection")
    listed = ", ".join(f"{escape(name)} ({number(n)})" for name, n in collections.items())
    return [
        (say("Tài liệu", "Documents"), number(store.count_documents())),
        (say("Đoạn", "Passages"), number(store.count_passages())),
        (say("Bộ tài liệu", "Collections"), listed),
        (say("Phiên bản đang tìm", "Version searched"), escape(assistant.index_version)),
        (say("Phiên bản trong kho", "Version stored"), escape(store.index_version)),
        (say("Bộ mã hóa", "Encoder"), escape(store.meta("encoder") or "")),
        (say("Chỗ trên đĩa", "Room on disk"), _room(settings.store)),
    ]


def _room(folder: Path) -> str:
    parts = {
        say("kho", "store"): folder.glob("rag.db*"),
        say("chỉ mục", "index"): (folder / "index").rglob("*"),
        say("tệp gốc", "original files"): (folder / "originals").glob("*"),
    }
    sizes = {name: sum(_size(path) for path in paths) for name, paths in parts.items()}
    return ", ".join(f"{name} {number(size / 1e6, 1)} MB" for name, size in sizes.items())


def _size(path: Path) -> int:
    try:
        return path.stat().st_size if path.is_file() else 0
    except OSError:
        return 0


def _software() -> list[tuple[str, str]]:
    import apsw

    names = ("news-rag", "gradio", "faiss-cpu", "tantivy", "onnxruntime")
    rows = [(name, escape(_version(name))) for name in names]
    return [*rows, ("SQLite", escape(apsw.sqlite_lib_version())), ("Python", escape(platform.python_version()))]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _how() -> str:
    return say(
        "Chỉ xem. Muốn đổi: đặt biến môi trường, hoặc ghi vào rag.toml cạnh kho, rồi khởi động lại.",
        "Read only. Set the environment variable, or write it into rag.toml beside the store; restart.",
    )


def _headings() -> tuple[str, ...]:
    return (say("Tên", "Name"), say("Giá trị", "Value"), say("Lấy từ", "Source"), say("Biến môi trường", "Variable"),
            say("Ý nghĩa", "Meaning"))  # fmt: skip


def _settings(settings: Settings) -> Iterable[list[str]]:
    for item in fields(settings):
        if item.name == "origins":
            continue
        origin = settings.origins.get(item.name, "default")
        unit, doc = item.metadata.get("unit", ""), item.metadata.get("doc", "")
        origins = {"default": say("mặc định", "default"), "argument": say("dòng lệnh", "argument")}
        shown = escape(shown_value(item.name, getattr(settings, item.name), item.metadata.get("secret", False)))
        yield [
            f"<code>{escape(item.name)}</code>",
            shown + (f" <small>{escape(say(UNITS.get(unit, unit), unit))}</small>" if unit else ""),
            escape(origins.get(origin, origin)),
            f"<code>{escape(item.metadata.get('env', ''))}</code>",
            escape(say(MEANINGS.get(item.name, doc), doc)),
        ]


def shown_value(name: str, value: Any, is_secret: bool = False) -> str:
    """A setting's value with what is secret in it hidden.

    >>> shown_value("llm_base_url", "http://an:mat-khau@may/v1"), shown_value("proxy_secret", "abc", True)
    ('http://•••@may/v1', '•••')
    """
    if value and (is_secret or _SECRET.search(name)) and isinstance(value, str):
        return "•••"
    return _PASSWORD.sub(r"\1•••@", str(value))
