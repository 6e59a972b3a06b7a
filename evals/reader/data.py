"""Question answering rows to training inputs: a question and a few sentences, with the tokens of the answer.

Inputs look like those at question time: sentences that belong together side by side, others from elsewhere behind a
separator, short enough to be read in a few milliseconds. Some hold no answer; then the first token is the target.
"""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

SOURCES: Mapping[str, float] = {
    "tydi.id": 3.0,
    "pquad.fa": 0.6,
    "cmrc.zh": 1.0,
    "drcd.zh": 0.7,
    "jaquad.ja": 0.5,
    "iapp.th": 3.0,
    "arcd.ar": 2.0,
}
"""How often each row is used, on average. XQuAD is what the reader is judged on and never trained on, nor is
``squad2half.en``, all of whose 16 articles are in it."""

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？؟۔])\s*|\n+")
_LONGEST = 80
"""Tokens of a sentence; longer ones (Thai has no full stops) are cut."""
_SHORTEST = 30
"""Least tokens of all sentences of an input."""
_QUESTION = 40
"""Most tokens of a question."""
_WITHOUT_ANSWER = 0.2
"""Share of the answered questions that are shown without their answer."""
_MIXED = 0.45
"""Share of the inputs whose sentences come from several places."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with its tokens.

    :param spans: Characters of the context that each token stands for.
    """

    text: str
    ids: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One question.

    :param group: Number of its context among those of its language; neighbours are of the same article.
    :param answer: Characters of the context; ``None`` where it does not answer.
    """

    question: tuple[int, ...]
    language: str
    group: int
    answer: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Example:
    """An input of the network and the places of the answer's first and last token; 0 and 0 for none.

    :param first: Where the question ends and the sentences begin.
    """

    ids: tuple[int, ...]
    first: int
    start: int
    end: int


class Corpus:
    """All rows and contexts, split into tokens.

    :param folder: With the files named in :data:`SOURCES`.
    :param tokenizer: Of the ``tokenizers`` package.
    :param longest: Most tokens of all sentences of an input.
    """

    def __init__(self, folder: Path, tokenizer: Any, longest: int = 130) -> None:
        self.longest = longest
        self._tokenizer = tokenizer
        self.bos, self.eos = (tokenizer.token_to_id(name) for name in ("<s>", "</s>"))
        self.contexts: dict[str, list[tuple[Sentence, ...]]] = {}
        self.rows: dict[str, list[Row]] = {name: list(self._read(folder, name)) for name in SOURCES}

    def _read(self, folder: Path, name: str) -> Iterator[Row]:
        language = name.split(".")[1]
        contexts = self.contexts.setdefault(language, [])
        known: dict[str, int] = {}
        with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
            for row in map(json.loads, file):
                context = row["context"]
                if context not in known:
                    known[context] = len(contexts)
                    contexts.append(self._sentences(context))
                answer = row["answers"][0] if row["answers"] else None
                span = (answer["start"], answer["start"] + len(answer["text"])) if answer else None
                question = self._tokenizer.encode(row["question"], add_special_tokens=False).ids[:_QUESTION]
                yield Row(tuple(question), language, known[context], span)

    def _sentences(self, context: str) -> tuple[Sentence, ...]:
        edges = [0, *(m.end() for m in _SENTENCE_END.finditer(context)), len(context)]
        found: list[Sentence] = []
        for start, end in pairwise(edges):
            encoded = self._tokenizer.encode(context[start:end], add_special_tokens=False)
            for at in range(0, len(encoded.ids), _LONGEST):
                spans = tuple((start + a, start + b) for a, b in encoded.offsets[at : at + _LONGEST])
                text = context[spans[0][0] : spans[-1][1]]
                found.append(Sentence(text, tuple(encoded.ids[at : at + _LONGEST]), spans))
        return tuple(found)


def split(corpus: Corpus, held_out: int = 150) -> tuple[list[Row], list[Row]]:
    """Rows to learn from, and of each source some whose contexts are not learned from."""
    learn: list[Row] = []
    measure: list[Row] = []
    for rows in corpus.rows.values():
        groups = {row.group for row in rows[-held_out:]}
        learn += [row for row in rows if row.group not in groups]
        measure += [row for row in rows[-held_out:] if row.answer]
    return learn, measure


def drawn(corpus: Corpus, rows: Sequence[Row], rng: random.Random) -> Iterator[Example]:
    """Endless training inputs; each pass uses the rows of a source as often as :data:`SOURCES` says."""
    share = {id(row): SOURCES[name] for name, source in corpus.rows.items() for row in source}
    while True:
        chosen = [row for row in rows for _ in range(_times(share[id(row)], rng))]
        rng.shuffle(chosen)
        for row in chosen:
            example = make(corpus, row, rng)
            if example:
                yield example


def _times(share: float, rng: random.Random) -> int:
    return int(share) + (rng.random() < share % 1)


def make(corpus: Corpus, row: Row, rng: random.Random, *, keep: bool = False) -> Example | None:
    """One input for a row; ``None`` where its answer crosses the end of a sentence.

    :param keep: Whether the answer must be among the sentences and the place whole.
    """
    sentences = corpus.contexts[row.language][row.group]
    budget = corpus.longest if keep else rng.randint(_SHORTEST, corpus.longest)
    at = _holding(sentences, row.answer) if row.answer else None
    if row.answer and at is None:
        return None
    shown = at is not None and (keep or rng.random() >= _WITHOUT_ANSWER)
    if at is None and rng.random() >= _MIXED:
        groups = [_around(sentences, rng.randrange(len(sentences)), budget, rng)]
    elif shown and (keep or rng.random() >= _MIXED):
        groups = [_around(sentences, at or 0, budget, rng)]
    else:
        groups = _mixed(corpus, row, at=at, shown=shown, budget=budget, rng=rng)
    target = sentences[at] if at is not None and shown else None
    return _assemble(corpus, row, groups, target) if any(groups) else None


def _holding(sentences: Sequence[Sentence], answer: tuple[int, int]) -> int | None:
    """Number of the sentence that holds the whole answer."""
    start, end = answer
    found = (n for n, s in enumerate(sentences) if s.spans and s.spans[0][0] <= start and end <= s.spans[-1][1])
    return next(found, None)


def _around(sentences: Sequence[Sentence], at: int, budget: int, rng: random.Random) -> list[Sentence]:
    """A sentence with as many of its neighbours as the budget allows, before and after it by chance."""
    low, high = at, at + 1
    left = budget - len(sentences[at].ids)
    while True:
        sides = [n for n in (low - 1, high) if 0 <= n < len(sentences) and len(sentences[n].ids) <= left]
        if not sides:
            return list(sentences[low:high])
        side = rng.choice(sides)
        left -= len(sentences[side].ids)
        low, high = min(low, side), max(high, side + 1)


def _mixed(
    corpus: Corpus, row: Row, *, at: int | None, shown: bool, budget: int, rng: random.Random
) -> list[list[Sentence]]:
    """Sentences from several places, in any order; none but the answer's own holds the answer's words."""
    sentences = corpus.contexts[row.language][row.group]
    words = _answer_text(sentences[at], row) if at is not None else None
    groups: list[list[Sentence]] = []
    if at is not None and shown:
        groups.append(_around(sentences, at, len(sentences[at].ids) + rng.choice((0, 0, 30)), rng))
    left = budget - sum(len(s.ids) for g in groups for s in g)
    for _ in range(8):
        source = sentences if rng.random() < 0.4 else _other(corpus, row, rng)
        group = _around(source, rng.randrange(len(source)), rng.choice((20, 40, 60)), rng)
        size = sum(len(s.ids) for s in group)
        taken = any(s in g for g in groups for s in group)
        if size <= left and not taken and not (words and any(words in s.text for s in group)):
            groups.append(group)
            left -= size
    rng.shuffle(groups)
    return groups


def _answer_text(sentence: Sentence, row: Row) -> str:
    start, end = row.answer or (0, 0)
    first = sentence.spans[0][0]
    return sentence.text[start - first : end - first]


def _other(corpus: Corpus, row: Row, rng: random.Random) -> tuple[Sentence, ...]:
    """Another context of the language, half of the time a near one, which is mostly of the same article."""
    contexts = corpus.contexts[row.language]
    number = row.group + rng.choice((-2, -1, 1, 2)) if rng.random() < 0.5 else rng.randrange(len(contexts))
    found = contexts[number % len(contexts)]
    return found or contexts[row.group]


def _assemble(corpus: Corpus, row: Row, groups: Sequence[Sequence[Sentence]], target: Sentence | None) -> Example:
    ids = [corpus.bos, *row.question, corpus.eos]
    first = len(ids) + 1
    start = end = 0
    for group in groups:
        ids.append(corpus.eos)
        for sentence in group:
            if sentence is target and row.answer:
                inside = [n for n, (a, b) in enumerate(sentence.spans) if a < row.answer[1] and row.answer[0] < b]
                start, end = len(ids) + inside[0], len(ids) + inside[-1]
            ids += sentence.ids
    return Example((*ids, corpus.eos), first, start, end)
