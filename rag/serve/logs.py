"""The log as one JSON object a line, so that programs can read it and nothing in it can pose as another line."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any, TextIO

from rag.settings import Settings

_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}


class JsonLines(logging.Formatter):
    """A record as one line of JSON: its time in UTC, level, logger, event, and what was given as ``extra``."""

    def format(self, record: logging.LogRecord) -> str:
        """The line; line ends inside values are escaped by JSON."""
        row: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        row |= {name: value for name, value in vars(record).items() if name not in _OWN}
        if record.exc_info:
            row["traceback"] = self.formatException(record.exc_info)
        # ASCII: a separator of another alphabet (U+2028) would be a new line to some readers.
        return json.dumps(row, default=str)


def set_up_logs(settings: Settings, stream: TextIO | None = None) -> None:
    """Send the log of the server to standard error.

    ``RAG_LOG=json`` writes everything as JSON lines; ``text`` only what went wrong, for a person at a terminal; the
    default is ``text`` on a terminal and ``json`` elsewhere (a service's journal).
    """
    target = stream or sys.stderr
    kind = settings.log or ("text" if target.isatty() else "json")
    handler = logging.StreamHandler(target)
    if kind == "json":
        handler.setFormatter(JsonLines())
    handler.setLevel(logging.INFO if kind == "json" else logging.WARNING)
    for name in ("rag", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers[:] = [handler]
        logger.propagate = False
        logger.setLevel(logging.INFO)
