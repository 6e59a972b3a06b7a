import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.derive import DERIVATIONS
from evals.samples import Case, Evidence
from evals.suite import load_suite

DOCUMENTS = {
    "a.txt": "Năm 2020 tỉnh Hòa Bình khởi công 112 công trình thuộc Chương trình 135.",
    "b.txt": "Năm 2019 có 5.",
}
CASE = Case(
    "c1", "Năm 2020 tỉnh Hoà Bình khởi công bao nhiêu công trình thuộc Chương trình 135?", "number", True,
    (("112",),), (Evidence("a.txt", "112 công trình"),),
)  # fmt: skip


def derived(name: str, case: Case = CASE) -> Case:
    _, cases = DERIVATIONS[name](DOCUMENTS, (case,), 0)
    return cases[0]


def test_no_marks_keeps_case_and_length() -> None:
    assert derived("no-marks").question.startswith("Nam 2020 tinh Hoa Binh khoi cong")


def test_half_marks_leaves_the_other_half() -> None:
    words = list(zip(CASE.question.split(), derived("half-marks").question.split(), strict=True))
    assert 0 < sum(a != b for a, b in words) <= len(words) // 2


def test_typing_keeps_what_is_expected() -> None:
    for name in ("no-marks", "half-marks", "nfd", "other-tones", "upper", "typo"):
        made = derived(name)
        assert made.question != CASE.question
        assert (made.answers, made.evidence, made.answerable) == (CASE.answers, CASE.evidence, True)


def test_tones_move_between_the_two_placements() -> None:
    assert "Hòa Bình" in derived("other-tones").question


def test_a_typo_exchanges_two_letters_of_one_word() -> None:
    assert sorted(derived("typo").question) == sorted(CASE.question)


@pytest.mark.parametrize(
    ("name", "gone"), [("other-year", "2020"), ("other-place", "Hoà Bình"), ("other-programme", "135")]
)
def test_a_changed_condition_is_met_by_no_document(name: str, gone: str) -> None:
    made = derived(name)
    assert not made.answerable
    assert made.category == "near"
    assert made.changed is not None
    assert gone not in made.question
    assert made.changed.new in made.question
    assert made.changed.new not in " ".join(DOCUMENTS.values())


def test_removing_documents_makes_near_misses_of_their_questions_only() -> None:
    suite, removed = load_suite("xquad-vi"), load_suite("xquad-vi+removed")
    assert 0.3 < len(removed.documents) / len(suite.documents) < 0.7
    for case, original in zip(removed.cases, suite.cases, strict=True):
        assert case.answerable == (original.evidence[0].document in removed.documents)


@given(st.text(alphabet="aàảãáạăâđeêioôơuưyhcn AĐ", min_size=1))
def test_normal_form_d_is_the_same_text(text: str) -> None:
    case = Case("x", text, "far", False)
    _, cases = DERIVATIONS["nfd"]({}, (case,), 0)
    assert all(unicodedata.normalize("NFC", made.question) == unicodedata.normalize("NFC", text) for made in cases)
