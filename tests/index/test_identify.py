"""Who a document is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from rag.index.identify import Place, identify, shown_name, version_of
from rag.load.sources import Source
from rag.types import LoadedDocument

LOADED = LoadedDocument("Nội dung.", "Tiêu đề", date(2020, 1, 2), "Lan", "bao.vn")


def place(name: str, root: str = "/srv/tin") -> Place:
    source = Source(Path(root) / name, Path(root), name)
    return Place(source, shown_name(source, Path(root)), "hash of the file")


@pytest.mark.parametrize(
    ("given", "source", "expected"),
    [
        ("/srv/tin", Source(Path("/srv/tin/x/a.txt"), Path("/srv/tin"), "x/a.txt"), "tin/x/a.txt"),
        ("tin", Source(Path("/srv/tin/a.txt"), Path("/srv/tin"), "a.txt"), "tin/a.txt"),
        ("kho/tin", Source(Path("/srv/kho/tin/a.txt"), Path("/srv/kho/tin"), "a.txt"), "kho/tin/a.txt"),
        (".", Source(Path("/srv/tin/a.txt"), Path("/srv/tin"), "a.txt"), "tin/a.txt"),
        ("/srv/tin/a.txt", Source(Path("/srv/tin/a.txt"), Path("/srv/tin"), "a.txt"), "a.txt"),
        ("tin/a.txt", Source(Path("/srv/tin/a.txt"), Path("/srv/tin"), "a.txt"), "tin/a.txt"),
        ("../x/a.txt", Source(Path("/srv/x/a.txt"), Path("/srv/x"), "a.txt"), "../x/a.txt"),
    ],
)
def test_the_shown_name_is_as_given_without_absolute_paths(given, source, expected):
    assert shown_name(source, Path(given)) == expected


def test_the_id_survives_edits_and_moves_but_not_another_collection():
    one = identify(LOADED, place("x/a.txt"), "default")
    assert one.id == identify(replace(LOADED, text="Khác."), place("x/a.txt", "/moved"), "default").id
    assert one.id != identify(LOADED, place("x/a.txt"), "other").id
    assert one.id != identify(LOADED, place("a.txt"), "default").id


def test_an_address_identifies_better_than_a_place():
    loaded = replace(LOADED, url="https://bao.vn/1")
    assert identify(loaded, place("a.txt"), "c").id == identify(loaded, place("b.txt"), "c").id


def test_rows_are_told_apart_by_their_locator():
    rows = [identify(replace(LOADED, locator=str(n)), place("a.jsonl"), "c") for n in (1, 2)]
    assert rows[0].id != rows[1].id
    assert [row.info.source for row in rows] == ["tin/a.jsonl#1", "tin/a.jsonl#2"]


@pytest.mark.parametrize(
    "change", [{"text": "x"}, {"title": "x"}, {"published": None}, {"author": "x"}, {"publisher": "x"}, {"url": "x"}]
)
def test_whatever_is_shown_is_part_of_the_version(change):
    assert version_of(LOADED) != version_of(replace(LOADED, **change))


def test_notes_and_pages_are_not_part_of_the_version():
    assert version_of(LOADED) == version_of(replace(LOADED, notes=("đã chuyển mã",)))
