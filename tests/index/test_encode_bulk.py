"""Which network encodes in bulk: the faster one, and only where its vectors agree."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import numpy as np
import pytest

from rag.index.encode import bulk
from rag.index.encode.bfloat16 import Bfloat16Network, _batches, has_bfloat16
from rag.index.encode.bulk import BundledEncoder
from rag.settings import Settings

FEW, MANY = ["một"] * 10, [f"đoạn số {i}" for i in range(300)]


class _Segmenter:
    def ids(self, text):
        return [0, *text.encode(), 2]


class _Serving:
    """Encodes by length, slowly; counts what it was given."""

    name, dim, threads, segmenter = "thử", 2, 1, _Segmenter()

    def __init__(self):
        self.seen = 0

    def encode_passages(self, texts):
        self.seen += len(texts)
        time.sleep(0.02)
        return _vectors([self.segmenter.ids("passage: " + text) for text in texts])


class _Network:
    def __init__(self, turn=0.0, delay=0.0):
        self.turn, self.delay, self.seen = turn, delay, 0

    def run(self, rows):
        self.seen += len(rows)
        time.sleep(self.delay)
        return _vectors(rows, self.turn)


def _vectors(rows, turn=0.0):
    angles = np.array([len(row) % 7 / 10 + turn for row in rows])
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def _encoder(tmp_path, network, supported=True):
    folder = tmp_path / "e5"
    folder.mkdir(exist_ok=True)
    serving = _Serving()
    made = BundledEncoder(folder, serving, make_network=lambda _f, _t: network, supported=lambda: supported)
    return made, serving, tmp_path / "e5.bulk.json"


def test_a_large_job_goes_to_the_faster_network_and_the_finding_is_kept(tmp_path):
    network = _Network()
    encoder, serving, choice = _encoder(tmp_path, network)
    expected = _Serving().encode_passages(MANY)
    assert np.allclose(encoder.encode_passages(MANY), expected)
    assert network.seen >= len(MANY)
    assert json.loads(choice.read_text())["use"] is True
    again, serving, _ = _encoder(tmp_path, network)
    again.encode_passages(MANY)
    assert serving.seen == 0  # remembered: not compared again


def test_small_jobs_never_make_the_network(tmp_path):
    network = _Network()
    encoder, serving, choice = _encoder(tmp_path, network)
    for _ in range(100):
        encoder.encode_passages(FEW)
    assert (network.seen, serving.seen, choice.exists()) == (0, 1000, False)


@pytest.mark.parametrize("network", [_Network(turn=0.1), _Network(delay=0.05)], ids=["other vectors", "slower"])
def test_a_network_that_differs_or_gains_nothing_is_refused_for_good(tmp_path, network):
    encoder, serving, choice = _encoder(tmp_path, network)
    encoder.encode_passages(MANY)
    encoder.encode_passages(MANY)
    assert serving.seen >= 2 * len(MANY)
    assert json.loads(choice.read_text())["use"] is False
    tried = network.seen
    again, _, _ = _encoder(tmp_path, network)
    again.encode_passages(MANY)
    assert network.seen == tried


def test_without_the_processor_or_torch_onnx_does_it_all(tmp_path):
    encoder, serving, choice = _encoder(tmp_path, _Network(), supported=False)
    encoder.encode_passages(MANY)
    assert (serving.seen, choice.exists()) == (len(MANY), False)

    def missing(_folder, _threads):
        raise ImportError("no torch")

    (tmp_path / "e5").mkdir(exist_ok=True)
    serving = _Serving()
    BundledEncoder(tmp_path / "e5", serving, make_network=missing, supported=lambda: True).encode_passages(MANY)
    assert serving.seen == len(MANY)


def test_another_torch_is_tried_anew(tmp_path):
    network = _Network()
    encoder, _serving, choice = _encoder(tmp_path, network)
    choice.write_text(json.dumps({"use": False, "torch": "0.1"}))
    encoder.encode_passages(MANY)
    assert json.loads(choice.read_text())["use"] is True


def test_every_row_is_in_one_batch_and_batches_are_bounded():
    rows = [[0] * n for n in (5, 512, 40, 40, 300, 1, 511)]
    batches = list(_batches(rows))
    assert sorted(i for batch in batches for i in batch) == list(range(len(rows)))
    assert all(len(batch) == 1 or len(batch) * max(len(rows[i]) for i in batch) <= 2048 for batch in batches)


@pytest.mark.encoder
def test_the_bfloat16_network_agrees_with_onnx():
    from rag.index.encode import load_encoder, prepare

    settings = Settings.load(env={}, threads=1)
    encoder = load_encoder(settings)
    texts = [
        "Hà Nội là thủ đô của Việt Nam.",
        "Năm 2020, khởi công mới 112 công trình thuộc Chương trình 135; tỷ lệ hộ nghèo giảm 3,5%.",
        "Các xã vùng cao hoàn thành chỉ tiêu nông thôn mới. " * 30,
        "tong kinh phi duy tu bao duong la bao nhieu",
        "x",
    ]
    network = Bfloat16Network(prepare(settings), 1)
    vectors = network.run([encoder.segmenter.ids("passage: " + text) for text in texts])
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert ((vectors * encoder.encode_passages(texts)).sum(axis=1) > bulk._MIN_COSINE).all()


def test_looking_at_the_processor_needs_no_torch():
    code = (
        "import sys; from rag.index.encode.bundled import load_bundled; from rag.index.encode import bfloat16; "
        "bfloat16.has_bfloat16(); sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
    assert has_bfloat16() in (True, False)


def test_a_job_that_will_be_large_is_one_from_the_beginning(tmp_path):
    network = _Network()
    encoder, _serving, choice = _encoder(tmp_path, network)
    encoder.expect(len(MANY))
    encoder.encode_passages(FEW)  # still too few for torch to pay
    assert (network.seen, choice.exists()) == (0, False)
    encoder.encode_passages(MANY[:100])
    assert network.seen >= 100
    assert json.loads(choice.read_text())["use"] is True
