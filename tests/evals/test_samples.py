import json
from pathlib import Path

import pytest

from evals.samples import DATASETS, DatasetError, case_from_row, case_to_row, check_evidence, read_cases, write_cases
from rag.lang import use_language
from rag.types import Filters

GOOD = {
    "id": "a1", "question": "Có bao nhiêu?", "category": "number", "answerable": True,
    "answers": [["112"]], "evidence": [{"document": "a.txt", "quote": "112 công trình"}],
}  # fmt: skip


def write(path: Path, *rows: object) -> Path:
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    return path


def test_a_case_survives_writing_and_reading(tmp_path: Path) -> None:
    full = GOOD | {
        "history": [{"question": "Hỏi?", "answer": "Đáp."}],
        "filters": {"date_from": "2021-01-01", "publishers": ["Báo A"]},
        "changed": {"from": "2020", "to": "2018"},
        "forbidden": ["239"],
        "evidence": [
            {"document": "a.txt", "quote": "112", "start": 4, "focus": [4, 7], "group": "g", "optional": True}
        ],
        "tags": ["x"],
        "note": "ghi chú",
    }
    case = case_from_row(full)
    write_cases(tmp_path / "out.jsonl", [case])
    assert read_cases(tmp_path / "out.jsonl") == (case,)
    assert isinstance(case.filters, Filters)
    assert case_to_row(case) == full


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ({**GOOD, "category": "numbers"}, "category"),
        ({**GOOD, "answers": [[]]}, "answers.0"),
        ({**GOOD, "evidence": [{"document": "a.txt"}]}, "evidence.0"),
        ({**GOOD, "filters": {"date_from": "hôm nay"}}, "filters"),
        ({**GOOD, "answers": []}, "answers"),
        ({**GOOD, "category": "near"}, "category"),
        ({**GOOD, "answerable": False, "category": "far"}, "answers"),
        ({**GOOD, "surprise": 1}, "-"),
    ],
)  # fmt: skip
def test_an_error_names_file_line_and_field(tmp_path: Path, bad: object, field: str) -> None:
    use_language("en")
    path = write(tmp_path / "set.jsonl", {**GOOD, "id": "a0"}, bad)
    with pytest.raises(DatasetError) as caught:
        read_cases(path)
    use_language("vi")
    assert str(caught.value).startswith(f"{path}, line 2, field {field}: ")


def test_two_cases_with_one_id_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="a1"):
        read_cases(write(tmp_path / "set.jsonl", GOOD, GOOD))


def test_broken_json_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text("{\n", encoding="utf-8")
    with pytest.raises(DatasetError, match="dòng 1"):
        read_cases(path)


def test_evidence_that_is_not_in_its_document_is_refused() -> None:
    with pytest.raises(DatasetError, match="a1"):
        check_evidence([case_from_row(GOOD)], {"a.txt": "113 công trình"})
    check_evidence([case_from_row(GOOD)], {"a.txt": "có 112 công trình"})


def test_the_seeds_dataset_has_forty_cases_of_many_kinds() -> None:
    cases = read_cases(DATASETS / "seeds.jsonl")
    assert len(cases) == 40
    assert len({case.category for case in cases}) >= 12
