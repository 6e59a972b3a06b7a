from __future__ import annotations

import json


def test_hits_are_shown_with_title_text_and_place(rag, assistant):
    out = rag("search", "công trình").out
    assert out.startswith("1. Ban Dân tộc (22/01/2021)")
    assert "112 công trình" in out
    assert "bai.txt:10-24" in out


def test_json_has_the_fields_of_the_contract(rag, assistant):
    (hit,) = json.loads(rag("search", "công trình", "--json", "--top-k", "3").out)
    assert hit.keys() >= {
        "document_id", "title", "source", "passage_id", "start", "end", "text", "score", "dense", "lexical",
    }  # fmt: skip
    assert assistant.calls[0]["top_k"] == 3


def test_nothing_found_is_said_and_no_failure(rag, assistant):
    assert rag("search", "không có").out == "Không tìm thấy đoạn nào.\n"
    assert rag("search", "không có", "--json").out == "[]\n"


def test_batch_adds_hits_to_each_line(rag, assistant, tmp_path):
    source = tmp_path / "in.jsonl"
    source.write_text('{"id": 1, "question": "công trình"}\n{"id": 2, "question": "không có"}\n', encoding="utf-8")
    rows = [json.loads(line) for line in rag("search", "--batch", str(source)).out.splitlines()]
    assert [(row["id"], len(row["hits"])) for row in rows] == [(1, 1), (2, 0)]
