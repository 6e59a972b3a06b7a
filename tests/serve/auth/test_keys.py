"""API keys: hashed at rest, with rights, an end and a last use."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from rag.errors import RagError
from rag.serve.auth import keys as module
from rag.serve.auth.database import FILE_NAME, Database
from rag.serve.auth.keys import KeyBearer, Keys
from rag.serve.auth.rights import Rights
from rag.settings import Settings


@pytest.fixture
def keys(settings: Settings) -> Keys:
    return Keys(Database(settings))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.load(tmp_path / "store", threads=1)


def test_the_secret_is_nowhere_on_the_disk(keys: Keys, settings: Settings) -> None:
    _, token = keys.create("trang nội bộ", ["ask"])
    secret = token.rsplit("_", 1)[-1] if token.count("_") == 2 else token[17:]
    for path in settings.store.glob(f"{FILE_NAME}*"):
        assert secret.encode() not in path.read_bytes()
        assert path.stat().st_mode & 0o077 == 0


def test_a_key_is_found_by_its_whole_text_only(keys: Keys) -> None:
    key, token = keys.create("a", ["read", "ask", "ask"])
    _, other = keys.create("b", ["admin"])
    found = keys.find(token)
    assert found is not None
    assert (found.id, found.scopes, found.role) == (key.id, ("ask", "read"), "reader")
    for wrong in (
        "",
        token[:-1],
        token + "x",
        token.upper(),
        token[:17] + other[17:],
        other[:17] + token[17:],
        " " + token,
    ):
        assert keys.find(wrong) is None


def test_it_ends(keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    _, token = keys.create("a", ["ask"], days=1)
    assert keys.find(token)
    later = time.time() + 86_401
    monkeypatch.setattr(module.time, "time", lambda: later)
    assert keys.find(token) is None


def test_it_can_be_revoked_once(keys: Keys) -> None:
    key, token = keys.create("a", ["ask"])
    assert keys.revoke(key.id)
    assert keys.find(token) is None
    assert not keys.revoke(key.id)
    assert not keys.revoke("nope")
    assert keys.all()[0].revoked


def test_its_last_use_is_known(keys: Keys) -> None:
    _, token = keys.create("a", ["ask"])
    assert keys.all()[0].used is None
    keys.find(token)
    used = keys.all()[0].used
    assert used is not None
    assert abs(used - time.time()) < 10


def test_it_reads_what_its_groups_read(settings: Settings, letters: Any, tmp_path: Path) -> None:
    from rag.index.ingest import ingest

    for name in ("noi-bo", "chung"):
        (tmp_path / f"{name}.txt").write_text(f"Bài {name}\n\nNăm 2020 có 1 việc.")
        ingest([tmp_path / f"{name}.txt"], settings, collection=name, encoder=letters)
    database = Database(settings)
    Rights(settings, database).set_readers("noi-bo", ["van-phong"])
    keys, bearer = Keys(database), KeyBearer(settings)
    request: Any = None
    seen = {}
    for name, scopes, groups in (("a", ["ask"], []), ("b", ["ask"], ["van-phong"]), ("c", ["admin"], [])):
        identity = bearer.identify(keys.create(name, scopes, groups)[1], request)  # type: ignore[arg-type]
        assert identity is not None
        seen[name] = identity.access.collections
    assert seen == {"a": ("chung",), "b": ("chung", "noi-bo"), "c": None}


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\nb"])
def test_a_bad_name_is_refused(keys: Keys, name: str) -> None:
    with pytest.raises(RagError):
        keys.create(name, ["ask"])
