from __future__ import annotations

from collections.abc import Callable

import pytest

from rag.answer.question import analyse
from rag.answer.read import RuleReader
from rag.answer.reply import Piece, Replier
from rag.types import Answer, Document, DocumentInfo, Hit

Hits = Callable[[Document], list[Hit]]


def _ask(question: str, article: Document, hits_of: Hits) -> tuple[list[Piece], Answer]:
    parts = list(Replier(RuleReader(), lambda _: article, 0.5).reply(analyse(question), hits_of(article)))
    assert isinstance(parts[-1], Answer)
    return [p for p in parts[:-1] if isinstance(p, Piece)], parts[-1]


@pytest.mark.parametrize(
    ("question", "short"),
    [
        ("Năm 2030 xây mới bao nhiêu bể nước?", "45 bể nước"),
        ("Sửa chữa bao nhiêu bể nước?", "18 bể nước"),
        ("Kinh phí hỗ trợ hộ nghèo là bao nhiêu?", "2,5 tỷ đồng"),
        ("Tổng kinh phí xây mới, sửa chữa bể nước là bao nhiêu?", "trên 12 tỷ đồng"),
        ("Tỷ lệ hộ dùng nước sạch đạt bao nhiêu?", "91,5%"),
        ("Khen thưởng bao nhiêu tập thể, cá nhân?", "3 tập thể và 9 cá nhân"),
        ("Quyết định 15 ban hành ngày nào?", "20/01/2031"),
        ("Ai phát biểu kết luận hội nghị?", "Trần Văn Mẫu, Chủ tịch UBND huyện"),
    ],
)
def test_short_answer_belongs_to_what_is_asked(question: str, short: str, article: Document, hits_of: Hits) -> None:
    _, answer = _ask(question, article, hits_of)
    assert answer.status == "answered"
    assert answer.short_answer == short


def test_year_of_a_day_comes_from_the_publication_and_says_so(article: Document, hits_of: Hits) -> None:
    _, answer = _ask("Hội nghị tổ chức ngày nào?", article, hits_of)
    assert answer.short_answer == "5/3/2031 (năm theo ngày đăng)"


def test_list_is_complete_over_two_paragraphs_and_in_order(article: Document, hits_of: Hits) -> None:
    _, answer = _ask("Nhiệm vụ trọng tâm là gì?", article, hits_of)
    bullets = [line for line in answer.text.splitlines() if line.startswith("- ")]
    wanted = ["nguồn nước", "thu phí", "chất lượng nước", "vệ sinh", "đường ống"]
    assert len(bullets) == len(wanted)
    assert all(word in bullet.lower() for word, bullet in zip(wanted, bullets, strict=True))


@pytest.mark.parametrize("year", [2027, 2029, 2031])
def test_figure_of_another_year_is_not_given_and_the_difference_is_named(
    year: int, article: Document, hits_of: Hits
) -> None:
    _, answer = _ask(f"Tỷ lệ hộ dùng nước sạch năm {year} là bao nhiêu?", article, hits_of)
    assert answer.status == "abstained"
    assert str(year) in answer.text
    assert "2030" in answer.text
    assert answer.citations == ()
    assert answer.nearest


@pytest.mark.parametrize(
    "question", ["Thủ đô của Pháp là gì?", "Giá vàng hôm nay bao nhiêu?", "Ai vô địch cúp châu Âu?"]
)
def test_question_outside_the_documents_is_not_answered(question: str, article: Document, hits_of: Hits) -> None:
    _, answer = _ask(question, article, hits_of)
    assert answer.status != "answered"
    assert answer.citations == ()


@pytest.mark.parametrize(
    "question",
    ["Xây mới bao nhiêu bể nước?", "Nhiệm vụ trọng tâm là gì?", "Hội nghị tổ chức ngày nào?", "Ai đoạt giải?"],
)
def test_streamed_pieces_are_the_text_and_every_marker_has_its_exact_quote(
    question: str, article: Document, hits_of: Hits
) -> None:
    pieces, answer = _ask(question, article, hits_of)
    assert "".join(p.text for p in pieces) == answer.text
    assert tuple(c for p in pieces for c in p.citations) == answer.citations
    for number, citation in enumerate(answer.citations, start=1):
        assert citation.n == number
        assert f"[{number}]" in answer.text
        assert article.text[citation.start : citation.end] == citation.quote


def test_nothing_indexed_is_said(article: Document) -> None:
    parts = list(Replier(RuleReader(), lambda _: article, 0.5).reply(analyse("Ai chủ trì?"), []))
    assert isinstance(parts[-1], Answer)
    assert parts[-1].status == "abstained"


@pytest.mark.parametrize(
    "question",
    ["Tỷ lệ hộ dùng nước sạch ở Bình Khê là bao nhiêu?", "tỷ lệ hộ dùng nước sạch ở bình khê là bao nhiêu"],
)
def test_figure_of_another_place_is_not_given_even_typed_without_capitals(
    question: str, article: Document, hits_of: Hits
) -> None:
    _, answer = _ask(question, article, hits_of)
    assert answer.status == "abstained"
    assert "bình khê" in answer.text.lower()


def test_sentence_that_names_the_person_goes_before_one_that_only_shares_more_words(hits_of: Hits) -> None:
    text = (
        "Công ty Nước sạch Mẫu An\n\nCông ty Nước sạch Mẫu An là đơn vị hàng đầu của tỉnh về nước sạch.\n\n"
        "Nói về chiến lược những năm tới, ông Vũ Văn Mẫu, Giám đốc Công ty Nước sạch Mẫu An, cho biết sẽ mở rộng."
    )
    article = Document(DocumentInfo("d2", "k2", "v1", "default", "an.txt", "Công ty Nước sạch Mẫu An"), text)
    _, answer = _ask("Giám đốc Công ty Nước sạch Mẫu An của tỉnh là ai?", article, hits_of)
    assert answer.status == "answered"
    assert answer.short_answer.startswith("Vũ Văn Mẫu")


