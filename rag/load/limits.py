"""What one document may cost, and the checks made before a parser sees it.

The numbers hold per document (per row in a file of rows), never per file of rows.
"""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from dataclasses import asdict, dataclass
from typing import Any

from rag.errors import LoadError
from rag.lang import say
from rag.settings import Settings

MIB = 1024 * 1024
_SMALL_ARCHIVE = 10 * MIB  # below this even a perfect ratio cannot hurt, and dull tables compress very well


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits on reading one document.

    :param wall_s: Clock seconds without a sign of life from the reading process.
    :param cpu_s: Processor seconds.
    :param max_ratio: Unpacked size over packed size of a zip format.
    :param max_result: Bytes of one document as sent by the reading process.
    """

    wall_s: float = 30.0
    cpu_s: int = 20
    memory_mb: int = 1536
    max_file_mb: int = 50
    max_chars: int = 5_000_000
    max_unpacked: int = 300 * MIB
    max_entries: int = 5000
    max_ratio: int = 200
    max_pages: int = 2000
    max_result: int = 20 * MIB

    @classmethod
    def from_settings(cls, settings: Settings) -> Limits:
        """The limits as the user set them."""
        return cls(
            wall_s=settings.load_wall_s,
            cpu_s=settings.load_cpu_s,
            memory_mb=settings.load_memory_mb,
            max_file_mb=settings.load_max_file_mb,
            max_chars=settings.load_max_chars,
        )

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready values for the reading process."""
        return asdict(self)


def check_archive(data: bytes, limits: Limits) -> None:
    """Refuse a zip file that is encrypted, points outside itself or unpacks to too much.

    The headers are checked first, then every entry is unpacked and counted, because headers lie.

    :raises LoadError: With the reason.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_headers(archive.infolist(), len(data), limits)
            for entry in archive.infolist():
                _count(archive, entry)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError) as error:
        raise LoadError(say("tệp hỏng hoặc bị cắt cụt", "the file is damaged or cut short")) from error


def _check_headers(entries: list[zipfile.ZipInfo], packed: int, limits: Limits) -> None:
    total = sum(entry.file_size for entry in entries)
    if len(entries) > limits.max_entries:
        raise LoadError(_too_much(f"{len(entries)} > {limits.max_entries}"))
    if total > limits.max_unpacked:
        raise LoadError(_too_much(f"{total // MIB} MiB > {limits.max_unpacked // MIB} MiB"))
    if total > min(_SMALL_ARCHIVE, limits.max_unpacked // 10) and total > packed * limits.max_ratio:
        raise LoadError(_too_much(f"1:{total // max(packed, 1)} > 1:{limits.max_ratio}"))
    for entry in entries:
        _check_entry(entry)


def _too_much(numbers: str) -> str:
    return say(f"tệp nén phình quá lớn ({numbers})", f"the archive unpacks to too much ({numbers})")


def _check_entry(entry: zipfile.ZipInfo) -> None:
    if entry.flag_bits & 1:
        raise LoadError(say("tệp có mật khẩu", "the file is protected by a password"))
    parts = entry.filename.replace("\\", "/").split("/")
    if parts[0] == "" or ".." in parts or ":" in parts[0] or stat.S_ISLNK(entry.external_attr >> 16):
        raise LoadError(say("tệp nén trỏ ra ngoài chính nó", "the archive points outside itself"))


def _count(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    left = entry.file_size
    with archive.open(entry) as stream:
        while chunk := stream.read(MIB):
            left -= len(chunk)
            if left < 0:
                raise LoadError(say("tệp nén khai sai kích thước", "the archive lies about its size"))
    if left:
        raise zipfile.BadZipFile
