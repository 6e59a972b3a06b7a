from evals.evidence import groups, places, touched
from evals.samples import Case, Evidence
from rag.types import Span

KEY = ("d1", "v1")


def documents(text: str) -> dict[tuple[str, str], dict[str, str]]:
    return {KEY: {"source": "a.txt", "text": text}}


def case(*evidence: Evidence) -> Case:
    return Case("c", "Hỏi?", "number", True, (("112",),), evidence)


def test_words_are_found_though_white_space_was_tidied() -> None:
    found, judged = places(case(Evidence("a.txt", "có 112\ncông trình")), documents("Tỉnh có 112 công  trình."))
    assert judged
    assert found[0].span == Span(5, 23)


def test_of_equal_words_the_nearest_to_the_dataset_counts() -> None:
    text = "112 rồi lại 112"
    found, _ = places(case(Evidence("a.txt", "112", start=11)), documents(text))
    assert found[0].span == Span(12, 15)


def test_the_focus_moves_with_its_sentence_and_over_removed_characters() -> None:
    evidence = Evidence("a.txt", "Có \u200b112 công trình.", 0, 21, focus=Span(4, 7))
    text = "Tin. Có 112 công trình."
    found, judged = places(case(evidence), documents(text))
    assert judged
    assert text[found[0].focus.start : found[0].focus.end] == "112"


def test_missing_words_cannot_be_judged() -> None:
    assert places(case(Evidence("a.txt", "113")), documents("112")) == ((), False)


def test_evidence_in_a_document_that_was_not_found_is_merely_not_reached() -> None:
    found, judged = places(case(Evidence("b.txt", "113")), documents("112"))
    assert (found, judged) == ((), True)


def test_one_of_a_group_is_enough_and_optional_evidence_is_not_needed() -> None:
    made = case(
        Evidence("a.txt", "112", group="alt"), Evidence("b.txt", "112", group="alt"), Evidence("a.txt", "239"),
        Evidence("a.txt", "77", optional=True),
    )  # fmt: skip
    assert groups(made) == {"alt", "#2"}
    found, _ = places(made, documents("112 và 239 và 77"))
    assert touched(found, KEY, 0, 3) == {"alt"}
    assert touched(found, KEY, 14, 16) == set()
    assert touched(found, ("d1", "v2"), 0, 3) == set()


def test_touching_ends_do_not_overlap() -> None:
    found, _ = places(case(Evidence("a.txt", "112")), documents("a 112 b"))
    assert touched(found, KEY, 0, 2) == set()
    assert touched(found, KEY, 5, 7) == set()
    assert touched(found, KEY, 4, 5) == {"#0"}
