from __future__ import annotations

import json


def test_a_key_is_made_listed_and_revoked(rag):
    made = rag("key", "create", "trang nội bộ", "--scope", "ask", "--json")
    key = json.loads(made.out)
    assert key["key"].startswith(f"rag_{key['id']}_")
    listed = rag("key", "list", "--json")
    assert [row["name"] for row in json.loads(listed.out)] == ["trang nội bộ"]
    assert key["key"][17:] not in listed.out
    assert "trang nội bộ" in rag("key", "list").out
    assert rag("key", "revoke", key["id"]).code == 0
    again = rag("key", "revoke", key["id"])
    assert (again.code, again.err.count("\n")) == (1, 1)


def test_the_key_alone_goes_to_standard_output(rag):
    made = rag("key", "create", "a")
    assert made.out.startswith("rag_")
    assert made.out.count("\n") == 1
    assert "chỉ hiện lần này" in made.err


def test_an_unknown_scope_is_wrong_use(rag):
    assert rag("key", "create", "a", "--scope", "root").code == 2


def test_what_was_done_is_in_the_audit_log(rag, tmp_path):
    key = json.loads(rag("key", "create", "a", "--json").out)
    rag("key", "list")
    rag("key", "revoke", key["id"])
    (path,) = (tmp_path / "store" / "audit").iterdir()
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    assert [row["act"] for row in rows] == ["rag key create a --json", f"rag key revoke {key['id']}"]
    assert all(row["user"].startswith("shell:") for row in rows)
    assert key["key"] not in path.read_text()


def test_speaking_for_a_person_is_in_the_audit_log(rag, tmp_path, monkeypatch):
    monkeypatch.setenv("RAG_EMBED_SECRET", "k" * 48)
    monkeypatch.setenv("RAG_EMBED_ORIGINS", "https://noi-bo.example")
    rag("key", "create", "a")
    token = rag("embed-token", "an", "--origin", "https://noi-bo.example").out.strip()
    assert token.startswith("ey")
    (path,) = (tmp_path / "store" / "audit").iterdir()
    text = path.read_text()
    assert json.loads(text.splitlines()[-1])["act"] == "rag embed-token an --origin https://noi-bo.example"
    assert token not in text
    assert "kkkk" not in text
