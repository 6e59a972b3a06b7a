"""Take the pictures of docs/huong-dan-su-dung.md, or all pages at three widths to look at.

    .venv/bin/python scripts/screenshots.py                        # docs/anh/*.png
    .venv/bin/python scripts/screenshots.py --look screenshots     # every page at 360, 1366 and 1920 px

A store of its own is filled with the seed article and three articles invented here, and served on a free port of the
loopback address. Needs the Chromium of the system.
"""

from __future__ import annotations

import argparse
import io
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

ARTICLES = {
    "xa-mau-mot-trong-rung.txt": """Xã Mẫu Một trồng thêm 15 ha rừng

Báo Mẫu, 12/03/2021

Năm 2020, xã Mẫu Một trồng mới 15 ha rừng, vượt 20% kế hoạch. Bà Nguyễn Thị Ví Dụ, Chủ tịch UBND xã, cho biết kinh phí \
là 450 triệu đồng, trong đó người dân đóng góp 90 triệu đồng.

Năm 2021, xã phấn đấu trồng thêm 18 ha và giao rừng cho 42 hộ chăm sóc.
""",
    "huyen-vi-du-nuoc-sach.txt": """Huyện Ví Dụ đưa nước sạch về 6 thôn

Báo Mẫu, 05/11/2020

Tháng 10/2020, huyện Ví Dụ hoàn thành 6 công trình nước sạch, phục vụ 1.240 hộ dân. Tổng kinh phí là 8,6 tỷ đồng.

Đến hết năm 2020, tỷ lệ hộ dùng nước hợp vệ sinh của huyện đạt 94,5%.
""",
    "hop-tac-xa-thi-du.txt": """Hợp tác xã Thí Dụ mở lớp dạy nghề

Tin Mẫu, 20/06/2021

Ngày 18/6/2021, Hợp tác xã Thí Dụ khai giảng lớp dạy nghề đan lát cho 35 học viên. Lớp học kéo dài 3 tháng, mỗi học \
viên được hỗ trợ 1,2 triệu đồng.
""",
}
ASKED = "Nam 2020 khoi cong moi bao nhieu cong trinh thuoc Chuong trinh 135?"
MISSING = "Tỷ lệ hộ nghèo năm 2018 là bao nhiêu?"
WIDTHS = {"360": (360, 740), "1366": (1366, 768), "1920": (1920, 1080)}


@contextmanager
def served(store: Path) -> Iterator[str]:
    """Fill a store, serve it, and give the address."""
    from rag.assistant import Assistant
    from rag.index.ingest import ingest
    from rag.serve.app import create_app
    from rag.serve.run import make_server, open_socket
    from rag.settings import Settings

    with closing(open_socket("127.0.0.1", 0)) as listener:
        settings = Settings.load(store, env={}, port=listener.getsockname()[1], threads=1)
        articles = store / "bai-mau"
        articles.mkdir(parents=True)
        for name, text in ARTICLES.items():
            (articles / name).write_text(text, encoding="utf-8")
        ingest([ROOT / "seeds"], settings)
        ingest([articles], settings, collection="mẫu")
        ready = threading.Event()
        with closing(Assistant.open(settings=settings)) as assistant:
            server = make_server(create_app(assistant, settings), settings, on_ready=lambda _address: ready.set())
            thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
            thread.start()
            try:
                ready.wait(60)
                yield f"http://127.0.0.1:{settings.port}"
            finally:
                server.should_exit = True
                thread.join(timeout=30)


