"""Who a loaded document is: its key, id, version and source, as they stay over edits, moves and re-uploads."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from rag.index.store import Origin
from rag.load.formats import LOADER_VERSION
from rag.load.sources import Source, stored_path
from rag.types import Document, DocumentInfo, LoadedDocument

_ID_CHARS = 16


@dataclass(frozen=True, slots=True)
class Place:
    """A source as this run came upon it.

    :param shown: Its name for people: as given on the command line, without what lies above a named folder.
    :param hash: SHA-256 of the file's bytes.
    """

    source: Source
    shown: str
    hash: str

    @property
    def origin(self) -> Origin:
        """Where the file lies on this machine."""
        return Origin(stored_path(self.source.path), LOADER_VERSION)


def shown_name(source: Source, given: Path) -> str:
    """The name of a source for people: never an absolute path.

    >>> shown_name(Source(Path("/srv/tin/a.txt"), Path("/srv/tin"), "a.txt"), Path("/srv/tin"))
    'tin/a.txt'
    """
    if source.path == source.root or given.name == source.name:  # the path named is this source itself
        return given.name if given.is_absolute() else str(PurePosixPath(given))
    folder = source.root.name if given.is_absolute() or str(given) in (".", "..") else str(PurePosixPath(given))
    return str(PurePosixPath(folder) / source.name)


def identify(loaded: LoadedDocument, place: Place, collection: str) -> Document:
    """Give a loaded document its identity.

    The key is the address if there is one, else the row of its file, else its path below the folder that was named.
    """
    name = place.source.name
    kind, local = ("url", loaded.url) if loaded.url else ("row", f"{name}#{loaded.locator}")
    if not loaded.url and not loaded.locator:
        kind, local = "path", name
    key = f"{collection}|{kind}|{local}"
    info = DocumentInfo(
        id=_digest(key)[:_ID_CHARS],
        key=key,
        version=version_of(loaded)[:_ID_CHARS],
        collection=collection,
        source=f"{place.shown}#{loaded.locator}" if loaded.locator else place.shown,
        title=loaded.title,
        publisher=loaded.publisher,
        author=loaded.author,
        url=loaded.url,
        published=loaded.published,
        format=place.source.suffix.removeprefix("."),
        source_hash=version_of(loaded) if loaded.locator else place.hash,
        pages=loaded.pages,
        notes=loaded.notes,
    )
    return Document(info, loaded.text)


def version_of(loaded: LoadedDocument) -> str:
    """Hash of the stored text, the metadata shown with it, and the loaders' version."""
    return _version(loaded, loaded.text)


def shortened_version(info: DocumentInfo, text: str) -> str:
    """The version that a document with these details and this text has."""
    return _version(info, text)[:_ID_CHARS]


def _version(details: LoadedDocument | DocumentInfo, text: str) -> str:
    published = details.published.isoformat() if details.published else ""
    shown = [details.title, published, details.author, details.publisher, details.url, LOADER_VERSION]
    return _digest(json.dumps([text, *shown], ensure_ascii=False))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
