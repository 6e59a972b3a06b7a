"""``rag doctor``: is this machine, this installation and this store in order?

Each check looks at one thing and reports; none changes anything.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import Field, asdict, fields
from importlib.metadata import PackageNotFoundError, distributions, version
from pathlib import Path
from platform import platform, python_version
from typing import Any

import click

from rag import __version__
from rag.cli.check import Check, State
from rag.cli.options import json_option, rag_command, store_option
from rag.cli.output import console, print_json, printable
from rag.errors import RagError
from rag.lang import say
from rag.settings import BUNDLED_ENCODER, Settings

MARKS: Mapping[State, str] = {"ok": "✓", "note": "·", "problem": "✗"}
PACKAGES = ("torch", "sentence-transformers", "onnxruntime", "faiss-cpu", "tantivy", "apsw", "langchain-core", "gradio")
WAL_SAFE = (3, 51, 3)
"""First SQLite without the bug by which a reset of the write-ahead log can lose commits."""
LITTLE_DISK = 1_000_000_000
"""Bytes; an ingest of a thousand articles needs about a tenth of it, an encoder half."""


@rag_command(
    "Kiểm tra máy, bản cài đặt và kho tài liệu; mã thoát 1 khi có trục trặc.",
    "Check the machine, the installation and the store; exit code 1 when something is wrong.",
)
@json_option
@store_option
def command(*, as_json: bool, store: Path | None) -> int:
    """Run every check and print the settings with their origins."""
    settings = Settings.load(store)
    checks = tuple(run_checks(settings))
    if as_json:
        print_json({"settings": settings_table(settings), "checks": [asdict(check) for check in checks]})
    else:
        _print(settings, checks)
    return 1 if any(check.state == "problem" for check in checks) else 0


def run_checks(settings: Settings) -> Iterator[Check]:
    """All checks, one after another."""
    from rag.cli.hardening import hardening_checks

    yield Check(say("Phiên bản", "Version"), "ok", f"news-rag {__version__}, Python {python_version()}, {platform()}")
    yield _packages()
    yield _no_cuda()
    yield _disk(settings.store)
    yield _encoder(settings)
    yield _reader(settings)
    yield from _store(settings)
    yield from hardening_checks(settings)


def settings_table(settings: Settings) -> list[dict[str, Any]]:
    """Each setting with its value, its unit and where the value came from."""
    return [
        {
            "name": item.name,
            "value": _shown(item, getattr(settings, item.name)),
            "unit": item.metadata.get("unit", ""),
            "origin": settings.origins.get(item.name, "default"),
        }
        for item in fields(settings)
        if item.name != "origins"
    ]


def _shown(item: Field[Any], value: Any) -> int | float | str:
    if item.metadata.get("secret"):
        return say("(đã đặt)", "(set)") if value else ""
    return value if isinstance(value, int | float | str) else str(value)


def _packages() -> Check:
    name, found, missing = say("Các gói", "Packages"), [], []
    for package in PACKAGES:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            missing.append(package)
    if missing:
        return Check(name, "problem", say(f"thiếu {', '.join(missing)}", f"missing: {', '.join(missing)}"))
    return Check(name, "ok", ", ".join(found))


def _no_cuda() -> Check:
    names = {distribution.metadata["Name"].lower() for distribution in distributions()}
    found = sorted(name for name in names if name.startswith("nvidia-") or name == "triton")
    detail = ", ".join(found) if found else say("không có gói CUDA", "no CUDA package")
    return Check("CUDA", "problem" if found else "ok", detail)


def _disk(folder: Path) -> Check:
    existing = next(place for place in (folder, *folder.parents) if place.is_dir())
    free = shutil.disk_usage(existing).free
    detail = say(f"còn trống {free / 1e9:.1f} GB", f"{free / 1e9:.1f} GB free")
    return Check(say("Đĩa", "Disk"), "ok" if free > LITTLE_DISK else "problem", detail)


def _encoder(settings: Settings) -> Check:
    name = say("Bộ mã hóa", "Encoder")
    if settings.encoder != BUNDLED_ENCODER:
        return Check(name, "note", say(f"{settings.encoder} (không kiểm tra)", f"{settings.encoder} (not checked)"))
    from rag.index.encode.bundled import is_ready

    folder = settings.models / "e5-small"
    if not folder.exists():
        return Check(name, "note", say("chưa chuẩn bị; chạy rag prepare", "not prepared yet; run rag prepare"))
    if is_ready(folder, thorough=True):
        return Check(name, "ok", f"{settings.encoder}, {folder}")
    return Check(name, "problem", say(f"{folder} hỏng; chạy rag prepare", f"{folder} is damaged; run rag prepare"))


def _reader(settings: Settings) -> Check:
    from rag.answer.span import state
    from rag.answer.span.weights import PATH

    name, found = say("Bộ đọc", "Reader"), state()
    if settings.reader == "rules" or settings.encoder != BUNDLED_ENCODER:
        return Check(name, "note", say("chỉ đọc bằng quy tắc", "rules alone"))
    if found == "ok":
        return Check(name, "ok", say("đã huấn luyện, cùng các quy tắc", "trained, together with rules"))
    what = say("thiếu" if found == "missing" else "hỏng", found)
    detail = say(f"tệp {PATH.name} {what}: chỉ đọc bằng quy tắc; cài lại gói news-rag",
                 f"{PATH.name} is {what}: rules alone; install news-rag again")  # fmt: skip
    return Check(name, "problem", detail)


def _store(settings: Settings) -> Iterator[Check]:
    from rag.index.sqlite.schema import FILE_NAME

    database = settings.store / FILE_NAME
    yield _sqlite_version()
    if not database.is_file():
        detail = say(f"{settings.store}: chưa nạp tài liệu nào", f"{settings.store}: nothing indexed yet")
        yield Check(say("Kho", "Store"), "note", detail)
        return
    yield _integrity(database)
    try:
        yield _index(settings)
    except RagError as error:
        yield Check(say("Chỉ mục", "Index"), "problem", str(error))


def _sqlite_version() -> Check:
    import apsw

    found = apsw.sqlite_lib_version()
    is_safe = tuple(int(part) for part in found.split(".")) >= WAL_SAFE
    return Check("SQLite", "ok" if is_safe else "problem", found)


def _integrity(database: Path) -> Check:
    import apsw

    name = say("Toàn vẹn", "Integrity")
    try:
        connection = apsw.Connection(str(database), flags=apsw.SQLITE_OPEN_READONLY)
        found = str(connection.pragma("integrity_check"))
        connection.close()
    except apsw.Error as error:
        found = str(error)
    return Check(name, "ok" if found == "ok" else "problem", found)


def _index(settings: Settings) -> Check:
    """The derived index as it lies there; it is not mended here."""
    from rag.index.encode import encoder_name
    from rag.index.generation import current_name, open_generation
    from rag.index.index import FOLDER

    name = say("Chỉ mục", "Index")
    folder = settings.store / FOLDER
    current = current_name(folder)
    generation = open_generation(folder, current, thorough=True) if current else None
    if generation is None:
        detail = say("thiếu hoặc hỏng; sẽ được dựng lại từ kho khi mở", "missing or damaged; opening it makes it again")
        return Check(name, "note", detail)
    manifest = generation.manifest
    if manifest.encoder != encoder_name(settings):
        detail = say(
            f"lập bằng {manifest.encoder}, thiết lập là {settings.encoder}; chạy lại rag ingest",
            f"made with {manifest.encoder}, the setting is {settings.encoder}; run rag ingest again",
        )
        return Check(name, "problem", detail)
    counts = say(f"{manifest.n_documents} tài liệu, {manifest.n_passages} đoạn",
                 f"{manifest.n_documents} documents, {manifest.n_passages} passages")  # fmt: skip
    return Check(name, "ok", f"{counts}, {manifest.encoder}, {manifest.dim} d, {current}, {manifest.index_version}")


def _print(settings: Settings, checks: tuple[Check, ...]) -> None:
    from rich.table import Table

    out = console()
    headings = say("Thiết lập|Giá trị|Đơn vị|Nguồn", "Setting|Value|Unit|Origin").split("|")
    table = Table(*headings, box=None, pad_edge=False)
    for row in settings_table(settings):
        table.add_row(row["name"], printable(str(row["value"])), row["unit"], row["origin"])
    out.print(table)
    out.print()
    for check in checks:
        style = "red" if check.state == "problem" else None
        out.print(printable(f"{MARKS[check.state]} {check.name}: {check.detail}"), style=style, soft_wrap=True)
    n_problems = sum(check.state == "problem" for check in checks)
    click.echo(say(f"{n_problems} trục trặc.", f"{n_problems} problems.") if n_problems else say("Ổn.", "All well."))