class Tour:
    """Walks through the pages and keeps a picture of each.

    :param keep: Takes a picture's name and its PNG.
    """

    def __init__(self, page: Any, address: str, keep: Callable[[str, bytes], None]) -> None:
        self.page = page
        self.address = address
        self.keep = keep

    def picture(self, name: str) -> None:
        """Keep what is seen now."""
        self.page.wait_for_timeout(350)
        self.keep(name, self.page.screenshot())

    def ask(self, question: str) -> None:
        """Ask, and wait for the answer with what follows it."""
        before = self.page.locator(".exchange").count()
        self.page.fill("#question textarea", question)
        self.page.keyboard.press("Enter")
        self.page.wait_for_selector(f"#now [data-exchange='{before + 1}'].done")
        self.page.wait_for_timeout(1200)

    def chat(self) -> None:
        """The chat page."""
        page = self.page
        page.goto(self.address)
        page.wait_for_selector(".welcome .suggestion")
        self.picture("mo-trang")
        self.ask(ASKED)
        self.picture("tra-loi")
        page.click("#now [data-act=correct]")
        self.picture("sua-cau-hoi")
        page.keyboard.press("Escape")
        page.click("#now [data-act=down]")
        self.picture("gop-y")
        page.click("#now [data-act=down]")
        self.ask(MISSING)
        self.picture("khong-neu")
        page.click("[data-opens=filters]")
        page.wait_for_selector("#filter-document label")
        page.fill("#filter-from", "2021")
        self.picture("loc")
        page.click("#filters .go")
        page.wait_for_selector("#chips .wish")
        self.ask("Hợp tác xã dạy nghề cho bao nhiêu học viên?")
        self.picture("da-loc")
        page.click("[data-opens=history]")
        self.picture("lich-su")
        page.keyboard.press("Escape")

    def viewer(self) -> None:
        """The document behind the first answer."""
        link = self.page.locator(".cite").first.get_attribute("href")
        self.page.goto(self.address + link)
        self.page.wait_for_selector("#trich-dan")
        self.picture("tai-lieu")

    def admin(self) -> None:
        """The administrator's pages."""
        page = self.page
        page.goto(self.address + "/admin")
        page.set_input_files("#files", [
            {"name": "thong-bao-mau.txt", "mimeType": "text/plain", "buffer": "Thông báo mẫu\n\nSố 12.".encode()},
            {"name": "anh-chup.png", "mimeType": "image/png", "buffer": b"\x89PNG"},
        ])  # fmt: skip
        page.wait_for_selector("#uploads .failed")
        self.picture("quan-tri")
        page.click("[data-edit] >> nth=0")
        self.picture("sua-tai-lieu")
        page.keyboard.press("Escape")
        page.goto(f"{self.address}/admin/search?q={ASKED}")
        self.picture("soi-tim-kiem")
        page.goto(self.address + "/admin/status")
        self.picture("tinh-trang")
        page.goto(self.address)
        page.wait_for_selector(".welcome, .exchange")
        if not page.locator("#now .exchange").count():
            self.ask(ASKED)
        page.click("#now [data-act=down]")
        page.click(".complaint .go")
        page.wait_for_selector("#told.shown")
        page.goto(self.address + "/admin/feedback")
        self.picture("ds-gop-y")


IN_DOCS = ("mo-trang", "tra-loi", "khong-neu", "loc", "lich-su", "tai-lieu", "quan-tri", "soi-tim-kiem")


def small(png: bytes) -> bytes:
    """The picture in 48 colours: a page of text needs no more, and it is a third of the size."""
    from PIL import Image

    out = io.BytesIO()
    picture = (
        Image.open(io.BytesIO(png))
        .convert("RGB")
        .quantize(48, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    )
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--look", type=Path, help="folder for all pages at three widths")
    parser.add_argument("--dark", action="store_true", help="the dark side")
    given = parser.parse_args()
    from playwright.sync_api import sync_playwright

    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        sys.exit("No Chromium found: apt-get install chromium")
    folder = given.look or ROOT / "docs" / "anh"
    folder.mkdir(parents=True, exist_ok=True)
    widths = WIDTHS if given.look else {"": (1366, 768)}
    with tempfile.TemporaryDirectory() as place, served(Path(place)) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        for label, (width, height) in widths.items():
            options = {"viewport": {"width": width, "height": height}, "locale": "vi-VN"}
            context = browser.new_context(**options, color_scheme="dark" if given.dark else "light")

            def keep(name: str, png: bytes, label: str = label) -> None:
                if given.look:
                    (folder / f"{name}-{label}{'-toi' if given.dark else ''}.png").write_bytes(png)
                elif name in IN_DOCS:
                    (folder / f"{name}.png").write_bytes(small(png))

            context.set_default_timeout(120_000)  # on a busy machine a page takes its time
            page = context.new_page()
            page.on("pageerror", lambda error: print("page error:", error))
            tour = Tour(page, address, keep)
            tour.chat()
            tour.viewer()
            tour.admin()
            context.close()
        browser.close()
    print(f"{folder}: {sum(p.stat().st_size for p in folder.glob('*.png')) / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