def test_yes_or_no_is_not_told_of_somebody_else(hits_of: Hits) -> None:
    text = (
        "Du lịch mùa hè\n\nSát đó, bảo tàng Mẫu An vẫn chưa đón khách vì đang sửa chữa.\n\n"
        "Trời nắng đẹp suốt tuần.\n\nTuy vậy, bảo tàng tư nhân ở đây đã mở cửa."
    )
    article = Document(DocumentInfo("d3", "k3", "v1", "default", "he.txt", "Du lịch mùa hè"), text)
    _, answer = _ask("Bảo tàng Mẫu An có mở cửa không?", article, hits_of)
    assert answer.status != "answered"


def test_a_sentence_that_names_the_thing_goes_before_one_that_leaves_it_unnamed(hits_of: Hits) -> None:
    text = (
        "Vụ việc ở huyện Mẫu Sơn\n\nMột phòng khám tư nhân bỏ mặc nạn nhân tai nạn giữa đường ở huyện Mẫu Sơn.\n\n"
        "Thanh tra cho biết phòng khám đa khoa Nà Mẫu bỏ mặc nạn nhân tai nạn giữa đường."
    )
    article = Document(DocumentInfo("d4", "k4", "v1", "default", "v.txt", "Vụ việc ở huyện Mẫu Sơn"), text)
    _, answer = _ask("Phòng khám nào bỏ mặc nạn nhân tai nạn giữa đường?", article, hits_of)
    assert answer.status == "answered"
    assert "Nà Mẫu" in answer.text


def test_what_is_only_announced_is_told_with_the_next_sentence(hits_of: Hits) -> None:
    text = "Dự án nước sạch\n\nDự án nước sạch cũng đặt ra những thách thức đối với huyện. Vốn thiếu, dân ở xa nhau."
    article = Document(DocumentInfo("d5", "k5", "v1", "default", "n.txt", "Dự án nước sạch"), text)
    _, answer = _ask("Dự án nước sạch đặt ra những thách thức gì đối với huyện?", article, hits_of)
    assert "Vốn thiếu, dân ở xa nhau." in answer.text
    assert len(answer.citations) == 2


def test_a_cause_goes_on_where_the_text_goes_into_detail(hits_of: Hits) -> None:
    text = "Vụ xô xát ở chợ\n\nHai người xô xát ở chợ vì mâu thuẫn. Cụ thể, một người nợ tiền công. Trời mưa."
    article = Document(DocumentInfo("d6", "k6", "v1", "default", "x.txt", "Vụ xô xát ở chợ"), text)
    _, answer = _ask("Vì sao hai người xô xát ở chợ?", article, hits_of)
    assert answer.short_answer == "mâu thuẫn"
    assert "Cụ thể, một người nợ tiền công." in answer.text
    assert "Trời mưa" not in answer.text


def test_a_word_denied_beside_what_is_asked_is_no_no(hits_of: Hits) -> None:
    text = "Giải đấu\n\nCâu lạc bộ muốn giải trao cúp cho đội dẫn đầu và không có đội xuống hạng."
    article = Document(DocumentInfo("d7", "k7", "v1", "default", "g.txt", "Giải đấu"), text)
    _, answer = _ask("Giải có trao cúp cho đội dẫn đầu không?", article, hits_of)
    assert not answer.short_answer


def test_what_is_told_of_nobody_that_the_question_names_is_not_sure(hits_of: Hits) -> None:
    text = (
        "Chia cổ tức\n\nHãng Nà Mẫu và hãng Mẫu Giang có tin mới.\n\nTrời đẹp cả tuần.\n\n"
        "Gia tộc ông chủ sẽ nhận về 140 tỷ đồng từ đợt chia cổ tức."
    )
    article = Document(DocumentInfo("d8", "k8", "v1", "default", "c.txt", "Chia cổ tức"), text)
    _, answer = _ask("Nà Mẫu nhận về bao nhiêu tiền từ đợt chia cổ tức?", article, hits_of)
    assert answer.status != "answered"


def test_a_sentence_that_names_whom_the_question_asks_about_goes_first(hits_of: Hits) -> None:
    text = (
        "Chia cổ tức\n\nGia tộc ông chủ sẽ thu về hơn 140 tỷ đồng từ đợt chia cổ tức.\n\n"
        "Ngoài ra, quỹ MauCapital cũng sẽ thu về 41 tỷ đồng trong đợt chia cổ tức này."
    )
    article = Document(DocumentInfo("d9", "k9", "v1", "default", "c.txt", "Chia cổ tức"), text)
    _, answer = _ask("MauCapital thu về bao nhiêu tiền trong đợt chia cổ tức?", article, hits_of)
    assert answer.short_answer == "41 tỷ đồng"


def test_a_question_in_the_text_answers_nothing(hits_of: Hits) -> None:
    text = "Tin nước sạch\n\nNhững xã nào của huyện Mẫu Sơn sắp bị cắt nước sạch?"
    article = Document(DocumentInfo("d10", "k10", "v1", "default", "n.txt", "Tin nước sạch"), text)
    _, answer = _ask("Những xã nào của huyện Mẫu Sơn bị cắt nước sạch?", article, hits_of)
    assert answer.status != "answered"
