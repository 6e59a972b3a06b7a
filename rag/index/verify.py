"""Makes everything again that can be made again, and compares: texts, passages, vectors, vocabulary, both indexes."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rag.index.chunk import chunk_document, encoded_text, text_hash
from rag.index.derive import entries
from rag.index.encode import Encoder, Progress, load_encoder
from rag.index.generation import Generation, current_name, open_generation
from rag.index.identify import shortened_version
from rag.index.index import FOLDER
from rag.index.lexical import LexicalIndex, LexicalTerm
from rag.index.sqlite import SqliteStore
from rag.lang import say
from rag.load.formats import LOADER_VERSION
from rag.settings import Settings
from rag.text.nearby import count_syllables
from rag.text.syllables import search_terms

_SAMPLE = 256
"""Passages that are encoded again, and searched for in the word index."""
_CLOSE = 0.999
"""Cosine from which on two runs of one encoder count as equal: processors add up in different orders."""
_SHOWN = 5
_AT_ONCE = 4096
"""Vectors compared at a time."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was compared.

    :param n: How many of its kind were looked at.
    :param wrong: What does not agree, some of it by name; empty when all does.
    """

    name: str
    n: int
    wrong: tuple[str, ...] = ()


def verify(
    settings: Settings, *, encoder: Encoder | None = None, progress: Progress | None = None
) -> Iterator[Finding]:
    """Compare a store with what its own texts give again; changes nothing.

    :param encoder: Used instead of the configured one.
    :raises StoreMissingError: If there is no store.
    """
    store = SqliteStore.open(settings.store)
    tell = progress or _silent
    found = store.integrity()
    yield Finding(say("cơ sở dữ liệu", "database"), 1, () if found == "ok" else (found,))
    if found == "ok":  # a file that is damaged in itself cannot be compared with anything
        yield from _texts(store, tell)
        vectors = list(_vectors(store, encoder or load_encoder(settings)))
        yield from vectors
        if not vectors[0].wrong:
            yield from _index(store, settings.store / FOLDER)
    store.close()


def _silent(stage: str, done: int, total: int | None) -> None:
    """Ignore progress."""


def _some(wrong: list[str]) -> tuple[str, ...]:
    more = len(wrong) - _SHOWN
    return (*wrong[:_SHOWN], say(f"và {more} chỗ khác", f"and {more} more")) if more > 0 else tuple(wrong)


def _texts(store: SqliteStore, tell: Progress) -> Iterator[Finding]:
    """Each document's version, its passages and the vocabulary, from its text."""
    size = int(store.meta("chunk_size") or 0)
    versions: list[str] = []
    passages: list[str] = []
    singles: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    hashes = {number: key for number, key, _vector in store.all_vectors()}
    infos = store.list_documents()
    for done, info in enumerate(infos, 1):
        tell(say("đối chiếu tài liệu", "comparing documents"), done, len(infos))
        document, origin = store.document(info.id), store.origin(info.id)
        if document is None or origin is None:
            versions.append(info.source)
            continue
        if origin.loader_version == LOADER_VERSION and info.version != shortened_version(info, document.text):
            versions.append(info.source)
        stored = store.passages_of(info.id)
        made = chunk_document(document, size)
        given = [(p.ordinal, p.start, p.end, p.sentences, hashes.get(p.id)) for p in stored]
        wanted = [
            (p.ordinal, p.start, p.end, p.sentences, text_hash(encoded_text(info, document.text[p.start : p.end])))
            for p in made
        ]
        if given != wanted or any(p.text != document.text[p.start : p.end] for p in stored):
            passages.append(info.source)
        here, between = count_syllables([document.text])
        singles.update(here)
        pairs.update(between)
    yield Finding(
        say("văn bản và thông tin của tài liệu", "texts and details of documents"), len(infos), _some(versions)
    )
    yield Finding(say("đoạn", "passages"), len(hashes), _some(passages))
    same = Counter(dict(store.counts("spellings"))) == singles
    same = same and Counter({(a, b): n for a, b, n in store.counts("pairs")}) == pairs
    wrong = () if same else (say("số đếm không khớp văn bản", "the counts do not agree with the texts"),)
    yield Finding(say("từ vựng", "vocabulary"), len(singles) + len(pairs), wrong)


