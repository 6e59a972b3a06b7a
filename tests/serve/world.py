"""A server with real people, sessions and documents in three collections; the encoder counts letters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from fastapi import FastAPI
from starlette.testclient import TestClient

from rag.assistant import Assistant
from rag.serve.app import create_app
from rag.serve.auth.signed_in import Desk
from rag.settings import Settings
from rag.types import DocumentInfo

ADDRESS = "http://127.0.0.1:7860"
PASSWORD = "một câu dài dễ nhớ 7"  # noqa: S105
PAGE = "https://noi-bo.example"
"""A page that may embed the chat."""
SECRET = "k" * 48
FORM = {"Origin": ADDRESS, "Sec-Fetch-Site": "same-origin"}
"""What a browser sends with a form of our own page."""
TEXTS = {
    "cong-khai": "Tỉnh khởi công 112 công trình nước sạch trong năm 2020. Tổng kinh phí là 176 tỷ đồng.",
    "noi-bo": "Phòng Tổ chức bổ nhiệm bà Lò Thị Ngân làm trưởng phòng từ ngày 3/2/2021.",
    "mat": "Đoàn kiểm tra Khuổi Dày kết luận công ty Mỏ Sắt nợ 900 triệu đồng tiền thuế.",
}

SignIn = Callable[..., Any]


@dataclass
class World:
    """A store with people, and servers over it.

    :param app: Serves with ``settings``; made once, because Gradio takes its time.
    """

    settings: Settings
    assistant: Assistant
    desk: Desk
    app: FastAPI

    def client(self, **options: Any) -> TestClient:
        """A browser of its own, on a server of its own where other settings are given."""
        app = create_app(self.assistant, replace(self.settings, **options)) if options else self.app
        return TestClient(app, base_url=ADDRESS, follow_redirects=False)

    def document(self, collection: str) -> DocumentInfo:
        """The one document of a collection."""
        return next(i for i in self.assistant._index.store.list_documents() if i.collection == collection)
