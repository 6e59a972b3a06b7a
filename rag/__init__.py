"""Ask questions of Vietnamese news documents and get answers with cited passages.

The way of the data: ``load`` -> ``index`` -> ``retrieve`` -> ``answer``, tied together in :mod:`rag.assistant`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rag.errors import RagError
from rag.types import Access, Answer, Citation, Event, Filters, Hit, Turn

if TYPE_CHECKING:
    from rag.assistant import Assistant

__all__ = ["Access", "Answer", "Assistant", "Citation", "Event", "Filters", "Hit", "RagError", "Turn", "__version__"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    # The assistant pulls in numpy, faiss and onnxruntime; `rag --help` must not pay for that.
    if name == "Assistant":
        from rag.assistant import Assistant

        return Assistant
    raise AttributeError(name)
