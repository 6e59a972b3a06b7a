"""``python -m evals.bench.growth``: how the index does from a thousand passages to a million.

One store grows from size to size through the product's own ingest, with made text and made vectors, since encoding a
million passages would take hours and tell nothing new. The text is syllables drawn with Zipf's weights, so that the
word index meets common and rare words as in a language. The vectors lie in clusters around a common direction, with
cosines from .7 to .95 as e5's have. A question is some words of a passage, and its vector lies beside the passage's;
the bundled encoder encodes the words as well, so that the times hold all that a person waits for.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np
import numpy.typing as npt

from evals.bench.curve import Panel, draw
from evals.bench.size import folder_mb
from evals.metrics import percentile
from rag.lang import say
from rag.settings import Settings
from rag.types import EmbeddingMatrix

if TYPE_CHECKING:
    from rag.index.encode import Encoder
    from rag.index.index import Index
    from rag.retrieve.hybrid import HybridRetriever

DIM = 384
PASSAGES_PER_ARTICLE = 4
PASSAGE_WORDS = 40
ADDED = 1000
"""Passages added to the finished store, to see what an update costs."""
_CLUSTER = 200
"""Passages that lie around one centre."""
_QUESTION_WORDS = 9
_RECALL_OF = 50
_ONSETS = ("", "b", "c", "ch", "d", "đ", "g", "gi", "h", "kh", "l", "m", "n", "ng", "nh", "ph", "qu", "r", "s", "t",
           "th", "tr", "v", "x")  # fmt: skip
_RIMES = ("a", "á", "à", "ả", "ạ", "an", "án", "àn", "ang", "áng", "ao", "áo", "ay", "ây", "ân", "ấn", "ập", "ất",
          "e", "en", "ê", "ề", "ết", "ên", "i", "ì", "iên", "iến", "inh", "ình", "iêu", "o", "ọ", "on", "ông", "ộng",
          "ơ", "ơi", "ới", "ơn", "u", "ú", "ung", "uân", "ư", "ưng", "ước", "ương", "ường", "ượng")  # fmt: skip


class MadeEncoder:
    """Vectors made from a checksum of the text: a centre, and the passage's own part beside it.

    :param n_clusters: How many centres there are.
    :param real: Encodes questions as well, for its time; its vectors are not used.
    """

    name, dim = "made", DIM

    def __init__(self, n_clusters: int, real: Any = None) -> None:
        self._n_clusters, self._real = n_clusters, real
        self._common = _unit(0)

    def encode_passages(self, texts: Sequence[str]) -> EmbeddingMatrix:
        """(len(texts), 384) float32, rows of unit length; of a text only its last line counts."""
        return np.stack([self._vector(text.rsplit("\n", 1)[-1].strip()) for text in texts])

    def encode_queries(self, texts: Sequence[str]) -> EmbeddingMatrix:
        """The same for questions."""
        if self._real is not None:
            self._real.encode_queries(texts)
        return self.encode_passages(texts)

    def near(self, passage: str, turn: int) -> npt.NDArray[np.float32]:
        """The vector of a question about a passage."""
        return _normed(self._vector(passage) + 0.35 * _unit(turn))

    def _vector(self, text: str) -> npt.NDArray[np.float32]:
        seed = zlib.crc32(text.encode())
        centre = _unit(1 + seed % self._n_clusters)
        return _normed(1.2 * self._common + 0.6 * centre + 0.5 * _unit(seed + (1 << 32)))


def _unit(seed: int) -> npt.NDArray[np.float32]:
    return _normed(np.random.Generator(np.random.PCG64(seed)).standard_normal(DIM, dtype=np.float32))


def _normed(vector: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    unit: npt.NDArray[np.float32] = (vector / np.linalg.norm(vector)).astype(np.float32)
    return unit


def write_articles(path: Path, first: int, n: int) -> None:
    """Write made articles as JSONL, each of four paragraphs of one passage.

    :param first: Number of the first article; each number gives one text.
    """
    words = np.array([onset + rime for onset in _ONSETS for rime in _RIMES])
    weights = 1.0 / np.arange(3, len(words) + 3)
    weights /= weights.sum()
    with path.open("w", encoding="utf-8") as file:
        for start in range(first, first + n, 1000):
            draw_words = np.random.default_rng(start)
            count = min(1000, first + n - start)
            drawn = draw_words.choice(words, size=(count, PASSAGES_PER_ARTICLE, PASSAGE_WORDS), p=weights)
            for number, paragraphs in enumerate(drawn.tolist(), start):
                text = "\n\n".join(f"Đoạn {number} {' '.join(paragraph)}." for paragraph in paragraphs)
                row = {"id": str(number), "title": f"Tin {number}", "text": text}
                file.write(json.dumps(row, ensure_ascii=False) + "\n")


@dataclass(frozen=True, slots=True)
class Point:
    """What was measured at one size.

    :param hits_p50_ms: Question to hits, the bundled encoder's time included.
    :param encode_p50_ms: The bundled encoder's share of it.
    :param recall_at_10: Of the dense leg, against comparing with every stored vector.
    :param memory_mb: Resident, of a process that opened the store and asked the questions, the encoder's included.
    :param add_s: Taking in 1,000 passages more and publishing them, encoding left out.
    :param unseen_s: Removing one document, until no search finds it any more.
    :param remove_s: The same until no file holds it any more.
    :param load: Processes that wanted the cores when it was measured; below 1, nothing else ran.
    :param ingest_passages_per_s: ``None`` where the store was there already; so is ``publish_s``.
    """

    passages: int
    ingest_passages_per_s: float | None
    publish_s: float | None
    open_s: float
    hits_p50_ms: float
    hits_p95_ms: float
    encode_p50_ms: float
    dense_p50_ms: float
    lexical_p50_ms: float
    recall_at_10: float
    memory_mb: float
    store_mb: float
    index_mb: float
    add_s: float
    unseen_s: float | None
    remove_s: float
    load: float


@click.command(help=say("Đo chỉ mục khi kho lớn dần.", "Measure the index as the store grows."))
@click.option(
    "--sizes",
    default="1000,10000",
    show_default=True,
    help=say("Số đoạn, tăng dần.", "Numbers of passages, ascending."),
)
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path),
              help=say("Nơi để kho (mặc định: thư mục tạm); kho có sẵn được dùng tiếp.",
                       "Folder of the store (default: temporary); one that is there is gone on with."))  # fmt: skip
@click.option(
    "--keep", is_flag=True, help=say("Giữ các cỡ khác trong tệp kết quả.", "Keep other sizes in the results.")
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), default=Path("runs/growth.json"))
@click.option("--probe", type=click.Path(exists=True, path_type=Path), hidden=True)
@click.option("--clusters", type=int, default=0, hidden=True)
def command(*, sizes: str, folder: Path | None, keep: bool, out: Path, probe: Path | None, clusters: int) -> None:
    """Grow a store and measure it at each size."""
    if probe:
        click.echo(json.dumps(_probe(probe, clusters)))
        return
    numbers = [int(part) for part in sizes.split(",")]
    with tempfile.TemporaryDirectory() as own:
        points = _before(out) if keep else []
        (folder or Path(own)).mkdir(parents=True, exist_ok=True)
        for point in grow(folder or Path(own), numbers):
            points = sorted([*(p for p in points if not _same_size(p, point)), point], key=lambda p: p.passages)
            click.echo(json.dumps(asdict(point)))
            _write(out, points)
    click.echo(str(out))


def _before(out: Path) -> list[Point]:
    """The points of the results that are there."""
    if not out.exists():
        return []
    return [Point(**row) for row in json.loads(out.read_text(encoding="utf-8"))["points"]]


def _same_size(one: Point, other: Point) -> bool:
    """Whether two points are of one size; a few documents were removed in between."""
    return abs(one.passages - other.passages) < 0.05 * other.passages


def _write(out: Path, points: Sequence[Point]) -> None:
    report = {"measured": datetime.now(UTC).isoformat(timespec="seconds"), "cores": os.cpu_count(),
              "points": [asdict(point) for point in points]}  # fmt: skip
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    out.with_suffix(".svg").write_text(draw(_panels(points)), encoding="utf-8")


def _panels(points: Sequence[Point]) -> list[Panel]:
    sizes = [point.passages for point in points]
    return [
        Panel("question to hits, p50 and p95 (ms)", sizes, {
            "p50": [p.hits_p50_ms for p in points], "p95": [p.hits_p95_ms for p in points]}),
        Panel("memory (MB)", sizes, {"resident": [p.memory_mb for p in points]}),
        Panel("open · add 1,000 passages (s)", sizes, {
            "open": [p.open_s for p in points], "add": [p.add_s for p in points]}),
        Panel("on disk (MB)", sizes, {"store": [p.store_mb for p in points], "index": [p.index_mb for p in points]}),
    ]  # fmt: skip


def grow(folder: Path, sizes: Sequence[int]) -> Iterator[Point]:
    """Measure one growing store at each size."""
    from rag.index.opening import open_store

    settings = Settings.load(folder / "store", chunk_size=200)
    clusters = max(1, sizes[-1] // _CLUSTER)
    encoder = MadeEncoder(clusters)
    articles = _stored(settings)
    for size in sizes:
        wanted = size // PASSAGES_PER_ARTICLE - articles
        took, publish = None, None
        if wanted > 0:
            took, publish = _timed_ingest(folder / f"{size}.jsonl", articles, wanted, settings, encoder)
            articles += wanted
        store = open_store(settings.store)
        n_passages = store.count_passages()
        found = _probed(settings.store, clusters)
        store_mb, index_mb = folder_mb(settings.store), folder_mb(settings.store / "index")
        extra = ADDED // PASSAGES_PER_ARTICLE
        added, publish_added = _timed_ingest(folder / f"{size}-more.jsonl", articles, extra, settings, encoder)
        articles += extra
        unseen, removed = _timed_removal(store.list_documents(limit=1)[0].id, settings)
        store.close()
        yield Point(
            passages=n_passages, ingest_passages_per_s=PASSAGES_PER_ARTICLE * wanted / took if took else None,
            publish_s=publish, store_mb=store_mb - index_mb, index_mb=index_mb, add_s=added + publish_added,
            unseen_s=unseen, remove_s=removed, load=os.getloadavg()[0], **found,
        )  # fmt: skip


def _stored(settings: Settings) -> int:
    """Articles of a store made before."""
    from rag.index.opening import open_store

    if not settings.store.exists():
        return 0
    store = open_store(settings.store)
    n = store.count_documents()
    store.close()
    return n


def _timed_removal(document_id: str, settings: Settings) -> tuple[float, float]:
    """Seconds until no search finds a document, and until no file holds it."""
    from rag.index.ingest import remove
    from rag.index.steps import listen

    committed: list[float] = []
    listen(lambda name: committed.append(time.perf_counter()) if name == "store: committed" else None)
    started = time.perf_counter()
    remove([document_id], settings)
    return committed[0] - started, time.perf_counter() - started


def _timed_ingest(path: Path, first: int, n: int, settings: Settings, encoder: MadeEncoder) -> tuple[float, float]:
    """Seconds for reading, cutting and storing, and seconds for publishing the index."""
    from rag.index.ingest import ingest

    write_articles(path, first, n)
    last = started = time.perf_counter()

    def note(_stage: str, _done: int, _total: int | None) -> None:
        nonlocal last
        last = time.perf_counter()

    ingest([path], settings, encoder=encoder, progress=note)
    path.unlink()
    return last - started, time.perf_counter() - last


def _probed(store: Path, clusters: int) -> dict[str, float]:
    """Measure opening and asking in a process of its own."""
    code = [sys.executable, "-m", "evals.bench.growth", "--probe", str(store), "--clusters", str(clusters)]
    done = subprocess.run(code, check=True, capture_output=True, text=True)  # noqa: S603
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _probe(folder: Path, clusters: int, rounds: int = 200) -> dict[str, float]:
    from evals.bench.size import memory_mb
    from rag.index.encode import load_encoder
    from rag.index.index import Index
    from rag.retrieve.hybrid import HybridRetriever

    settings = Settings.load(folder, chunk_size=200)
    real = load_encoder(Settings.load())
    encoder = MadeEncoder(clusters, real)
    started = time.perf_counter()
    index = Index.open(settings, encoder=encoder)
    open_s = time.perf_counter() - started
    passages = _sample(index, rounds)
    retriever = HybridRetriever(index)
    times: dict[str, list[float]] = {"hits": [], "encode": [], "dense": [], "lexical": []}
    for number, text in enumerate(passages):
        question = " ".join(text.rstrip(".").split()[5 : 5 + _QUESTION_WORDS]) + "?"
        for name, milliseconds in _ask(retriever, real, question, encoder.near(text, number)):
            times[name].append(milliseconds)
    memory = memory_mb()
    recall = _recall(index, [encoder.near(text, n) for n, text in enumerate(passages[:_RECALL_OF])])
    p50 = {f"{name}_p50_ms": percentile(values, 0.5) for name, values in times.items()}
    return p50 | {"open_s": open_s, "hits_p95_ms": percentile(times["hits"], 0.95),
                  "recall_at_10": recall, "memory_mb": memory}  # fmt: skip


def _ask(
    retriever: HybridRetriever, real: Encoder, question: str, vector: npt.NDArray[np.float32]
) -> Iterator[tuple[str, float]]:
    """Milliseconds of one question as a whole, and of its parts."""
    from rag.retrieve.understand import understand

    index = retriever.index
    query = understand(question, index.vocabulary())
    parts: dict[str, Callable[[], object]] = {
        "hits": lambda: retriever.retrieve(understand(question, index.vocabulary())),
        "encode": lambda: real.encode_queries([question]),
        "dense": lambda: index.search_dense(vector, 100),
        "lexical": lambda: index.search_lexical(query.lexical, 100),
    }
    for name, part in parts.items():
        begun = time.perf_counter()
        part()
        yield name, 1000 * (time.perf_counter() - begun)


def _sample(index: Index, n: int) -> list[str]:
    ids = index.store.passage_ids()
    chosen = np.random.default_rng(5).choice(ids, size=min(n, len(ids)), replace=False)
    return [passage.text.rsplit("\n", 1)[-1].strip() for passage in index.store.passages(chosen.tolist())]


def _recall(index: Index, vectors: Sequence[npt.NDArray[np.float32]]) -> float:
    """Share of the ten nearest of all stored vectors that the dense leg finds among its first ten."""
    ids, questions = index.store.passage_ids(), np.stack(vectors)
    scores, numbers = np.empty((len(vectors), 0), np.float32), np.empty((len(vectors), 0), np.int64)
    for at in range(0, len(ids), 20_000):
        part = ids[at : at + 20_000]
        scores = np.concatenate([scores, questions @ index.store.vectors(part.tolist(), "made").T], axis=1)
        numbers = np.concatenate([numbers, np.broadcast_to(part, (len(vectors), len(part)))], axis=1)
        best = np.argsort(-scores, axis=1)[:, :10]
        scores, numbers = np.take_along_axis(scores, best, 1), np.take_along_axis(numbers, best, 1)
    found = [{hit.id for hit in index.search_dense(vector, 10)} for vector in vectors]
    return float(np.mean([len(got & set(true)) / len(true) for got, true in zip(found, numbers.tolist(), strict=True)]))


if __name__ == "__main__":
    command()
