"""The administrator's pages in real Chromium, on a real store: point 7 of the page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from rag.assistant import Assistant
from rag.index.index import Index
from rag.index.ingest import ingest
from rag.settings import Settings
from tests.browser.axe import assert_accessible
from tests.browser.visit import Visit, served, visited

pytestmark = [pytest.mark.browser, pytest.mark.long]

DROP = """([name, text]) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([text], name));
  document.body.dispatchEvent(new DragEvent('dragenter', { bubbles: true, dataTransfer: transfer }));
  document.body.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: transfer }));
}"""


@pytest.fixture
def visit(browser: Any, tmp_path: Path, letters: Any) -> Iterator[Visit]:
    settings = Settings.load(tmp_path / "store", env={}, threads=1)
    (tmp_path / "tin").mkdir()
    for n in range(60):
        text = f"Bài số {n}\n\nHuyện Mẫu {n} họp ngày 8/1/2021 về {n} công trình nước sạch."
        (tmp_path / "tin" / f"bai-{n}.txt").write_text(text, encoding="utf-8")
    ingest([tmp_path / "tin"], settings, encoder=letters)
    with (
        closing(Assistant(Index.open(settings, encoder=letters), settings)) as assistant,
        served(assistant, settings) as address,
        visited(browser, address) as visit,
    ):
        visit.page.goto(address + "/admin")
        yield visit


def names(page: Any) -> list[str]:
    return [str(text) for text in page.locator(".documents .title").all_inner_texts()]


def test_upload_by_picker_and_by_drop_with_a_result_for_each_file(visit: Visit) -> None:
    page = visit.page
    page.set_input_files("#files", [
        {"name": "moi.txt", "mimeType": "text/plain", "buffer": "Bài mới\n\nXã Mẫu trồng 15 ha rừng.".encode()},
        {"name": "anh.png", "mimeType": "image/png", "buffer": b"x"},
    ])  # fmt: skip
    page.wait_for_selector("#uploads .added")
    page.wait_for_selector("#uploads .failed")
    assert ".png" in page.inner_text("#uploads .failed")
    page.evaluate(DROP, ["tha.txt", "Bài thả\n\nXã Thí Dụ có 3 trường."])
    page.wait_for_selector("#uploads li:nth-child(3).added")
    page.click("#refresh")
    page.wait_for_load_state()
    assert names(page)[:2] == ["Bài thả", "Bài mới"]
    visit.assert_clean()


def test_search_sort_and_pages(visit: Visit) -> None:
    page = visit.page
    assert page.locator(".documents tbody tr").count() == 50
    page.click(".pages a")
    assert page.locator(".documents tbody tr").count() == 10
    page.fill("input[name=q]", "bai so 37")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=bai*")
    assert names(page) == ["Bài số 37"]
    page.goto(visit.address + "/admin")
    page.click("th >> text=Tên")
    assert names(page)[0] == "Bài số 0"
    page.click("th >> text=Tên")
    assert names(page)[0] == "Bài số 9"
    visit.assert_clean()


def test_edit_remove_and_undo(visit: Visit) -> None:
    page = visit.page
    page.click("[data-edit] >> nth=0")
    page.fill("#edit-title", "Tên đã sửa")
    page.fill("#edit-published", "ngày mai")
    page.click("#edit .go")
    page.wait_for_selector("#edit .problem >> text=ngày/tháng/năm")
    visit.complaints.clear()  # the browser notes each refusal on its console
    page.fill("#edit-published", "9/1/2021")
    page.click("#edit .go")
    page.wait_for_selector("#told.shown")
    assert names(page)[0] == "Tên đã sửa"
    page.check(".one >> nth=0")
    page.check(".one >> nth=1")
    page.click("#remove")
    page.wait_for_selector("#told.shown >> text=Đã xóa 2 tài liệu.")
    assert "58 tài liệu" in page.inner_text(".over >> nth=0")
    page.click("#told button")
    page.wait_for_selector("#told.shown >> text=Đã khôi phục 2 tài liệu.")
    assert "60 tài liệu" in page.inner_text(".over >> nth=0")
    assert "Tên đã sửa" in names(page)
    visit.assert_clean()


def test_the_inspector_the_feedback_and_the_state_can_be_read(visit: Visit) -> None:
    page = visit.page
    page.click("nav >> text=Soi tìm kiếm")
    page.keyboard.type("huyen mau 7 hop ngay nao")
    page.keyboard.press("Enter")
    page.wait_for_selector(".figures tbody tr")
    assert "đã thêm dấu" in page.inner_text("dl")
    page.click("nav >> text=Góp ý")
    assert "Chưa ai góp ý" in page.inner_text("main")
    page.click("nav >> text=Tình trạng")
    assert "RAG_TOP_K" in page.inner_text(".settings")
    visit.assert_clean()


@pytest.mark.parametrize("width", [360, 1366, 1920])
def test_the_pages_fit_and_nothing_serious_stands_in_the_way(visit: Visit, width: int) -> None:
    page = visit.page
    page.set_viewport_size({"width": width, "height": 800})
    for path in ("/admin", "/admin/search?q=huyen mau 7", "/admin/feedback", "/admin/status"):
        page.goto(visit.address + path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        assert_accessible(page)
    page.goto(visit.address + "/admin")
    page.click("[data-edit] >> nth=0")
    assert_accessible(page)
    visit.assert_clean()


def test_a_cited_place_opens_from_its_address_after_the_document_was_updated(visit: Visit) -> None:
    """On a real store: the old version with its notice, the cited words focused, and the way to the new one."""
    page = visit.page
    put(page, "can.txt", "Kế hoạch mẫu\n\n" + "Một dòng dài của kế hoạch.\n\n" * 80 + "Xã Mẫu trồng 15 ha rừng.")
    page.click(".documents .title >> text=Kế hoạch mẫu")
    address = page.url
    text = page.inner_text("article")
    assert "15 ha" in text
    start = len("Kế hoạch mẫu\n\n" + "Một dòng dài của kế hoạch.\n\n" * 80)
    cited = f"{address}?start={start}&end={start + len('Xã Mẫu trồng 15 ha rừng.')}"
    page.goto(visit.address + "/admin")
    put(page, "can.txt", "Kế hoạch mẫu\n\nXã Mẫu trồng 18 ha rừng.", "updated")
    page.goto(cited)
    assert page.inner_text("#trich-dan") == "Xã Mẫu trồng 15 ha rừng."
    assert page.evaluate("document.activeElement.id") == "trich-dan"
    assert page.evaluate("document.querySelector('mark').getBoundingClientRect().top < innerHeight")
    page.click(".outdated a")
    assert "18 ha" in page.inner_text("article")
    assert page.locator(".outdated").count() == 0
    visit.assert_clean()


def test_names_of_300_characters_and_html_fit_and_stay_text(visit: Visit) -> None:
    page = visit.page
    page.set_viewport_size({"width": 360, "height": 740})
    hostile = f"{'Thông báo dài ' * 20}<img src=x onerror=alert(1)>"
    put(page, f"{'tên dài ' * 40}.txt", f"{hostile}\n\nXã Mẫu có 3 trường.")
    page.click("[data-edit] >> nth=0")
    page.fill("#edit-title", hostile)
    page.fill("#edit-publisher", hostile)
    page.click("#edit .go")
    page.wait_for_selector("#told.shown")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert hostile in page.inner_text(".documents .title >> nth=0").replace("\n", " ")
    assert page.locator("main img").count() == 0
    assert_accessible(page)
    page.click(".documents .title >> nth=0")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator("main img").count() == 0
    page.goto(visit.address + "/documents/khong/co")
    assert_accessible(page)


def put(page: Any, name: str, text: str, outcome: str = "added") -> None:
    """Upload one file and show the new list."""
    page.set_input_files("#files", [{"name": name, "mimeType": "text/plain", "buffer": text.encode()}])
    page.wait_for_selector(f"#uploads .{outcome}")
    page.click("#refresh")
    page.wait_for_load_state()
