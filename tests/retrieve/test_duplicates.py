from __future__ import annotations

from rag.retrieve.duplicates import collapse
from rag.types import DocumentInfo, Hit, Passage

TEXT = (
    "Sáng nay, Ban Dân tộc tỉnh tổ chức hội nghị tổng kết công tác năm 2030 và triển khai nhiệm vụ năm tới. Dự "
    "hội nghị có lãnh đạo Ủy ban nhân dân tỉnh, các sở, ngành và 12 huyện, thành phố trong toàn tỉnh."
)


def hit(document: str, text: str, number: int = 1) -> Hit:
    info = DocumentInfo(document, document, "v", "default", f"{document}.txt", document)
    return Hit(Passage(number, document, "v", number, 0, len(text), text), info, 1.0, 0.9, 9.0)


def kept(*hits: Hit, top_k: int = 10) -> list[tuple[str, list[str]]]:
    return [(h.document.id, [i.id for i in h.also]) for h in collapse(iter(hits), top_k)]


def test_a_reprint_is_listed_with_the_better_hit() -> None:
    assert kept(hit("a", TEXT), hit("b", "(Báo) " + TEXT), hit("c", TEXT)) == [("a", ["b", "c"])]


def test_a_reprint_under_another_headline_is_found() -> None:
    assert kept(hit("a", TEXT), hit("b", "Hội nghị tổng kết. " + TEXT)) == [("a", ["b"])]


def test_a_correction_with_another_figure_stays_a_hit() -> None:
    assert kept(hit("a", TEXT), hit("b", TEXT.replace("12 huyện", "13 huyện"))) == [("a", []), ("b", [])]


def test_passages_of_one_document_are_never_joined() -> None:
    assert kept(hit("a", TEXT, 1), hit("a", TEXT, 2)) == [("a", []), ("a", [])]


def test_other_articles_and_short_pieces_stay() -> None:
    other = "Mưa lớn làm sạt lở nhiều tuyến đường ở vùng cao, giao thông tê liệt, người dân được đưa đến nơi an toàn."
    assert kept(hit("a", TEXT), hit("b", other)) == [("a", []), ("b", [])]
    assert kept(hit("a", "Ảnh: Minh họa"), hit("b", "Ảnh: Minh họa")) == [("a", []), ("b", [])]


def test_reprints_make_room_for_the_next_hits() -> None:
    other = "Mưa lớn làm sạt lở nhiều tuyến đường ở vùng cao, giao thông tê liệt."
    assert [d for d, _ in kept(hit("a", TEXT), hit("b", TEXT), hit("c", other), top_k=2)] == ["a", "c"]
    assert kept(hit("a", TEXT), hit("b", TEXT), top_k=1) == [("a", ["b"])]


def test_a_document_with_two_reprinted_passages_is_listed_once() -> None:
    assert kept(hit("a", TEXT), hit("b", TEXT, 1), hit("b", TEXT, 2)) == [("a", ["b"])]
