from __future__ import annotations

import os
from pathlib import Path

import pytest

from rag.load import SUPPORTED, find_sources


def names(root: Path) -> list[str]:
    return [source.name for source in find_sources([root])]


def test_a_folder_is_walked_in_a_fixed_order_with_names_relative_to_it(tmp_path: Path) -> None:
    for name in ("b.txt", "a/z.txt", "a/B.MD", "c.docx"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert names(tmp_path) == ["b.txt", "c.docx", "a/B.MD", "a/z.txt"]
    assert {source.root for source in find_sources([tmp_path])} == {tmp_path.resolve()}


def test_hidden_files_and_the_readme_at_the_top_are_left_out_but_not_one_further_down(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "sub").mkdir()
    for name in ("README.md", ".hidden.txt", ".git/x.txt", "sub/README.md", "tin.txt"):
        (tmp_path / name).touch()
    assert names(tmp_path) == ["tin.txt", "sub/README.md"]


def test_a_file_named_directly_has_its_own_name(tmp_path: Path) -> None:
    (tmp_path / "README.md").touch()
    (source,) = find_sources([tmp_path / "README.md"])
    assert (source.name, source.problem) == ("README.md", "")


@pytest.mark.parametrize("name", ["tin.odt", "tin", "tin.PPTX"])
def test_another_format_is_refused_with_the_list_of_formats(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    for paths in ([tmp_path / name], [tmp_path]):
        (source,) = find_sources(paths)
        assert source.problem.startswith("không hỗ trợ: ")
        assert all(suffix in source.problem for suffix in SUPPORTED)


def test_what_does_not_exist_and_an_empty_folder_are_said(tmp_path: Path) -> None:
    assert find_sources([tmp_path / "không có.txt"])[0].problem == "không tìm thấy tệp hoặc thư mục này"
    assert find_sources([tmp_path])[0].problem == "thư mục không có tài liệu nào"


def test_links_that_lead_outside_are_refused_and_others_followed(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (tmp_path / "other").mkdir()
    root.mkdir()
    (tmp_path / "secret.txt").write_text("bí mật")
    (root / "tin.txt").write_text("tin")
    (root / "out.txt").symlink_to(tmp_path / "secret.txt")
    (root / "out").symlink_to(tmp_path / "other")
    (root / "in.txt").symlink_to("tin.txt")
    (root / "loop.txt").symlink_to("loop.txt")
    problems = {source.name: source.problem for source in find_sources([root])}
    outside = "liên kết trỏ ra ngoài thư mục"
    assert problems == {"in.txt": "", "loop.txt": outside, "out": outside, "out.txt": outside, "tin.txt": ""}


def test_pipes_and_devices_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    assert "không phải tệp thường" in find_sources([tmp_path])[0].problem


def test_names_are_storable_whatever_their_bytes(tmp_path: Path) -> None:
    root = os.fsencode(tmp_path)
    for name in (b"a\xff.txt", "tin\n“mới”.txt".encode(), ("x" * 251 + ".txt").encode(), "hoà.txt".encode()):
        Path(os.fsdecode(os.path.join(root, name))).touch()
    found = names(tmp_path)
    assert len(found) == 4
    assert "a\\xff.txt" in found
    assert all(name.encode() for name in found)
