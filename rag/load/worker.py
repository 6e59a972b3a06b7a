"""The reading process: sets its own limits, then turns files into documents until its input ends.

Processor time is cumulative for a process, so the soft limit is moved ahead before every document; passing it ends
the process (SIGXCPU). Clock time is watched by the parent, which hears from this process after every document.
"""

from __future__ import annotations

import base64
import contextlib
import ctypes
import importlib
import math
import os
import resource
import stat
import sys
import time
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

from rag.errors import LoadError
from rag.lang import say, use_language
from rag.load.child import too_much_memory
from rag.load.formats import FORMATS, check_magic, unsupported
from rag.load.limits import MIB, Limits, check_archive
from rag.load.protocol import HEADER, Message, encode_item, encode_message, frame
from rag.types import FailedSource, LoadedDocument

_BATCH_BYTES = 256 * 1024
_BATCH_S = 0.25
_CLONE_NEWNET, _CLONE_NEWUSER = 0x40000000, 0x10000000
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_FORBIDDEN = ("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.remove", "os.rename")


def main() -> None:
    """Serve requests from standard input until it ends."""
    results = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what a library prints must not mix with the messages
    requests = os.fdopen(os.dup(0), "rb")
    start = _read(requests)
    limits = Limits(**start["limits"])
    use_language(start["language"])
    _confine(limits)
    results.write(encode_message({"ready": True}))
    while request := _read(requests):
        if "page" in request:
            _show_page(request, limits, results)
        else:
            _answer(request, limits, results)
    with contextlib.suppress(OSError):
        os.rmdir(os.getcwd())  # the parent may have been killed and cannot


def _read(requests: BinaryIO) -> Message:
    header = requests.read(HEADER.size)
    if len(header) < HEADER.size:
        return {}
    import json

    return cast(Message, json.loads(requests.read(HEADER.unpack(header)[0])))


def _confine(limits: Limits) -> None:
    for kind, wanted in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, MIB),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_AS, limits.memory_mb * MIB),
    ):
        hard = resource.getrlimit(kind)[1]  # one that is set already may not be raised
        allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(kind, (allowed, allowed))
    # Without a network where the kernel allows it; elsewhere the audit hook below is the only bar.
    ctypes.CDLL(None).unshare(_CLONE_NEWNET if os.geteuid() == 0 else _CLONE_NEWNET | _CLONE_NEWUSER)
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    is_write = event == "open" and isinstance(arguments[2], int) and bool(arguments[2] & _WRITING)
    if is_write or event.startswith(_FORBIDDEN):
        raise PermissionError(f"a parser tried: {event}")


def _answer(request: Message, limits: Limits, results: BinaryIO) -> None:
    batch: list[bytes] = []
    size, exhausted = 0, False
    since = time.monotonic()
    _renew_cpu(limits)
    for item in _items(request, limits):
        exhausted = isinstance(item, FailedSource) and item.reason == too_much_memory()
        row = _encode(item, request["name"], limits)
        batch.append(row)
        size += len(row)
        if size >= _BATCH_BYTES or time.monotonic() - since > _BATCH_S:
            _send(batch, b"false", results)
            batch, size, since = [], 0, time.monotonic()
            _renew_cpu(limits)
    _send(batch, b"true", results, exhausted)


def _show_page(request: Message, limits: Limits, results: BinaryIO) -> None:
    """Answer with the picture of one page, for text recognition outside this process."""
    from rag.load.pdf import render

    _renew_cpu(limits)
    try:
        with _open(request["path"]) as file:
            picture, n_pages = render(file.read(limits.max_file_mb * MIB), request["page"], limits)
        reply: Message = {"picture": base64.b64encode(picture).decode("ascii"), "pages": n_pages}
    except Exception as error:  # whatever a parser raises becomes the reason
        reply = {"reason": f"{type(error).__name__}"}
    body = memoryview(encode_message(reply))
    while body:
        body = body[results.write(body) :]


def _send(batch: list[bytes], done: bytes, results: BinaryIO, exhausted: bool = False) -> None:
    tail = b',"exhausted":true' if exhausted else b""
    body = memoryview(frame(b'{"items":[' + b",".join(batch) + b'],"done":' + done + tail + b"}"))
    while body:
        body = body[results.write(body) :]


def _encode(item: LoadedDocument | FailedSource, name: str, limits: Limits) -> bytes:
    row = encode_item(item)
    if len(row) <= limits.max_result:
        return row
    return encode_item(FailedSource(name, say("văn bản lấy ra quá lớn", "the extracted text is too large")))


def _renew_cpu(limits: Limits) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = math.ceil(used.ru_utime + used.ru_stime) + limits.cpu_s
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def _items(request: Message, limits: Limits) -> Iterator[LoadedDocument | FailedSource]:
    """The documents of one file; whatever goes wrong becomes the last item."""
    name = request["name"]
    try:
        yield from _load(request["path"], name, request["suffix"], limits)
    except LoadError as error:
        yield FailedSource(name, str(error))
    except MemoryError:
        yield FailedSource(name, too_much_memory())
    except Exception as error:
        kind = request["suffix"].lstrip(".")
        yield FailedSource(
            name,
            say(f"tệp {kind} hỏng hoặc sai định dạng", f"damaged or malformed {kind} file")
            + f" ({type(error).__name__})",
        )


def _load(path: str, name: str, suffix: str, limits: Limits) -> Iterator[LoadedDocument | FailedSource]:
    if suffix not in FORMATS:
        raise LoadError(unsupported(suffix))
    known = FORMATS[suffix]
    reader = importlib.import_module(f"rag.load.{known.module}")
    with _open(path) as file:
        check_magic(suffix, file.peek(1024))
        if known.is_rows:
            yield from reader.read_rows(file, name, limits)
            return
        data = file.read(limits.max_file_mb * MIB + 1)
    if len(data) > limits.max_file_mb * MIB:
        raise LoadError(say(f"tệp lớn hơn {limits.max_file_mb} MiB", f"the file is over {limits.max_file_mb} MiB"))
    if known.magic.startswith(b"PK"):
        check_archive(data, limits)
    yield reader.read(data, limits)


def _open(path: str) -> Any:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise LoadError(say(f"không mở được tệp ({reason})", f"cannot open the file ({reason})")) from error
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise LoadError(say("không phải tệp thường", "not a regular file"))
    return os.fdopen(handle, "rb")
