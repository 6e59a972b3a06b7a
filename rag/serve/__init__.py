"""The web face: chat page, document viewer, and the guard in front of both."""

from __future__ import annotations

from rag.serve.app import create_app
from rag.serve.run import serve

__all__ = ["create_app", "serve"]
