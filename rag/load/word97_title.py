"""The title property of a Word 97-2003 document, read from its stream of properties ([MS-OLEPS]).

Only this one and the code page are looked at: a general reader believes a damaged stream that says it has billions.
"""

from __future__ import annotations

import struct

_CODE_PAGE, _TITLE = 1, 2
_BYTES, _UTF16 = 30, 31
"""Types of a text: in the code page of the stream, in UTF-16."""
_UTF8_PAGES = (65001, 0)
_MOST_PROPERTIES, _LONGEST = 256, 2000


def title_of(stream: bytes) -> str:
    """The title; empty where there is none, or the stream is damaged."""
    try:
        (start,) = struct.unpack_from("<I", stream, 44)
        (count,) = struct.unpack_from("<I", stream, start + 4)
        pairs = struct.unpack_from(f"<{2 * min(count, _MOST_PROPERTIES)}I", stream, start + 8)
        places = dict(zip(pairs[::2], pairs[1::2], strict=True))
        page = struct.unpack_from("<H", stream, start + places[_CODE_PAGE] + 4)[0] if _CODE_PAGE in places else 0
        if _TITLE not in places:
            return ""
        kind, length = struct.unpack_from("<II", stream, start + places[_TITLE])
        size = min(length * 2 if kind == _UTF16 else length, _LONGEST)
        raw = stream[start + places[_TITLE] + 8 : start + places[_TITLE] + 8 + size]
        if kind not in (_BYTES, _UTF16):
            return ""
        encoding = "utf-16-le" if kind == _UTF16 else "utf-8" if page in _UTF8_PAGES else f"cp{page}"
        return raw.decode(encoding, "replace").split("\0")[0].strip()
    except (struct.error, LookupError):
        return ""
