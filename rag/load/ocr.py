"""Text recognition with Tesseract, where it is installed with Vietnamese (``vie``). Pictures in, text out."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import lru_cache

from rag.errors import LoadError, SettingError
from rag.lang import say
from rag.load.limits import Limits

PROGRAM, LANGUAGE = "tesseract", "vie"
_PAGE_S = 120.0
"""Clock seconds for one page; a dense page takes about five on one core."""


def check_installed() -> None:
    """See that recognition can be had.

    :raises SettingError: If Tesseract or its Vietnamese data is missing; the message says how to install them.
    """
    if LANGUAGE not in _languages(shutil.which(PROGRAM) or ""):
        raise SettingError(
            say("Chưa cài Tesseract với tiếng Việt; trên Debian/Ubuntu: sudo apt-get install tesseract-ocr-vie",
                "Tesseract with Vietnamese is not installed; on Debian/Ubuntu: sudo apt-get install tesseract-ocr-vie")
        )  # fmt: skip


@lru_cache(maxsize=4)
def _languages(program: str) -> frozenset[str]:
    if not program:
        return frozenset()
    try:
        done = subprocess.run(  # noqa: S603 - the program found on the path, no shell
            [program, "--list-langs"], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return frozenset()
    return frozenset(line.strip() for line in f"{done.stdout}\n{done.stderr}".splitlines())


def recognise(picture: bytes, limits: Limits) -> str:
    """The text of a picture of one page.

    :param picture: In the PGM format.
    :raises LoadError: If Tesseract fails or takes too long.
    """
    program = shutil.which(PROGRAM) or PROGRAM
    environment = {"PATH": os.defpath, "OMP_THREAD_LIMIT": "1"}
    try:
        done = subprocess.run(  # noqa: S603 - the program found on the path, no shell
            [program, "stdin", "stdout", "-l", LANGUAGE],
            input=picture, capture_output=True, timeout=_PAGE_S, env=environment, check=True,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError) as error:
        raise LoadError(say("nhận dạng chữ không thành công", "text recognition failed")) from error
    return done.stdout[: 4 * limits.max_chars].decode("utf-8", "replace").replace("\x0c", "")


def note(n_pages: int) -> str:
    """The line of the report that says where the text came from."""
    return say(f"bản quét, nhận dạng chữ {n_pages} trang; có thể sai sót",
               f"a scan, {n_pages} pages recognised; there may be mistakes")  # fmt: skip
