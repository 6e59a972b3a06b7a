"""The growth bench measures what it says: made text, made vectors, and a curve that can be drawn."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from evals.bench.curve import Panel, draw
from evals.bench.growth import PASSAGES_PER_ARTICLE, MadeEncoder, _panels, _recall, grow, write_articles
from rag.index.index import Index
from rag.index.ingest import ingest
from rag.settings import Settings


@pytest.fixture
def made(tmp_path):
    settings = Settings.load(tmp_path / "store", chunk_size=200, threads=1)
    write_articles(tmp_path / "a.jsonl", 0, 30)
    ingest([tmp_path / "a.jsonl"], settings, encoder=MadeEncoder(3))
    return Index.open(settings, encoder=MadeEncoder(3))


def test_each_article_has_its_own_text_of_four_passages(made, tmp_path):
    assert made.n_passages == 30 * PASSAGES_PER_ARTICLE
    write_articles(tmp_path / "again.jsonl", 0, 30)
    texts = [json.loads(line)["text"] for line in (tmp_path / "again.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(set(texts)) == 30
    assert (tmp_path / "again.jsonl").read_bytes() == (tmp_path / "a.jsonl").read_bytes()


def test_made_vectors_are_of_unit_length_and_lie_as_those_of_e5_do():
    vectors = MadeEncoder(2).encode_passages([f"đoạn {i}" for i in range(40)])
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(40), abs=1e-5)
    cosines = (vectors @ vectors.T)[np.triu_indices(40, 1)]
    assert 0.6 < cosines.min() < cosines.max() < 0.99
    assert np.allclose(MadeEncoder(2).encode_passages(["đoạn 1"])[0], vectors[1])


def test_a_question_lies_nearest_to_its_passage(made):
    passage = made.store.passages(made.store.passage_ids()[:1].tolist())[0]
    vector = made.encoder.near(passage.text.rsplit("\n", 1)[-1].strip(), 1)
    assert made.search_dense(vector, 1)[0].id == passage.id
    assert _recall(made, [vector]) == 1.0


def test_the_curve_is_an_svg_with_a_line_for_each_name():
    root = ET.fromstring(draw([Panel("a & b", [10, 1000], {"x": [1, 5], "y": [2, 300]})]))  # noqa: S314
    lines = [node.get("points") for node in root.iter() if node.tag.endswith("polyline")]
    assert len(lines) == 2
    ys = [float(place.split(",")[1]) for place in lines[1].split()]
    assert ys[0] > ys[1]  # larger is higher


@pytest.mark.long
@pytest.mark.encoder
def test_a_store_is_measured_at_each_size(tmp_path):
    points = list(grow(tmp_path, [400, 2000]))
    assert [point.passages for point in points] == [400, 1996]  # one article was removed in between
    # Made sentences are alike: two that are equally near may change places at the tenth.
    assert all(point.recall_at_10 >= 0.99 and point.hits_p50_ms > point.encode_p50_ms > 0 for point in points)
    ET.fromstring(draw(_panels(points)))  # noqa: S314
