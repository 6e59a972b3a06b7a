"""A small trained reader: marks the words of a few sentences that answer a question, and how sure it is.

``evals/reader`` trained it; ``README.md`` here names the data and the licence of the weights. Without its file, or with
another encoder than the bundled one, the rules read alone.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cache

from rag.answer.read import Reader, RuleReader
from rag.answer.span.reader import Model, SpanReader
from rag.answer.span.weights import state
from rag.errors import SettingError
from rag.index.encode import Encoder
from rag.lang import say
from rag.retrieve.closer import CloserReader
from rag.settings import BUNDLED_ENCODER, Settings
from rag.types import Document, Hit

__all__ = ["closer_reader", "open_reader", "prepare_reader", "state"]

_log = logging.getLogger(__name__)


def open_reader(
    settings: Settings, encoder: Callable[[], Encoder], document: Callable[[Hit], Document] | None = None
) -> Reader:
    """The configured reader; the network is loaded at the first question that finds anything.

    :param encoder: Gives the encoder that the store was indexed with.
    :param document: Gives the document of a hit; see :class:`rag.answer.read.RuleReader`.
    :raises SettingError: If ``RAG_READER`` is neither ``trained`` nor ``rules``.
    """
    if settings.reader not in ("trained", "rules"):
        raise SettingError(
            say(f"RAG_READER là {settings.reader!r}; cần 'trained' hoặc 'rules'.",
                f"RAG_READER is {settings.reader!r}; expected 'trained' or 'rules'.")
        )  # fmt: skip
    if settings.reader == "rules":
        return RuleReader(document=document)

    @cache
    def model() -> Model | None:
        return _load(encoder(), settings.threads)

    return SpanReader(RuleReader(document=document), model)


def closer_reader(reader: Reader) -> CloserReader | None:
    """The same network for the search's closer look; ``None`` where the rules read alone."""
    return reader if isinstance(reader, SpanReader) else None


def prepare_reader(settings: Settings) -> None:
    """Write the network's graph beside the prepared encoder's, so that asking need not write."""
    from rag.answer.span.model import graph_file
    from rag.index.encode import onnx

    folder = settings.models / "e5-small" / onnx.FOLDER
    if settings.encoder == BUNDLED_ENCODER and settings.reader == "trained" and state() == "ok":
        graph_file(folder)


def _load(encoder: Encoder, threads: int) -> Model | None:
    """The network on top of the bundled encoder, or ``None`` with a line in the log why not."""
    from rag.answer.span.model import SpanModel, graph_file
    from rag.index.encode.bulk import BundledEncoder

    if not isinstance(encoder, BundledEncoder):
        return None
    found = state()
    if found != "ok":
        _log.warning("the file of the trained reader is %s: rules read alone", found)
        return None
    try:
        return SpanModel(graph_file(encoder.graph_folder), encoder.segmenter, threads)
    except Exception as error:  # whatever the runtime dislikes on this machine, asking goes on
        _log.warning("the trained reader cannot be used, rules read alone: %s", error)
        return None
