"""Where a browser may be led after the sign-in: to a page of ours, never to another host."""

from __future__ import annotations

from urllib.parse import urlsplit

HOME = "/"
_LONGEST = 1000


def safe_next(given: str) -> str:
    """The address if it is a path of ours, else the start page.

    >>> safe_next("/documents/a?start=1"), safe_next("//evil.example"), safe_next("https://evil.example/")
    ('/documents/a?start=1', '/', '/')
    """
    is_plain = given.isascii() and given.isprintable() and "\\" not in given and " " not in given
    if not (is_plain and len(given) <= _LONGEST and given.startswith("/") and not given.startswith("//")):
        return HOME
    parts = urlsplit(given)
    if parts.scheme or parts.netloc or parts.path.startswith(("//", "/sign-", "/oidc", "/embed")):
        return HOME
    return given
