"""The whole way with the real encoder, on the article that is shipped."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date

import pytest

from rag import Access, Answer, Assistant, Filters, Turn
from rag.errors import StoreError
from rag.index.ingest import ingest
from rag.settings import Settings
from tests.answer.openai_server import Script, openai_server

pytestmark = pytest.mark.encoder


@pytest.fixture(scope="module")
def assistant(seed_store: Settings) -> Iterator[Assistant]:
    opened = Assistant.open(settings=seed_store)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("question", "short"),
    [
        ("Năm 2020 khởi công mới bao nhiêu công trình thuộc Chương trình 135?", "112 công trình"),
        ("tong kinh phi duy tu bao duong va xay moi la bao nhieu", "trên 176 tỷ đồng"),
        ("Tỷ lệ hộ nghèo dân tộc thiểu số giảm còn bao nhiêu?", "7,89%"),
        ("Ai phát biểu chỉ đạo hội nghị?", "Lương Trọng Quỳnh, Phó Chủ tịch UBND tỉnh"),
        ("Hội nghị tổ chức ngày nào?", "8/1/2021 (năm theo ngày đăng)"),
        ("Nghị quyết 88 của Quốc hội ban hành ngày nào?", "18/11/2019"),
        ("Bao nhiêu tập thể, cá nhân được khen?", "4 tập thể và 11 cá nhân"),
        ("ho ngheo 2020 con bn", "7,89%"),
    ],
)
def test_first_questions_get_their_short_answer(assistant: Assistant, question: str, short: str) -> None:
    answer = assistant.ask(question)
    assert (answer.status, answer.short_answer) == ("answered", short)
    assert answer.citations


def test_tasks_come_as_a_complete_list(assistant: Assistant) -> None:
    answer = assistant.ask("Nhiệm vụ trọng tâm năm 2021 là gì?")
    bullets = [line for line in answer.text.splitlines() if line.startswith("- ")]
    assert len(bullets) == 7
    assert "tuyên truyền" in bullets[0]
    assert "đúng đối tượng thụ hưởng" in bullets[-1]


@pytest.mark.parametrize(
    "question", ["Tỷ lệ hộ nghèo năm 2018 là bao nhiêu?", "Thủ đô của Pháp là gì?", "Giá xăng hôm nay là bao nhiêu?"]
)
def test_what_the_documents_do_not_say_is_not_answered(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)
    assert answer.status == "abstained"
    assert answer.citations == ()


@pytest.mark.parametrize("question", ["Nhiệm vụ năm 2021?", "Ai dự hội nghị?", "Thủ đô của Pháp là gì?", "Xin chào"])
def test_stream_adds_up_to_the_answer(assistant: Assistant, question: str) -> None:
    events = list(assistant.stream(question))
    final = events[-1].data
    assert events[-1].kind == "done"
    assert isinstance(final, Answer)
    assert "".join(str(e.data) for e in events if e.kind == "text") == final.text
    assert tuple(e.data for e in events if e.kind == "citation") == final.citations


@pytest.fixture(scope="module")
def bridges(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """Two made-up articles that both tell of land and money."""
    folder = tmp_path_factory.mktemp("bridges")
    (folder / "a.txt").write_text(
        "Dự án cầu Mẫu An\n\nNăm 2031, huyện Mẫu An triển khai 13 dự án cầu, diện tích đất thu hồi trên 400 ha, ảnh "
        "hưởng trên 500 hộ dân.",
        encoding="utf-8",
    )
    (folder / "b.txt").write_text(
        "Thu hồi đất ở Tây Phong\n\nTổng diện tích đất thu hồi ở huyện Tây Phong là 28 ha. Lễ hội hoa của huyện "
        "thu hút 9.000 lượt khách du lịch.",
        encoding="utf-8",
    )
    settings = Settings.load(tmp_path_factory.mktemp("store"))
    ingest([folder], settings)
    opened = Assistant.open(settings=settings)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("question", "short"),
    [
        ("Diện tích đất thu hồi là bao nhiêu?", "trên 400 ha"),
        ("Lễ hội hoa thu hút bao nhiêu lượt khách du lịch?", "9.000 lượt khách du lịch"),
    ],
)
def test_question_that_names_nothing_goes_on_where_the_documents_tell_both(
    bridges: Assistant, question: str, short: str
) -> None:
    history = [Turn("Huyện Mẫu An triển khai bao nhiêu dự án cầu?", "13 dự án cầu [1]")]
    assert bridges.ask(question, history).short_answer == short


def test_expected_failure_ends_the_stream_with_its_message(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise StoreError("Không đọc được kho.")

    monkeypatch.setattr(assistant._index, "refresh", fail)
    events = list(assistant.stream("Ai dự hội nghị?"))
    assert [(e.kind, e.data) for e in events] == [("error", "Không đọc được kho.")]
    with pytest.raises(StoreError):
        assistant.ask("Ai dự hội nghị?")


def test_quotes_are_exact_words_of_the_cited_version(assistant: Assistant) -> None:
    for citation in assistant.ask("kết quả năm 2020").citations:
        document = assistant.document(citation.document_id, citation.version)
        assert document is not None
        assert document.text[citation.start : citation.end] == citation.quote


def test_follow_up_is_understood_from_the_history_and_stays_honest(assistant: Assistant) -> None:
    history = [Turn("Tỷ lệ hộ nghèo dân tộc thiểu số năm 2020 là bao nhiêu?", "7,89% [1]")]
    answer = assistant.ask("Còn năm 2018?", history)
    assert answer.understood == "Tỷ lệ hộ nghèo dân tộc thiểu số năm 2018 là bao nhiêu?"
    assert answer.status == "abstained"


def test_what_may_not_be_read_does_not_exist(assistant: Assistant) -> None:
    stranger = Access("an", collections=("khac",))
    asked = assistant.ask("Tỷ lệ hộ nghèo là bao nhiêu?", access=stranger)
    known = assistant.ask("Tỷ lệ hộ nghèo là bao nhiêu?").citations[0].document_id
    assert asked.status == "abstained"
    assert (asked.citations, asked.nearest, asked.hits) == ((), (), ())
    assert assistant.search("hộ nghèo", access=stranger) == ()
    assert assistant.document(known, access=stranger) is None
    assert assistant.suggestions(access=stranger) == ()


def test_filters_apply_before_the_search(assistant: Assistant) -> None:
    assert assistant.search("hộ nghèo", Filters(date_from=date(2021, 2, 1))) == ()
    assert assistant.search("hộ nghèo", Filters(date_from=date(2021, 1, 22), date_to=date(2021, 1, 22)))


def test_suggestions_are_questions_that_get_an_answer(assistant: Assistant) -> None:
    suggestions = assistant.suggestions()
    assert suggestions
    assert all(assistant.ask(s).status == "answered" for s in suggestions)
    assert sum(s.startswith("Bài “") for s in suggestions) <= 1  # of several kinds, as far as one article goes


def test_questions_to_offer_cost_no_call_of_the_model(seed_store: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "test")
    script = Script()
    with openai_server(script) as address:
        settings = replace(seed_store, llm="openai:m", llm_base_url=address, llm_retries=0)
        with closing(Assistant.open(settings=settings)) as assistant:
            suggestions = assistant.suggestions()
            assert suggestions
            assert script.prompts == []
            answer = assistant.ask(suggestions[0])
            asked = len(script.prompts)
            assert asked > 0  # somebody asked, and the model was called
            assert assistant.follow_ups(answer)
            assert len(script.prompts) == asked


def test_a_year_without_a_figure_leads_to_one_that_has_one(assistant: Assistant) -> None:
    answer = assistant.ask("Tỷ lệ hộ nghèo dân tộc thiểu số năm 2018 là bao nhiêu?")
    assert answer.status == "abstained"
    follow_ups = assistant.follow_ups(answer)
    assert "Tỷ lệ hộ nghèo dân tộc thiểu số năm 2020 là bao nhiêu?" in follow_ups
    assert all(assistant.ask(question).status == "answered" for question in follow_ups)


@pytest.mark.parametrize("question", ["", "   ", "x" * 2001, "Xin chào"])
def test_input_that_is_no_question_gets_a_short_reply(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)
    assert answer.status == "abstained"
    assert answer.text
    assert answer.hits == ()
