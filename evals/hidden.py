"""Retrieval alone, with the passages hidden among those of another store, however the questions are typed.

``rag eval hidden --into STORE`` copies the store, ingests the 240 contexts of XQuAD-vi beside what is there, and asks
all questions of the copy: the product and its baselines in one run, over one index, with one vector a question.
Documents are ranked by their best passage. Both halves of the articles (parted by a hash of the title) are shown: what
only helps one of them is luck. Without ``--into`` the contexts are alone.
"""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from time import perf_counter, process_time

import numpy as np

from evals.baselines.rrf import K
from evals.derive import DERIVATIONS
from evals.samples import Case
from evals.stats import mean_estimate
from rag.answer.span import closer_reader, open_reader
from rag.index.encode import Encoder, load_encoder
from rag.index.index import Index
from rag.index.ingest import ingest
from rag.index.scored import Scored
from rag.retrieve.closer import CloserReader
from rag.retrieve.hybrid import HybridRetriever
from rag.retrieve.understand import Query, understand_for
from rag.settings import Settings
from rag.types import EmbeddingMatrix

DATA = Path(__file__).parent / "datasets" / "xquad-vi" / "xquad.vi.json"
TYPINGS = ("as typed", "no-marks", "half-marks", "typo", "nfd", "upper", "other-tones")
"""How the questions are typed: as they are, or by a derivation of :mod:`evals.derive`."""
_LEG = 200
_DEPTH = 30
_WARMING = 5
COLLECTION = "xquad-vi"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of the set.

    :param document: Row id of its context.
    :param answer: Where its answer starts in the context, in characters.
    :param half: ``A`` or ``B``, by the article's title.
    """

    question: str
    document: str
    answer: int
    half: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a method put the right document and the right passage: ranks from 1, 0 = not among the first 30."""

    document: int
    passage: int


def questions() -> tuple[dict[str, str], list[Asked]]:
    """Contexts by row id, and all questions in an order that mixes the articles."""
    contexts: dict[str, str] = {}
    asked: list[Asked] = []
    for article in json.loads(DATA.read_text(encoding="utf-8"))["data"]:
        half = "AB"[hashlib.sha256(article["title"].encode()).digest()[0] % 2]
        for number, paragraph in enumerate(article["paragraphs"]):
            name = f"{article['title']}-{number}"
            contexts[name] = paragraph["context"]
            for item in paragraph["qas"]:
                asked.append(Asked(item["question"], name, item["answers"][0]["answer_start"], half))
    random.Random(0).shuffle(asked)
    return contexts, asked


def typed(asked: Sequence[Asked], typing: str) -> list[Asked]:
    """The questions as someone types them; one that the derivation does not change stays as it is."""
    if typing == TYPINGS[0]:
        return list(asked)
    cases = tuple(Case(str(i), one.question, "other", answerable=False) for i, one in enumerate(asked))
    changed = {int(case.id): case.question for case in DERIVATIONS[typing]({}, cases, 0)[1]}
    return [replace(one, question=changed.get(i, one.question)) for i, one in enumerate(asked)]


def place_for(into: Path | None, folder: Path) -> Path:
    """Where the contexts go: a copy of a store that nobody writes to, or a store of their own.

    A copy made before is taken again while the store has not changed.
    """
    if into is None:
        return folder / "xquad-vi-alone"
    state = (into / "rag.db").stat()
    target = folder / f"xquad-vi-in-{into.resolve().name}-{state.st_size:x}-{state.st_mtime_ns:x}"
    if not target.exists():
        aside = target.with_name(target.name + ".tmp")
        shutil.rmtree(aside, ignore_errors=True)
        shutil.copytree(into, aside, ignore=shutil.ignore_patterns("models", "*.lock"))
        aside.rename(target)
    return target


def put_in(store: Path, contexts: Mapping[str, str], encoder: Encoder | None = None) -> Settings:
    """Ingest the contexts into a store, made when missing; a second time nothing is encoded."""
    settings = Settings.load(store)
    with tempfile.TemporaryDirectory() as folder:
        rows = Path(folder) / "xquad.jsonl"
        lines = (json.dumps({"id": name, "text": text}, ensure_ascii=False) for name, text in contexts.items())
        rows.write_text("\n".join(lines), encoding="utf-8")
        ingest([rows], settings, collection=COLLECTION, encoder=encoder)
    return settings


@dataclass(slots=True)
class Remembering:
    """An encoder that encodes the same question once."""

    inner: Encoder
    vectors: dict[str, EmbeddingMatrix] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """That of the encoder inside."""
        return self.inner.name

    @property
    def dim(self) -> int:
        """That of the encoder inside."""
        return self.inner.dim

    def encode_queries(self, texts: Sequence[str]) -> EmbeddingMatrix:
        """Embed questions."""
        for text in texts:
            if text not in self.vectors:
                self.vectors[text] = self.inner.encode_queries([text])[0]
        return np.stack([self.vectors[text] for text in texts])

    def encode_passages(self, texts: Sequence[str]) -> EmbeddingMatrix:
        """Embed passages."""
        return self.inner.encode_passages(texts)


def open_index(settings: Settings) -> Index:
    """The index with an encoder that remembers."""
    return Index.open(settings, encoder=Remembering(load_encoder(settings)))


Ranking = Callable[[Index, Query], Sequence[int]]


def _dense(index: Index, query: Query) -> Sequence[int]:
    return [s.id for s in _dense_leg(index, query)]


def _dense_leg(index: Index, query: Query) -> Sequence[Scored]:
    return index.search_dense(index.encode_query(query.encoded), _LEG)


def _words(index: Index, query: Query) -> Sequence[int]:
    return [s.id for s in index.search_lexical(query.lexical, _LEG)]


