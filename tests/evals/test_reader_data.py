"""Training inputs hold the answer where they say, and none where they say none."""

from __future__ import annotations

import gzip
import json
import random
import re
from types import SimpleNamespace

import pytest

from evals.reader import data
from evals.reader.data import Corpus, drawn, make, split


class Words:
    """A tokenizer whose tokens are words; ids count up from 3."""

    def __init__(self) -> None:
        self.known: dict[str, int] = {"<s>": 0, "<pad>": 1, "</s>": 2}

    def token_to_id(self, token: str) -> int:
        return self.known[token]

    def encode(self, text: str, add_special_tokens: bool = True):
        found = list(re.finditer(r"\S+", text))
        ids = [self.known.setdefault(m.group(), len(self.known)) for m in found]
        return SimpleNamespace(ids=ids, offsets=[m.span() for m in found])

    def text(self, ids) -> str:
        names = {number: word for word, number in self.known.items()}
        return " ".join(names[i] for i in ids)


@pytest.fixture
def corpus(tmp_path, monkeypatch):
    """Forty questions on twenty contexts of four sentences; every tenth has no answer."""
    rows = []
    for n in range(40):
        c = n // 2
        context = " ".join(f"Câu {c}{k} nói về vật {c}{k}x dài." for k in "abcd")
        answer = f"{c}{'abcd'[n % 4]}x"
        answers = [] if n % 10 == 9 else [{"text": answer, "start": context.index(answer)}]
        rows.append({"question": f"Hỏi {n} vật nào ?", "context": context, "answers": answers})
    monkeypatch.setattr(data, "SOURCES", {"made.vi": 1.5})
    with gzip.open(tmp_path / "made.vi.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    tokenizer = Words()
    return Corpus(tmp_path, tokenizer), tokenizer


def test_targets_are_the_words_of_the_answer(corpus):
    read, tokenizer = corpus
    learn, held_out = split(read, held_out=6)
    assert {row.group for row in learn}.isdisjoint(row.group for row in held_out)
    source = drawn(read, learn, random.Random(3))
    n_none = 0
    for example in (next(source) for _ in range(300)):
        number = int(tokenizer.text(example.ids[2:3]))
        words = f"{number // 2}{'abcd'[number % 4]}x"
        text = tokenizer.text(example.ids[example.first :])
        if example.start:
            assert tokenizer.text(example.ids[example.start : example.end + 1]) == words
        else:
            n_none += 1
            assert number % 10 == 9 or words not in text.split()
        assert example.ids[example.first - 1] == read.eos
        assert len(example.ids) <= 200
    assert 30 < n_none < 150


def test_a_row_kept_always_shows_its_answer(corpus):
    read, _ = corpus
    rows = [row for row in read.rows["made.vi"] if row.answer]
    assert all(make(read, row, random.Random(1), keep=True).start for row in rows)
