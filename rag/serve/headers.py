"""Security headers, the same on every response; only the content security policy differs between pages."""

from __future__ import annotations

STRICT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""For pages of our own: no inline script or style, nothing from another host."""

COMMON: tuple[tuple[bytes, bytes], ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)


def chat_policy(nonce: str) -> str:
    """The policy of the page that Gradio runs in.

    Its components compile templates at run time, hence ``unsafe-eval``, and set styles on elements, hence inline
    styles. Scripts and event handlers that slip into the HTML still do not run: only those with the nonce do.

    :param nonce: Random value of this response, carried by the page's own inline scripts.
    """
    return (
        f"default-src 'none'; script-src 'self' 'nonce-{nonce}' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'self'; form-action 'none'; "
        "frame-ancestors 'none'"
    )


def secured(headers: list[tuple[bytes, bytes]], request_id: str) -> list[tuple[bytes, bytes]]:
    """The headers of a response made safe: ours win, and no other origin is let in.

    :param headers: What the application set, names in lower case. A page of ours may have said ``same-origin`` as its
        referrer policy: under ``no-referrer`` its forms would not name their origin.
    :param request_id: Id of the request in the log.
    """
    own_referrer = (b"referrer-policy", b"same-origin")
    common = [h if h[0] != own_referrer[0] or own_referrer not in headers else own_referrer for h in COMMON]
    ours = (*common, (b"x-request-id", request_id.encode("ascii")))
    names = {name for name, _ in ours} | {b"server"}
    kept = [(n, v) for n, v in headers if n not in names and not n.startswith(b"access-control-")]
    present = {name for name, _ in kept}
    if b"content-security-policy" not in present:
        kept.append((b"content-security-policy", STRICT_POLICY.encode("ascii")))
    if b"cache-control" not in present:
        kept.append((b"cache-control", b"no-store"))
    return [*kept, *ours]
