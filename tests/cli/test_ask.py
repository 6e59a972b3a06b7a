from __future__ import annotations

import json
from datetime import date

from rag.types import Filters, Turn

CITATION_KEYS = {"n", "document_id", "version", "title", "published", "source", "start", "end", "quote"}


def test_an_answer_is_shown_with_its_sources(rag, assistant):
    result = rag("ask", "Bao nhiêu công trình?")
    assert result.code == 0
    assert result.out.startswith("Đã khởi công mới 112 công trình. [1]\n\nNguồn\n[1] Ban Dân tộc tỉnh")
    assert "(22/01/2021)" in result.out
    assert "“112 công trình”" in result.out
    assert "bai.txt" in result.out


def test_an_abstention_shows_the_nearest_passages_and_is_no_failure(rag, assistant):
    result = rag("ask", "Thủ đô của Pháp là gì?")
    assert result.code == 0
    assert "Tài liệu không nêu.\n\nCác đoạn gần nhất\n[1]" in result.out
    assert "Ghi chú" in result.out


def test_json_has_the_fields_of_the_contract(rag, assistant):
    answer = json.loads(rag("ask", "Bao nhiêu?", "--json").out)
    assert answer.keys() >= {
        "status", "text", "short_answer", "confidence", "method", "citations", "nearest", "understood", "timings_ms",
        "index_version",
    }  # fmt: skip
    assert answer["citations"][0].keys() >= CITATION_KEYS
    assert answer["citations"][0]["published"] == "2021-01-22"


def test_json_is_one_line_for_a_program_with_vietnamese_letters_as_they_are(rag, assistant):
    out = rag("ask", "Bao nhiêu?", "--json").out
    assert out.count("\n") == 1
    assert "công trình" in out


def test_filters_reach_the_assistant(rag, assistant):
    rag("ask", "Ai?", "--from", "01/01/2021", "--to", "2021-12-31", "--publisher", "Báo A", "--publisher", "Báo B",
        "--collection", "tin", "--document", "d1")  # fmt: skip
    expected = Filters(date(2021, 1, 1), date(2021, 12, 31), ("Báo A", "Báo B"), ("tin",), ("d1",))
    assert assistant.calls[0]["filters"] == expected


def test_no_filter_is_none(rag, assistant):
    rag("ask", "Ai?")
    assert assistant.calls[0]["filters"] is None


def test_batch_answers_each_line_in_order_and_keeps_its_fields(rag, assistant, tmp_path):
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    lines = [
        {"id": "a", "question": "Bao nhiêu?", "history": [{"question": "q", "answer": "r"}], "extra": 1},
        {"id": "b", "question": "Thủ đô?", "filters": {"date_from": "2021-01-01", "collections": ["tin"]}},
    ]
    source.write_text("\ufeff" + "\n\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    assert rag("ask", "--batch", str(source), "--out", str(target)).code == 0
    rows = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert [(row["id"], row["answer"]["status"]) for row in rows] == [("a", "answered"), ("b", "abstained")]
    assert rows[0]["extra"] == 1
    assert assistant.calls[0]["history"] == (Turn("q", "r"),)
    assert assistant.calls[1]["filters"] == Filters(date_from=date(2021, 1, 1), collections=("tin",))


def test_batch_reports_bad_lines_and_goes_on(rag, assistant, tmp_path):
    source = tmp_path / "in.jsonl"
    bad = ["không phải JSON", "[]", "{}", '{"question": 1}', '{"question": "q", "history": [{}]}',
           '{"question": "q", "filters": {"since": "2021"}}', '{"question": " "}',
           '{"question": "q", "filters": {"date_from": "hôm qua"}}']  # fmt: skip
    source.write_text("\n".join([*bad, '{"question": "Bao nhiêu?", "error": "cũ"}']), encoding="utf-8")
    result = rag("ask", "--batch", str(source))
    rows = [json.loads(line) for line in result.out.splitlines()]
    assert result.code == 1
    assert ["answer" in row for row in rows] == [False] * len(bad) + [True]
    assert all(row["error"] for row in rows[:-1])
    assert result.err.count("\n") == len(bad)


def test_batch_does_not_overwrite_its_own_input(rag, assistant, tmp_path):
    source = tmp_path / "in.jsonl"
    source.write_text('{"question": "Ai?"}', encoding="utf-8")
    assert rag("ask", "--batch", str(source), "--out", str(source)).code == 2
    assert source.read_text(encoding="utf-8") == '{"question": "Ai?"}'
