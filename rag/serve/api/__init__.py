"""The interface for programs: our own under ``/api/v1``, and the part of OpenAI's that lets us pass for a model."""

from __future__ import annotations

from rag.serve.api.app import make_api
from rag.serve.api.openai import make_openai

__all__ = ["make_api", "make_openai"]
