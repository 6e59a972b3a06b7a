"""A small fictional article cut into passages, so that the answer room is tested without an index."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from rag.text.sentences import sentence_spans
from rag.types import Document, DocumentInfo, Hit, Passage

ARTICLE = """Huyện Mẫu Sơn tổng kết năm 2030

Sáng nay (5/3), UBND huyện Mẫu Sơn tổ chức hội nghị tổng kết chương trình nước sạch năm 2030.

Trong năm 2030, huyện đã xây mới 45 bể nước, sửa chữa 18 bể nước với tổng kinh phí trên 12 tỷ đồng; hỗ trợ 320 hộ \
nghèo với kinh phí 2,5 tỷ đồng; tỷ lệ hộ dùng nước sạch đạt 91,5% (tăng 4% so với năm 2029).

Ông Trần Văn Mẫu, Chủ tịch UBND huyện phát biểu kết luận hội nghị.

Ông yêu cầu các xã thực hiện một số nhiệm vụ trọng tâm: bảo vệ nguồn nước; thu phí đúng quy định theo Quyết định số \
15/QĐ-UBND ngày 20/01/2031; kiểm tra chất lượng nước hằng quý.

Đồng thời vận động nhân dân giữ vệ sinh; sửa chữa đường ống hư hỏng.

Dịp này, UBND huyện khen thưởng 3 tập thể và 9 cá nhân."""


@pytest.fixture
def article() -> Document:
    """The fictional article, published on 6 March 2031."""
    info = DocumentInfo(
        "d1", "k1", "v1", "default", "mau.txt", "Huyện Mẫu Sơn tổng kết năm 2030", published=date(2031, 3, 6)
    )
    return Document(info, ARTICLE)


@pytest.fixture
def hits_of() -> Callable[[Document], list[Hit]]:
    """Each paragraph of a document as a hit with a cosine as close matches have."""

    def make(document: Document) -> list[Hit]:
        hits, at = [], 0
        for number, paragraph in enumerate(document.text.split("\n\n")):
            start = document.text.index(paragraph, at)
            at = start + len(paragraph)
            sentences = tuple(s for s in sentence_spans(document.text) if start <= s.start < at)
            passage = Passage(number, document.id, document.version, number, start, at, paragraph, sentences)
            hits.append(Hit(passage, document.info, 0.0, 0.88, 0.0))
        return hits

    return make
