"""The reading process as its parent sees it: started, asked, waited for, killed. Knows no format.

The process is started without code between fork and exec, so a parent with many threads is safe; the child sets its
own limits before it reads anything (:mod:`rag.load.worker`).
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rag.errors import LoadError
from rag.lang import language, say
from rag.load.limits import MIB, Limits
from rag.load.protocol import HEADER, Message, encode_message

_BOOT = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from rag.load.worker import main; main()"
_START_S = 60.0  # a cold disk may take this long to give up Python and numpy
_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}  # each thread would reserve address space
_PACKAGE_ROOT = str(Path(__file__).resolve().parents[2])


class Child:
    """One limited reading process and its temporary folder."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._folder = tempfile.mkdtemp(prefix="news-rag-load-")
        path = [entry for entry in sys.path if entry and entry != _PACKAGE_ROOT]
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and our own module
            [sys.executable, "-I", "-B", "-X", "utf8", "-c", _BOOT, json.dumps([*path, _PACKAGE_ROOT])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=self._folder,
            env=_ENVIRONMENT,
            start_new_session=True,
            bufsize=0,
        )
        try:
            self.send({"limits": limits.to_dict(), "language": language()})
            self.receive(_START_S)
        except BaseException:
            self.kill()
            raise

    def send(self, message: Message) -> None:
        """Ask the process something.

        :raises LoadError: If it is gone.
        """
        assert self._process.stdin is not None  # noqa: S101 - Popen was given PIPE
        try:
            self._process.stdin.write(encode_message(message))
        except OSError as error:
            raise LoadError(self._why_gone()) from error

    def receive(self, timeout_s: float | None = None) -> Message:
        """Wait for the next message.

        :param timeout_s: Clock seconds to wait; the limit of one document when ``None``.
        :raises LoadError: If the process died, kept silent too long or sent too much.
        """
        seconds = self._limits.wall_s if timeout_s is None else timeout_s
        deadline = time.monotonic() + seconds
        (length,) = HEADER.unpack(self._read(HEADER.size, deadline))
        if length > self._limits.max_result + 2 * MIB:
            raise LoadError(say("văn bản lấy ra quá lớn", "the extracted text is too large"))
        try:
            message: Message = json.loads(self._read(length, deadline))
        except ValueError as error:
            raise LoadError(say("bộ đọc trả kết quả sai", "the reading process sent nonsense")) from error
        return message

    def _read(self, count: int, deadline: float) -> bytearray:
        assert self._process.stdout is not None  # noqa: S101 - Popen was given PIPE
        pipe = self._process.stdout.fileno()
        poll = select.poll()  # not select.select, which fails above 1,024 open files
        poll.register(pipe, select.POLLIN)
        data = bytearray()
        while len(data) < count:
            left = deadline - time.monotonic()
            if left <= 0 or not poll.poll(left * 1000):
                raise LoadError(_too_slow())
            chunk = os.read(pipe, min(count - len(data), MIB))
            if not chunk:
                raise LoadError(self._why_gone())
            data += chunk
        return data

    def _why_gone(self) -> str:
        try:
            code = self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            code = 0
        if code == -signal.SIGXCPU:
            return _too_slow()
        if code == -signal.SIGKILL:
            return too_much_memory()
        name = signal.Signals(-code).name if code < 0 else f"{code}"
        return say(f"bộ đọc dừng đột ngột ({name}); có thể tệp hỏng", f"the parser died ({name}); damaged file?")

    def kill(self) -> None:
        """End the process with everything it started, and remove its folder. Safe to call twice."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        shutil.rmtree(self._folder, ignore_errors=True)


def _too_slow() -> str:
    return say("quá thời gian đọc cho phép", "reading took longer than allowed")


def too_much_memory() -> str:
    """The reason given when a document needs more memory than allowed."""
    return say("quá bộ nhớ cho phép", "reading needs more memory than allowed")
