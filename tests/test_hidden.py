"""Documents that a person may not read change nothing in what that person sees: not a word, not a number."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rag.assistant import Assistant
from rag.index.index import Index
from rag.index.ingest import ingest
from rag.settings import Settings
from rag.types import Access, Turn
from tests.conftest import LetterEncoder

PUBLIC = Access("an", ("cong-khai",))
EVERYDAY = [
    "Tỉnh khởi công 112 công trình nước sạch trong năm 2020. Tổng kinh phí là 176 tỷ đồng.",
    "Huyện giảm 320 hộ nghèo trong năm 2021. Nhân dân các xã vùng cao đồng tình với kế hoạch.",
    "Hội nghị tổng kết được tổ chức ngày 22/01/2021 tại thành phố. Lãnh đạo tỉnh dự và phát biểu chỉ đạo.",
    "Trường nội trú đón 450 học sinh vào năm học mới. Nhà trường được tặng 11 máy tính.",
] * 3
SECRET = [
    "Đoàn kiểm tra kết luận ông Kỳ Thước Đặng nhận 900 triệu đồng của công ty Mỏ Sắt Khuổi Dày.",
    "Kỳ Thước Đặng và công ty Mỏ Sắt Khuổi Dày bị điều tra. Khuổi Dày có 112 công trình nước sạch hỏng.",
    "Công trình nước sạch, nước sạch, nước sạch ở Khuổi Dày: Kỳ Thước Đặng ký duyệt 176 tỷ đồng.",
] * 4
QUESTIONS = [
    "Năm 2020 khởi công bao nhiêu công trình nước sạch?",
    "nam 2020 khoi cong bao nhieu cong trinh nuoc sach",
    "ky thuoc dang nhan bao nhieu tien",
    "cong ty mo sat khuoi day bi dieu tra",
    "Kỳ Thước Đặng nhận bao nhiêu tiền?",
    "Khuổi Dầy ở đâu",
    "cong tyy mo saat khuooi day",
    "Huyện giảm bao nhiêu hộ nghèo?",
    "mới nhất về điều tra",
]


def make(folder: Path, **collections: list[str]) -> Assistant:
    settings, encoder = Settings.load(folder / "store", env={}, threads=1), LetterEncoder()
    for name, texts in collections.items():
        rows = [{"id": f"{name}-{i}", "title": f"Tin {i}", "text": text} for i, text in enumerate(texts)]
        path = folder / f"{name}.jsonl"
        path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
        assert ingest([path], settings, collection=name.replace("_", "-"), encoder=encoder).added
    return Assistant(Index.open(settings, encoder=encoder), settings)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    return make(tmp_path_factory.mktemp("plain"), cong_khai=EVERYDAY)


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    return make(tmp_path_factory.mktemp("mixed"), cong_khai=EVERYDAY, mat=SECRET)


def seen(assistant: Assistant, question: str, history: tuple[Turn, ...] = ()) -> Any:
    """Everything that an answer tells, apart from how long it took and the state of the index."""
    answer = assistant.ask(question, history, access=PUBLIC)
    hits = [(h.document.key, h.passage.text, h.also) for h in answer.hits]
    told = replace(answer, hits=(), citations=(), nearest=(), timings_ms={}, index_version="", confidence=0.0)
    return told, hits, [c.quote for c in answer.citations], [c.quote for c in answer.nearest]


def numbers(assistant: Assistant, question: str) -> list[float]:
    found = assistant.explain(question, access=PUBLIC)
    scores = [x for h in found.hits for x in (h.score, h.dense, h.lexical)]
    return [*scores, assistant.ask(question, access=PUBLIC).confidence]


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_answer_is_the_same_word_for_word(plain: Assistant, mixed: Assistant, question: str) -> None:
    assert seen(mixed, question) == seen(plain, question)


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_scores_tell_nothing(plain: Assistant, mixed: Assistant, question: str) -> None:
    # The mean length of all passages is part of BM25; that one number of the whole index moves scores a little.
    assert numbers(mixed, question) == pytest.approx(numbers(plain, question), rel=0.05, abs=0.05)


def test_marks_are_not_restored_from_what_is_hidden(mixed: Assistant) -> None:
    everyone = mixed.explain("cong ty mo sat khuoi day").query
    assert "Khuổi Dày".lower() in everyone.text.lower()
    restricted = mixed.explain("cong ty mo sat khuoi day", access=PUBLIC).query
    assert "khuổi" not in restricted.text.lower()
    assert all("khuổi" not in c.meant for c in restricted.corrections)


def test_a_follow_up_is_completed_the_same(plain: Assistant, mixed: Assistant) -> None:
    history = (Turn("ky thuoc dang nhan bao nhieu tien", "Tài liệu không nêu."),)
    assert seen(mixed, "con khuoi day thi sao", history) == seen(plain, "con khuoi day thi sao", history)


def test_counts_and_suggestions_are_those_of_the_readable_part(plain: Assistant, mixed: Assistant) -> None:
    assert mixed.count_documents(PUBLIC) == plain.count_documents(PUBLIC) == len(EVERYDAY)
    assert mixed.count_documents() == len(EVERYDAY) + len(SECRET)
    assert mixed.suggestions(access=PUBLIC) == plain.suggestions(access=PUBLIC)
    assert mixed.suggestions(access=Access("chi", ())) == ()


def test_a_hidden_document_is_as_unknown_as_one_that_is_not_there(mixed: Assistant) -> None:
    hidden = mixed.explain("Kỳ Thước Đặng").hits[0].document
    assert mixed.document(hidden.id) is not None
    for version in (None, hidden.version):
        assert mixed.document(hidden.id, version, access=PUBLIC) is None
        assert mixed.document("khong-co", version, access=PUBLIC) is None


def test_statistics_follow_what_is_added_and_removed(tmp_path: Path) -> None:
    from rag.index.ingest import remove

    assistant = make(tmp_path, cong_khai=EVERYDAY, mat=SECRET)
    assert "khuổi" not in assistant.explain("khuoi day o dau", access=PUBLIC).query.text
    path = tmp_path / "them.jsonl"
    path.write_text(json.dumps({"id": "moi", "text": "Xóm Khuổi Dày có điện. Khuổi Dày vui."}), encoding="utf-8")
    ingest([path], assistant.settings, collection="cong-khai", encoder=LetterEncoder())
    assert "khuổi dày" in assistant.explain("khuoi day o dau", access=PUBLIC).query.text
    added = assistant.search("Xóm Khuổi Dày có điện", access=PUBLIC)[0].document.id
    remove([added], assistant.settings)
    assert "khuổi" not in assistant.explain("khuoi day o dau", access=PUBLIC).query.text
