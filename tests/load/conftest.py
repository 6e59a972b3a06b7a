"""A loader with the user's limits, and one that is short of everything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rag.load import Loader, Source, find_sources
from rag.settings import Settings
from rag.types import FailedSource, LoadedDocument

Load = Callable[..., list[LoadedDocument | FailedSource]]


@pytest.fixture(scope="module")
def loader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loader]:
    with Loader(Settings.load(tmp_path_factory.mktemp("settings"), env={})) as opened:
        yield opened


@pytest.fixture
def load(loader: Loader, tmp_path: Path) -> Load:
    """Write bytes (or text) under a name and load them."""

    def write_and_load(name: str, content: bytes | str) -> list[LoadedDocument | FailedSource]:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return list(loader.load(find_sources([path])[0]))

    return write_and_load


@pytest.fixture
def document(load: Load) -> Callable[[str, bytes | str], LoadedDocument]:
    """The one document in the bytes."""

    def only(name: str, content: bytes | str) -> LoadedDocument:
        (item,) = load(name, content)
        assert isinstance(item, LoadedDocument), item
        return item

    return only


@pytest.fixture
def failure(load: Load) -> Callable[[str, bytes | str], str]:
    """The one reason why the bytes cannot be loaded."""

    def only(name: str, content: bytes | str) -> str:
        (item,) = load(name, content)
        assert isinstance(item, FailedSource), item
        assert item.source == name
        return item.reason

    return only


@pytest.fixture
def poor_settings(tmp_path: Path) -> Settings:
    """Little time and memory, so that bombs go off quickly."""
    given = Settings.load(tmp_path / "store", env={})
    return replace(given, load_wall_s=10.0, load_cpu_s=3, load_memory_mb=400)


@pytest.fixture
def source(tmp_path: Path) -> Callable[[str, bytes], Source]:
    def write(name: str, content: bytes) -> Source:
        (tmp_path / name).write_bytes(content)
        return find_sources([tmp_path / name])[0]

    return write