def _vectors(store: SqliteStore, encoder: Encoder) -> Iterator[Finding]:
    """Every vector is there and of unit length; a sample is encoded again."""
    wrong: list[str] = []
    numbers = []
    for number, _key, vector in store.all_vectors():
        numbers.append(number)
        values = np.frombuffer(vector or b"", dtype="<f4")
        if len(values) != int(store.meta("dim") or 0) or not abs(float(np.linalg.norm(values)) - 1) < 1e-3:
            wrong.append(str(number))
    yield Finding(say("véc-tơ", "vectors"), len(numbers), _some(wrong))
    name = store.meta("encoder") or ""
    if wrong or name != encoder.name:
        reason = say(
            f"kho dùng {name}, thiết lập là {encoder.name}", f"the store has {name}, the setting is {encoder.name}"
        )
        yield Finding(say("véc-tơ mã hóa lại", "vectors encoded again"), 0, (reason,) if not wrong else _some(wrong))
        return
    sample = numbers[:: max(len(numbers) // _SAMPLE, 1)][:_SAMPLE]
    passages = store.passages(sample)
    infos = store.infos_of(passages)
    again = encoder.encode_passages([encoded_text(infos[p.id], p.text) for p in passages])
    cosines = np.sum(again * store.vectors(sample, name), axis=1) if len(sample) else np.ones(0)
    far = [str(number) for number, cosine in zip(sample, cosines, strict=True) if cosine < _CLOSE]
    yield Finding(say("véc-tơ mã hóa lại", "vectors encoded again"), len(sample), _some(far))


def _index(store: SqliteStore, folder: Path) -> Iterator[Finding]:
    """The published indexes against ones made from the store now."""
    name = current_name(folder)
    generation = open_generation(folder, name, thorough=True) if name else None
    ids = store.passage_ids()
    label = say("tệp chỉ mục theo bản kê", "index files by their manifest")
    if generation is None:
        yield Finding(
            label, 0, (say("thiếu hoặc hỏng; sẽ được dựng lại khi mở", "missing or damaged; will be made again"),)
        )
        return
    behind = generation.manifest.index_version != store.index_version
    wrong = (say("chưa theo kịp kho", "behind the store"),) if behind else ()
    yield Finding(label, 1, wrong)
    if behind:
        return
    dense, encoder = generation.dense, generation.manifest.encoder
    parts = np.array_split(ids, range(_AT_ONCE, len(ids), _AT_ONCE))
    same = np.array_equal(dense.ids, ids) and all(
        dense.holds(part, store.vectors(part.tolist(), encoder)) for part in parts
    )
    differs = (say("khác với kho", "differs from the store"),)
    yield Finding(say("chỉ mục ngữ nghĩa", "dense index"), len(ids), () if same else differs)
    yield _words(store, generation)


def _words(store: SqliteStore, generation: Generation) -> Finding:
    """Whether the word index finds what one made now finds."""
    ids = store.passage_ids().tolist()
    with tempfile.TemporaryDirectory(prefix="news-rag-verify-") as place:
        fresh = LexicalIndex(Path(place))
        fresh.update((), entries(store, ids))
        wrong = []
        for passage in store.passages(ids[:: max(len(ids) // _SAMPLE, 1)][:_SAMPLE]):
            terms = [LexicalTerm("exact", word) for word in dict.fromkeys(search_terms(passage.text))][:12]
            given, wanted = (
                {hit.id: hit.score for hit in one.search(terms, 10)} for one in (generation.lexical, fresh)
            )
            # What is gone may still weigh in the scores of a large index, so there only the hits must agree.
            if not generation.manifest.n_ghosts and not _agree(given, wanted):
                wrong.append(str(passage.id))
        if len(generation.lexical) != len(fresh):
            wrong.append(f"{len(generation.lexical)} ≠ {len(fresh)}")
    return Finding(say("chỉ mục từ", "word index"), len(ids), _some(wrong))


def _agree(given: dict[int, float], wanted: dict[int, float]) -> bool:
    """The same scores; which of several equal ones are listed last may differ."""
    return (
        np.allclose(sorted(given.values()), sorted(wanted.values()), rtol=1e-4) if len(given) == len(wanted) else False
    )
