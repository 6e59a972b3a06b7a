"""Load files through one limited reading process, which is replaced whenever something went wrong in it."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from types import TracebackType

from rag.errors import LoadError
from rag.lang import say
from rag.load.child import Child
from rag.load.describe import scanned
from rag.load.limits import Limits
from rag.load.protocol import decode_item
from rag.load.sources import Source
from rag.settings import Settings
from rag.types import FailedSource, LoadedDocument

_FILES_PER_CHILD = 200  # parsers leak; a fresh process costs about a quarter of a second


class Loader:
    """Reads sources into documents. Use it as a context manager, from one thread at a time.

    :param ocr: Whether PDFs that are scans are recognised with Tesseract.

    >>> with Loader(settings) as loader:                       # doctest: +SKIP
    ...     for item in loader.load(source):
    ...         print(item.title if isinstance(item, LoadedDocument) else item.reason)
    Ban Dân tộc tỉnh triển khai nhiệm vụ năm 2021
    """

    def __init__(self, settings: Settings, *, ocr: bool = False) -> None:
        self._ocr = ocr
        self._limits = Limits.from_settings(settings)
        self._child: Child | None = None
        self._files = 0

    def __enter__(self) -> Loader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def load(self, source: Source) -> Iterator[LoadedDocument | FailedSource]:
        """Read one source; a file of rows gives one item a row, as they come.

        A file or row that cannot be read is an item too, with the reason; nothing about a file raises. Leaving the
        iteration early ends the reading.

        :param source: As :func:`rag.load.find_sources` gives it.
        """
        if source.problem:
            yield FailedSource(source.name, source.problem)
            return
        finished = is_scan = False
        try:
            for item in self._ask(source):
                if self._ocr and isinstance(item, FailedSource) and item.reason == scanned():
                    is_scan = True
                else:
                    yield item
            if is_scan:  # only now has the reading process said all that it had to say
                yield self._recognise(source)
            finished = True
        except LoadError as error:
            yield FailedSource(source.name, str(error))
        finally:
            if not finished:
                self.close()

    def close(self) -> None:
        """End the reading process; the next load starts another."""
        child, self._child = self._child, None
        if child is not None:
            child.kill()

    def _ask(self, source: Source) -> Iterator[LoadedDocument | FailedSource]:
        child = self._ready_child()
        child.send({"path": os.fspath(source.path), "name": source.name, "suffix": source.suffix})
        while True:
            reply = child.receive()
            try:
                items = [decode_item(row) for row in reply.get("items", ())]
            except (KeyError, TypeError, ValueError) as error:
                raise LoadError(say("bộ đọc trả kết quả sai", "the reading process sent nonsense")) from error
            yield from items
            if reply.get("exhausted"):
                self.close()
            if reply.get("done"):
                return

    def _recognise(self, source: Source) -> LoadedDocument:
        """Read the pictures of a scan: drawn in the reading process, recognised by Tesseract in one of its own."""
        from rag.load.ocr import note, recognise
        from rag.load.pdf import from_pages

        texts: list[str] = []
        n_pages = 1
        while len(texts) < n_pages:
            child = self._ready_child()
            child.send({"path": os.fspath(source.path), "page": len(texts)})
            reply = child.receive()
            if "picture" not in reply:
                raise LoadError(say("không vẽ được trang để nhận dạng", "a page could not be drawn for recognition"))
            n_pages = int(reply["pages"])
            texts.append(recognise(base64.b64decode(reply["picture"]), self._limits))
        return from_pages(texts, self._limits, (note(n_pages),))

    def _ready_child(self) -> Child:
        if self._files >= _FILES_PER_CHILD:
            self.close()
        if self._child is None:
            self._child = Child(self._limits)
            self._files = 0
        self._files += 1
        return self._child
