"""From files to documents: each format read in a limited process of its own.

>>> from rag.load import SUPPORTED
>>> ".docx" in SUPPORTED
True
"""

from __future__ import annotations

from rag.load.formats import LOADER_VERSION, SUPPORTED
from rag.load.loader import Loader
from rag.load.sources import Source, find_sources

__all__ = ["LOADER_VERSION", "SUPPORTED", "Loader", "Source", "find_sources"]
