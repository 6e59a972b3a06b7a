"""Two hundred derived files cut short or with one bit turned: each is noticed, said, and made again from the store."""

from __future__ import annotations

import json
import logging
import os
import random
import shutil
from collections import Counter
from pathlib import Path

import pytest

from rag.index.encode.bundled import is_ready
from rag.index.generation import CURRENT, current_name
from rag.index.index import FOLDER, Index
from rag.index.lexical import LexicalTerm
from rag.index.verify import verify
from rag.settings import Settings
from tests.conftest import LetterEncoder
from tests.faults.killing import prepare

pytestmark = pytest.mark.long

LOTS, FILES_A_LOT = 4, 50


def damage(path: Path, dice: random.Random) -> str:
    """Cut a file short, or turn one bit and set its time back, as failing disks do."""
    data, status = bytearray(path.read_bytes()), path.stat()
    kind = dice.choice(("cut", "bit", "bit"))
    if kind == "cut":
        del data[dice.randrange(len(data)) :]
    else:
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
    path.unlink()  # not through a link to the same bytes in the index before
    path.write_bytes(data)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    return kind


def found(settings):
    index = Index.open(settings, encoder=LetterEncoder())
    dense = index.search_dense(index.encode_query("hội chợ xã Lâm Mộng"), 9)
    lexical = index.search_lexical([LexicalTerm("exact", word) for word in ("hội", "chợ", "mộng")], 9)
    index.close()
    return [(hit.id, pytest.approx(hit.score, rel=1e-4)) for hit in (*dense, *lexical)]


@pytest.mark.parametrize("lot", range(LOTS))
def test_damaged_files_are_noticed_said_and_made_again(tmp_path, caplog, figure, lot):
    prepare(tmp_path / "kho")
    settings = Settings.load(tmp_path / "kho" / "store", env={}, threads=1)
    folder = settings.store / FOLDER
    expected = found(settings)
    dice = random.Random(lot)
    kinds: Counter[str] = Counter()
    for _ in range(FILES_A_LOT):
        generation = folder / current_name(folder)
        files = [path for path in generation.rglob("*") if path.is_file() and path.suffix != ".lock"]
        files = [path for path in (*files, folder / CURRENT) if path.stat().st_size]
        path = dice.choice(files)
        kinds[f"{path.suffix or path.name}, {damage(path, dice)}"] += 1
        caplog.clear()
        with caplog.at_level(logging.WARNING):
            assert found(settings) == expected, path
        assert any("dựng lại từ kho" in record.message for record in caplog.records), path
        assert folder / current_name(folder) != generation
    assert [finding for finding in verify(settings, encoder=LetterEncoder()) if finding.wrong] == []
    figure("damaged index files, all noticed, said and made again", FILES_A_LOT, FILES_A_LOT)
    figure("kinds of file and damage", len(kinds), FILES_A_LOT)


@pytest.mark.encoder
def test_a_damaged_file_of_the_encoder_is_noticed(tmp_path, figure):
    models = Settings.load(tmp_path).models / "e5-small"
    here = tmp_path / "e5-small"
    shutil.copytree(models, here, copy_function=os.link)
    assert is_ready(here, thorough=True)
    dice = random.Random(7)
    n = 0
    named = json.loads((here / "manifest.json").read_text(encoding="utf-8"))["files"]
    for path in sorted(here / name for name in named):
        for _ in range(2 if path.stat().st_size < 1 << 20 else 1):
            origin = models / path.relative_to(here)
            damage(path, dice)
            assert not is_ready(here, thorough=True), path
            path.unlink()
            os.link(origin, path)
            n += 1
    assert is_ready(here, thorough=True)
    figure("damaged encoder files, all noticed", n, n)
