"""The pages that may embed the chat: an exact list, empty = embedding is off."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

from rag.errors import SettingError
from rag.lang import say
from rag.serve.addresses import public_origin
from rag.settings import Settings

_PLAIN = re.compile(r"([a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(:[1-9][0-9]{0,4})?")
_USUAL_PORTS = {"http": ":80", "https": ":443"}


def embed_origins(settings: Settings) -> tuple[str, ...]:
    """The origins of ``RAG_EMBED_ORIGINS``, in the form that browsers send.

    :raises SettingError: If one is no origin, names everybody, or is the assistant's own: pages of one origin reach
        into each other's frames, so isolation could not hold.
    """
    found = tuple(dict.fromkeys(_origin(text) for text in settings.embed_origins.replace(",", " ").split()))
    own = {public_origin(settings), f"http://{settings.host}:{settings.port}".lower()}
    shared = own & set(found)
    if shared:
        one = shared.pop()
        raise SettingError(
            say(f"RAG_EMBED_ORIGINS có {one}, là địa chỉ của chính trợ lý: hai trang cùng địa chỉ đọc được "
                "nhau, nên không tách biệt được. Hãy đặt trợ lý ở tên miền hoặc cổng khác.",
                f"RAG_EMBED_ORIGINS has {one}, the assistant's own address: pages of one origin read each "
                "other, so they cannot be kept apart. Serve the assistant under another name or port.")
        )  # fmt: skip
    return found


def _origin(text: str) -> str:
    parts = _parts(text)
    if parts is None:
        raise SettingError(
            say(f"RAG_EMBED_ORIGINS: {text!r} không phải địa chỉ gốc; viết dạng https://ten-may hay http://ten-may:80 "
                "(tên miền có dấu viết dạng xn--).",
                f"RAG_EMBED_ORIGINS: {text!r} is no origin; write https://host or http://host:80 (names with marks in "
                "their xn-- form).")
        )  # fmt: skip
    return f"{parts.scheme}://{parts.netloc.removesuffix(_USUAL_PORTS[parts.scheme])}"


def _parts(text: str) -> SplitResult | None:
    """The parts of an origin; ``None`` for anything that is more, less or other than one."""
    try:
        parts = urlsplit(text.lower())
        _ = parts.port
    except ValueError:
        return None
    is_plain = _PLAIN.fullmatch(parts.netloc) is not None and parts.path in ("", "/")
    return parts if is_plain and parts.scheme in _USUAL_PORTS and not (parts.query or parts.fragment) else None
