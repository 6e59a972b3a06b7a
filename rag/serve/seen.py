"""What becomes known of a request on its way in, for the log and the counts: each layer notes its part."""

from __future__ import annotations

from dataclasses import dataclass

SEEN = "rag.seen"
"""Where it is found in the ASGI scope."""


@dataclass(slots=True)
class Seen:
    """One request.

    :param route: The listed pattern, never the path: paths hold names.
    """

    request_id: str = ""
    route: str = "-"
    user: str = ""
    kind: str = ""