def _rrf(index: Index, query: Query) -> Sequence[int]:
    scores: dict[int, float] = {}
    for leg in (_dense(index, query), _words(index, query)):
        for rank, number in enumerate(leg, 1):
            scores[number] = scores.get(number, 0.0) + 1 / (K + rank)
    return sorted(scores, key=lambda number: -scores[number])


@lru_cache(maxsize=1)
def closer(index: Index) -> CloserReader | None:
    """What the product takes its closer look with, on an index whose encoder may remember."""
    encoder = index.encoder
    inner = encoder.inner if isinstance(encoder, Remembering) else encoder
    return closer_reader(open_reader(index.settings, lambda: inner))


def open_retriever(index: Index) -> HybridRetriever:
    """A retriever as the assistant makes it."""
    settings = index.settings
    return HybridRetriever(index, settings.n_candidates, settings.dense_weight, reader=closer(index))


def product(retriever: Callable[[Index], HybridRetriever] = open_retriever) -> Ranking:
    """The product's own ranking, or that of a retriever made otherwise."""
    return lambda index, query: [hit.passage.id for hit in retriever(index).retrieve(query, _DEPTH)]


METHODS: Mapping[str, Ranking] = {"dense": _dense, "bm25": _words, "rrf": _rrf, "product": product()}


def place(index: Index, ranking: Sequence[int], one: Asked) -> Place:
    """Where a ranking has the right document, and the passage that holds the start of the answer."""
    passages = index.store.passages(ranking[: 2 * _DEPTH])
    right = {p.document_id for p in passages}
    keys = {d.id: d.key for d in index.store.documents(right)}
    is_right = [_is_row(keys.get(p.document_id, ""), one.document) for p in passages]
    documents = list(dict.fromkeys(p.document_id for p in passages))
    gold = {p.document_id for p, yes in zip(passages, is_right, strict=True) if yes}
    holds = (yes and p.start <= one.answer < p.end for p, yes in zip(passages, is_right, strict=True))
    return Place(
        next((i for i, name in enumerate(documents[:_DEPTH], 1) if name in gold), 0),
        next((i for i, yes in enumerate(holds, 1) if yes), 0),
    )


def _is_row(key: str, name: str) -> bool:
    """Whether a document's key ends in a row's whole name ("…#Normans-1" is not "…#Normans-11")."""
    return key.endswith(name) and not key[: -len(name)][-1:].isalnum()


def ask(index: Index, method: Ranking, asked: Sequence[Asked], seen: dict[str, Place] | None = None) -> list[Place]:
    """Ask the questions of one method.

    :param seen: Places by what was understood: two typings that mean the same are asked once.
    """
    places, seen = [], {} if seen is None else seen
    for one in asked:
        query = understand_for(index, one.question)
        years = [(d.year, d.month, d.day, d.end_year) for d in query.dates]
        key = f"{one.document} {one.answer} {query.encoded} {query.lexical} {query.terms} {years}"
        if key not in seen:
            seen[key] = place(index, method(index, query), one)
        places.append(seen[key])
    return places


HEAD = (
    "| questions | method | n | R@1 | 95 % | R@10 | passage R@1 | passage R@10 | R@1 half A | half B |\n"
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
)


def row(typing: str, method: str, asked: Sequence[Asked], places: Sequence[Place]) -> str:
    """One line of the table."""
    first, ten = _shares([p.document for p in places])
    passage_first, passage_ten = _shares([p.passage for p in places])
    halves = np.array([one.half for one in asked])
    found = mean_estimate([float(x) for x in first])
    cells = (typing, method, str(len(places)), f"{found.value:.3f}", f"{found.low:.3f}–{found.high:.3f}")
    figures = (ten.mean(), passage_first.mean(), passage_ten.mean())
    parts = (first[halves == "A"].mean(), first[halves == "B"].mean())
    return "| " + " | ".join((*cells, *(f"{x:.3f}" for x in (*figures, *parts)))) + " |"


def _shares(places: Iterable[int]) -> tuple[np.ndarray, np.ndarray]:
    ranks = np.array(list(places))
    return ranks == 1, (ranks > 0) & (ranks <= 10)


@dataclass(frozen=True, slots=True)
class Speed:
    """Milliseconds from a question to its hits, one question after another.

    :param cpu: Median processor time, all threads together: what other work on the machine inflates least.
    :param parts: Median processor time of each part: understanding, encoding, searching.
    """

    p50: float
    p95: float
    cpu: float
    parts: tuple[float, float, float]


def speed(settings: Settings, asked: Sequence[Asked], top_k: int = 10) -> Speed:
    """Time the questions; the first few are not counted."""
    index = Index.open(settings)
    remembering = Remembering(index.encoder)
    retriever = open_retriever(Index.open(settings, encoder=remembering))
    rows = np.array([_timed(retriever, remembering, one.question, top_k) for one in asked])
    rows = 1000 * rows[min(_WARMING, len(rows) - 1) :]
    p50, p95 = np.percentile(rows[:, 0], (50, 95))
    understand, encode, search = np.median(rows[:, 1:], axis=0).tolist()
    return Speed(float(p50), float(p95), float(np.median(rows[:, 1:].sum(axis=1))), (understand, encode, search))


def _timed(retriever: HybridRetriever, encoder: Remembering, question: str, top_k: int) -> tuple[float, ...]:
    """Seconds on the clock, then processor seconds of understanding, encoding and searching."""
    started, cpu = perf_counter(), [process_time()]
    query = understand_for(retriever.index, question)
    cpu.append(process_time())
    encoder.encode_queries([query.encoded])
    cpu.append(process_time())
    retriever.retrieve(query, top_k)
    cpu.append(process_time())
    return perf_counter() - started, *(b - a for a, b in pairwise(cpu))
