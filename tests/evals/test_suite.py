import json
from pathlib import Path

import pytest

from evals.baselines import BASELINES, make_baseline
from evals.perform import Plan, perform, select
from evals.samples import DatasetError
from evals.squad import read_squad
from evals.suite import SUITES, load_suite
from rag.errors import SettingError
from tests.evals import fake


def test_the_articles_suite_covers_every_category_with_fictional_articles_that_say_so() -> None:
    suite = load_suite("articles")
    assert len(suite.documents) >= 15
    assert len(suite.cases) >= 150
    assert all("hư cấu" in text.splitlines()[-1] for text in suite.documents.values())
    assert {case.category for case in suite.cases} >= {
        "number", "date", "person", "place", "document_number", "list", "reason", "comparison", "no_tone_marks",
        "abbreviation", "follow_up", "several_documents", "near", "far",
    }  # fmt: skip


def test_xquad_has_the_sentence_that_holds_each_answer() -> None:
    suite = load_suite("xquad-vi")
    assert (len(suite.documents), len(suite.cases)) == (240, 1190)
    for case in suite.cases:
        item = case.evidence[0]
        text = suite.documents[item.document]
        assert item.start is not None
        assert item.focus is not None
        assert text[item.start : item.end] == item.quote
        assert text[item.focus.start : item.focus.end] == case.answers[0][0]
        assert item.start <= item.focus.start < item.focus.end <= (item.end or 0)


def test_a_public_set_with_unanswerable_questions_is_read(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    qas = [
        {
            "id": "q1",
            "question": "Ai?",
            "answers": [{"text": "An", "answer_start": 0}, {"text": "An", "answer_start": 0}],
        },
        {"id": "q2", "question": "Gì?", "answers": [], "is_impossible": True},
    ]
    path.write_text(json.dumps({"data": [{"paragraphs": [{"context": "An đến.", "qas": qas}]}]}), encoding="utf-8")
    documents, cases = read_squad(path)
    assert list(documents.values()) == ["An đến."]
    assert [(case.answerable, case.answers) for case in cases] == [(True, (("An",),)), (False, ())]


def test_an_answer_that_is_not_where_it_says_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    qas = [{"id": "q1", "question": "Ai?", "answers": [{"text": "Bình", "answer_start": 0}]}]
    path.write_text(json.dumps({"data": [{"paragraphs": [{"context": "An đến.", "qas": qas}]}]}), encoding="utf-8")
    with pytest.raises(DatasetError, match="Bình"):
        read_squad(path)
    path.write_text("[]", encoding="utf-8")
    with pytest.raises(DatasetError, match="SQuAD"):
        read_squad(path)


@pytest.mark.parametrize("name", ["nothing", "seeds+nothing"])
def test_an_unknown_suite_or_derivation_names_the_known_ones(name: str) -> None:
    with pytest.raises(DatasetError, match=r"seeds|no-marks"):
        load_suite(name)


def test_every_suite_is_loaded_with_checked_evidence() -> None:
    for name in SUITES:
        assert load_suite(name).cases


def test_a_plan_selects_categories_ids_and_a_number(tmp_path: Path) -> None:
    suite = load_suite("seeds")
    assert {c.category for c in select(suite, Plan(tmp_path, only="near,far")).cases} == {"near", "far"}
    assert [c.id for c in select(suite, Plan(tmp_path, only="seeds-07")).cases] == ["seeds-07"]
    assert len(select(suite, Plan(tmp_path, limit=3)).cases) == 3
    with pytest.raises(DatasetError):
        select(suite, Plan(tmp_path, only="nothing"))


def test_a_setting_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="no_such"):
        perform(load_suite("seeds"), Plan(tmp_path, settings={"no_such": "1"}))


@pytest.mark.parametrize("name", BASELINES)
def test_every_baseline_asks_and_searches_like_the_assistant(name: str) -> None:
    suite = load_suite("seeds")
    baseline = make_baseline(name, fake.Oracle(suite.documents, suite.cases))
    question = suite.cases[0].question
    answer = baseline.ask(question)
    assert (answer.status == "abstained") == (name == "always_abstain")
    for citation in answer.citations:
        document = baseline.document(citation.document_id, citation.version)
        assert document is not None
        assert document.text[citation.start : citation.end] == citation.quote
    assert baseline.search(question)
    assert baseline.index_version == "fake-1"


def test_reordering_baselines_follow_their_own_leg() -> None:
    class Legs(fake.Oracle):
        def search(
            self, query: str, filters: object = None, top_k: int = 10, access: object = None
        ) -> tuple[fake.Hit, ...]:
            hits = super().search(query)[:3]
            scores = ((0.1, 9.0), (0.9, 0.0), (0.5, 4.0))
            return tuple(fake.replace(h, dense=d, lexical=x) for h, (d, x) in zip(hits, scores, strict=True))

    suite = load_suite("seeds")
    assistant = Legs(suite.documents, suite.cases)
    question = suite.cases[0].question
    ids = [hit.passage.id for hit in assistant.search(question)]

    def order(name: str) -> list[int]:
        return [ids.index(hit.passage.id) for hit in make_baseline(name, assistant).search(question)]

    assert order("bm25") == [0, 2]
    assert order("dense") == [1, 2, 0]
    assert order("rrf") == [0, 2, 1]  # 1/63 + 1/61 > 1/62 + 1/62 > 1/61


def test_an_unknown_baseline_is_refused() -> None:
    suite = load_suite("seeds")
    with pytest.raises(SettingError, match="bm25"):
        make_baseline("nothing", fake.Oracle(suite.documents, suite.cases))
