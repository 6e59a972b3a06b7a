"""The reading process: its limits, its end and its replacement."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.lang import use_language
from rag.load import Loader, Source
from rag.load import loader as loader_module
from rag.load.protocol import decode_item, encode_item
from rag.settings import Settings
from rag.types import FailedSource, LoadedDocument, Page

Make = Callable[[str, bytes], Source]
GOOD = "Kết quả rất tốt.".encode()


@pytest.fixture
def fresh(poor_settings: Settings) -> Iterator[Loader]:
    with Loader(poor_settings) as opened:
        yield opened


def process_of(loader: Loader) -> subprocess.Popen[bytes]:
    assert loader._child is not None
    return loader._child._process


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def reads(loader: Loader, source: Source) -> bool:
    return [type(item) for item in loader.load(source)] == [LoadedDocument]


def test_one_process_serves_many_files_in_a_session_of_its_own(fresh: Loader, source: Make) -> None:
    assert reads(fresh, source("a.txt", GOOD))
    pid = process_of(fresh).pid
    assert list(fresh.load(source("b.pdf", GOOD)))
    assert reads(fresh, source("c.txt", GOOD))
    assert process_of(fresh).pid == pid
    assert os.getsid(pid) == pid


def test_it_has_limits_no_environment_and_an_empty_folder(fresh: Loader, source: Make) -> None:
    assert reads(fresh, source("a.txt", GOOD))
    pid = process_of(fresh).pid
    limits = {
        name: resource.prlimit(pid, getattr(resource, f"RLIMIT_{name}")) for name in ("AS", "CORE", "NOFILE", "FSIZE")
    }
    assert limits["AS"] == (400 * 1024**2, 400 * 1024**2)
    assert limits["CORE"] == (0, 0)
    assert limits["NOFILE"] == (64, 64)
    assert limits["FSIZE"][1] <= 1024**2
    names = {line.split(b"=")[0] for line in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0") if line}
    assert names <= {b"OPENBLAS_NUM_THREADS", b"OMP_NUM_THREADS"}
    folder = Path(f"/proc/{pid}/cwd").readlink()
    assert folder != Path.cwd()
    assert list(folder.iterdir()) == []
    fresh.close()
    assert not folder.exists()


def test_processor_time_is_counted_anew_for_each_document(fresh: Loader, source: Make) -> None:
    for _ in range(2):
        assert reads(fresh, source("a.txt", GOOD))
    soft, _hard = resource.prlimit(process_of(fresh).pid, resource.RLIMIT_CPU)
    assert 3 <= soft <= 3 + 5  # seconds allowed for one document, and those spent on starting


def test_a_killed_process_gives_a_reason_and_is_replaced(fresh: Loader, source: Make) -> None:
    assert reads(fresh, source("a.txt", GOOD))
    pid = process_of(fresh).pid
    os.kill(pid, signal.SIGKILL)
    assert list(fresh.load(source("a.txt", GOOD))) == [FailedSource("a.txt", "quá bộ nhớ cho phép")]
    assert is_gone(pid)
    assert reads(fresh, source("a.txt", GOOD))


def test_a_crash_gives_a_reason(fresh: Loader, source: Make) -> None:
    assert reads(fresh, source("a.txt", GOOD))
    os.kill(process_of(fresh).pid, signal.SIGSEGV)
    (item,) = fresh.load(source("a.txt", GOOD))
    assert item == FailedSource("a.txt", "bộ đọc dừng đột ngột (SIGSEGV); có thể tệp hỏng")


def test_silence_ends_after_the_time_allowed_with_the_whole_group(poor_settings: Settings, source: Make) -> None:
    with Loader(replace(poor_settings, load_wall_s=0.3)) as loader:
        assert reads(loader, source("a.txt", GOOD))
        pid = process_of(loader).pid
        os.kill(pid, signal.SIGSTOP)
        assert list(loader.load(source("a.txt", GOOD))) == [FailedSource("a.txt", "quá thời gian đọc cho phép")]
        assert is_gone(pid)
        assert reads(loader, source("a.txt", GOOD))


def test_leaving_early_ends_the_reading(fresh: Loader, source: Make) -> None:
    rows = source("a.jsonl", b'{"text": "Kh\xc3\xb4ng"}\n' * 20_000)
    items = fresh.load(rows)
    assert isinstance(next(items), LoadedDocument)
    pid = process_of(fresh).pid
    items.close()  # type: ignore[attr-defined]
    assert is_gone(pid)
    assert sum(1 for _ in fresh.load(rows)) == 20_000


def test_the_process_is_replaced_after_many_files(fresh: Loader, source: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loader_module, "_FILES_PER_CHILD", 2)
    pids = set()
    for _ in range(4):
        assert reads(fresh, source("a.txt", GOOD))
        pids.add(process_of(fresh).pid)
    assert len(pids) == 2


def test_many_threads_beside_it_do_no_harm(fresh: Loader, source: Make) -> None:
    stop = threading.Event()
    threads = [threading.Thread(target=stop.wait) for _ in range(20)]
    for thread in threads:
        thread.start()
    try:
        assert reads(fresh, source("a.txt", GOOD))
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def test_a_parent_that_is_killed_leaves_no_process_and_no_folder(tmp_path: Path, source: Make) -> None:
    found = source("a.txt", GOOD)
    root = Path(__file__).resolve().parents[2]
    script = (
        f"import os, signal, sys; sys.path.append({str(root)!r})\n"
        "from pathlib import Path; from rag.load import *; from rag.settings import Settings\n"
        f"loader = Loader(Settings.load({str(tmp_path / 'store')!r}, env={{}}))\n"
        f"list(loader.load(find_sources([Path({str(found.path)!r})])[0]))\n"
        "print(loader._child._process.pid, loader._child._folder, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    pid, folder = done.stdout.split()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and (Path(folder).exists() or Path(f"/proc/{pid}/cwd").exists()):
        time.sleep(0.05)
    assert not Path(folder).exists()
    assert not Path(f"/proc/{pid}/cwd").exists()


def test_reasons_come_in_the_language_in_use(poor_settings: Settings, source: Make) -> None:
    use_language("en")
    with Loader(poor_settings) as loader:
        (item,) = loader.load(source("a.txt", b" "))
    assert item == FailedSource("a.txt", "there is no text; perhaps a scan")


ESCAPES = """
import os, socket, subprocess, sys
from rag.load.limits import Limits
from rag.load.worker import _confine
_confine(Limits())
for attempt in (
    lambda: socket.create_connection(("127.0.0.1", 9)),
    lambda: socket.getaddrinfo("localhost", 80),
    lambda: subprocess.run(["true"]),
    lambda: os.system("true"),
    lambda: os.fork(),
    lambda: open("written", "w"),
    lambda: os.remove("kept"),
):
    try:
        attempt()
    except PermissionError as error:
        print("refused", error)
    else:
        print("done")
open("kept").read()
"""


def test_a_parser_can_neither_connect_nor_write_nor_start_programs(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("x")
    root = Path(__file__).resolve().parents[2]
    script = f"import sys; sys.path.append({str(root)!r})\n{ESCAPES}"
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert len(lines) == 7
    assert all(line.startswith("refused") for line in lines)
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


texts = st.text(max_size=20)


@given(
    st.builds(
        LoadedDocument,
        text=texts,
        title=texts,
        published=st.none() | st.dates(),
        locator=texts,
        pages=st.lists(st.builds(Page, st.integers(1, 9), st.integers(0, 9), st.integers(0, 9))).map(tuple),
        notes=st.lists(texts).map(tuple),
    )
    | st.builds(FailedSource, texts, texts)
)
def test_results_survive_the_way_between_the_processes(item: LoadedDocument | FailedSource) -> None:
    assert decode_item(json.loads(encode_item(item))) == item


@pytest.mark.parametrize("row", [{}, {"text": 1}, {"text": "", "pages": 3}, {"reason": ""}])
def test_results_of_another_shape_are_refused(row: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        decode_item(row)
