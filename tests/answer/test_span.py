"""The trained reader: whole words, rules kept where they know better, rules alone where it cannot be used."""

from __future__ import annotations

import logging
import shutil
from dataclasses import replace

import numpy as np
import pytest

from rag.answer import span
from rag.answer.about import Difference
from rag.answer.question import analyse
from rag.answer.read import RuleReader
from rag.answer.span import model, weights
from rag.answer.span.model import Found
from rag.answer.span.reader import Mix, SpanReader
from rag.answer.span.snap import snap, whole_enumeration
from rag.errors import SettingError
from rag.index.encode import load_encoder
from rag.settings import Settings
from rag.text.sentences import sentence_spans
from rag.types import Document, DocumentInfo, Hit, Passage, Span

QUESTIONS = {
    "place": "Hội nghị tổng kết chương trình nước sạch tổ chức ở đâu?",
    "other": "UBND huyện Mẫu Sơn tổ chức hội nghị tổng kết chương trình gì?",
    "person": "Ai phát biểu kết luận hội nghị?",
    "quantity": "Năm 2030 huyện Mẫu Sơn xây mới bao nhiêu bể nước?",
    "date": "Hội nghị tổng kết chương trình nước sạch diễn ra ngày nào?",
    "yesno": "Hội nghị có tổng kết chương trình nước sạch không?",
}


class Marker:
    """A network that marks the first of some words that a sentence has; a word of a sentence is a token."""

    def __init__(self, *words: str, margin: float = 6.0) -> None:
        self.words = words
        self.margin = margin
        self.groups: list[list[str]] = []

    def n_tokens(self, text: str) -> int:
        return len(text.split())

    def read(self, question, groups):
        self.groups = [list(group) for group in groups]
        return tuple(tuple(self._found(sentence) for sentence in group) for group in groups)

    def _found(self, sentence: str) -> Found:
        for word in self.words:
            if word in sentence:
                return Found(sentence.index(word), sentence.index(word) + len(word), self.margin)
        return Found(0, 1, -9.0)


@pytest.fixture
def read(article, hits_of):
    """Ask about the article with a marking network; returns the evidence, best first."""

    def ask(kind: str, marker: Marker, **mix: float):
        question = analyse(QUESTIONS[kind])
        assert question.kind == kind
        return SpanReader(RuleReader(), lambda: marker, Mix(**mix)).read(question, hits_of(article))

    return ask


@pytest.mark.parametrize(
    ("sentence", "marked", "words"),
    [
        ("Tỉnh đã xây 112 công trình, dự án.", "12 công tr", "112 công trình"),
        ("Lễ hội diễn ra tại chùa Hương.", "tại chùa Hương.", "chùa Hương"),
        ("Đề án do Sở Y tế và", "do Sở Y tế và", "Sở Y tế"),
        ("Ông đọc “Tuyên ngôn”.", "“Tuyên ngôn", "Tuyên ngôn"),
        ("Hội (thành lập 1945) họp.", "Hội (thành lập 1945", "Hội (thành lập 1945)"),
        ("Giá tăng 7,89% so với 2019.", "7,89%", "7,89%"),
        ("Và là của.", "là của.", "của"),
        ("…", "…", ""),
    ],
)
def test_marked_words_become_whole_words_without_small_ones_at_the_ends(sentence, marked, words):
    start = sentence.index(marked)
    start, end = snap(sentence, start, start + len(marked))
    assert sentence[start:end] == words


def test_the_network_answers_where_no_rule_can(read):
    best = read("other", Marker("nước sạch"))[0]
    assert best.short.text == "nước sạch"
    assert best.text[best.short.start : best.short.end] == best.short.text
    assert best.signals.span == pytest.approx(0.7)  # the margin of 6 between -8 and 12


def test_an_unsure_network_gives_no_short_answer(read):
    assert read("other", Marker("nước sạch", margin=-4.0))[0].short is None


def test_rules_keep_the_noun_of_a_figure_and_the_office_of_a_person(read):
    assert read("quantity", Marker("45"))[0].short.text == "45 bể nước"
    assert read("person", Marker("Văn Mẫu"))[0].short.text == "Trần Văn Mẫu, Chủ tịch UBND huyện"


def test_rules_keep_the_day_with_its_derived_year(read):
    best = read("date", Marker("nước sạch"))[0]
    assert best.short.derived == "5/3/2031"


def test_a_figure_that_goes_with_the_noun_is_not_overruled(read):
    assert read("quantity", Marker("320 hộ nghèo"))[0].short.text == "45 bể nước"


@pytest.mark.parametrize("text", ["Chủ tịch UBND huyện Mẫu Sơn là ai?", "Còn chương trình nước sạch thì sao?"])
def test_offices_and_questions_without_an_asking_word_are_left_to_the_rules(text, article, hits_of):
    question, hits = analyse(text), hits_of(article)
    found = SpanReader(RuleReader(), lambda: Marker("nước sạch")).read(question, hits)
    alone = {e.text: e.short for e in RuleReader().read(question, hits)}
    assert all(e.short == alone[e.text] for e in found)


def test_who_the_question_names_is_not_who_it_asks_for(article, hits_of):
    question = analyse("Ai bắt tay với Trần Văn Mẫu?")
    found = SpanReader(RuleReader(), lambda: Marker("Ông Trần Văn Mẫu")).read(question, hits_of(article))
    assert all(e.short is None or "Trần Văn Mẫu" not in e.short.text for e in found)


def test_yes_or_no_has_no_short_answer(read):
    assert all(e.short is None for e in read("yesno", Marker("nước sạch")))


def test_the_marked_sentence_goes_first(read):
    rules = read("other", Marker())
    second = rules[1].text
    assert read("other", Marker(second[:20]), margin=5.0)[0].text == second


def test_only_what_fits_is_read_and_neighbours_are_read_together(read):
    marker = Marker()
    read("other", marker, window=1)
    assert [len(group) for group in marker.groups] == [1]
    read("other", marker, window=1000)
    assert sum(map(len, marker.groups)) > len(marker.groups)


def test_without_a_network_the_rules_read_alone(article, hits_of):
    question = analyse(QUESTIONS["quantity"])
    hits = hits_of(article)
    assert SpanReader(RuleReader(), lambda: None).read(question, hits) == RuleReader().read(question, hits)
    assert SpanReader(RuleReader(), Marker).read(question, []) == ()


def test_a_setting_leaves_it_to_the_rules(tmp_path):
    settings = Settings.load(tmp_path, env={}, reader="rules")
    assert isinstance(span.open_reader(settings, lambda: pytest.fail("the encoder was loaded")), RuleReader)
    with pytest.raises(SettingError, match="RAG_READER"):
        span.open_reader(Settings.load(tmp_path, env={}, reader="magic"), lambda: None)


def test_rounded_weights_are_near_and_small():
    values = np.random.default_rng(0).normal(size=(40, 8)).astype(np.float32)
    rounded = weights.quantise(values)
    assert np.abs(rounded.weight).max() == weights.LARGEST
    assert np.allclose(rounded.weight * rounded.scale, values, atol=rounded.scale.max())


def test_the_shipped_file_is_the_pinned_one():
    assert weights.state() == "ok"
    assert weights.PATH.stat().st_size < 12_000_000


@pytest.fixture
def asked(article, hits_of):
    """A question and its hits."""
    return analyse(QUESTIONS["quantity"]), hits_of(article)


@pytest.fixture(scope="module")
def encoder():
    return load_encoder(Settings.load(env={}))


@pytest.fixture(scope="module")
def network(encoder):
    return model.SpanModel(model.graph_file(encoder.graph_folder), encoder.segmenter)


@pytest.mark.encoder
def test_tokens_stand_for_their_characters(encoder):
    text = "Ông Nguyễn Văn A (sinh 1950) nói: “TP.HCM tăng 7,89%…”  ½ ﬁn xong."
    tokens = encoder.segmenter.placed(text)
    assert [i for i, _, _ in tokens] == encoder.segmenter.ids(text)[1:-1]
    assert all(0 <= start < end <= len(text) for _, start, end in tokens)
    named = next((start, end) for _, start, end in tokens if text[start:end] == "Văn")
    assert text[slice(*named)] == "Văn"


@pytest.mark.encoder
@pytest.mark.parametrize(
    ("question", "sentence", "words"),
    [
        ("Cây cầu bắc qua sông nào?", "Cây cầu dài 300 m bắc qua sông Lam được khánh thành hôm qua.", "Lam"),
        ("Ai vẽ bức tranh?", "Bức tranh do hoạ sĩ Lê Thị Mơ vẽ trong hai năm.", "Lê Thị Mơ"),
        ("Xã Mẫu Sơn trồng cây gì?", "Từ năm 2029, xã Mẫu Sơn trồng cây mắc ca trên đất đồi.", "mắc ca"),
    ],
)
def test_the_network_marks_the_answer(network, question, sentence, words):
    other = "Giá vàng trong nước hôm nay giảm nhẹ."
    (found, wrong), *_ = network.read(question, [[sentence, other]])
    assert words in sentence[found.start : found.end]
    assert found.margin > wrong.margin


@pytest.mark.encoder
def test_a_passage_that_answers_is_told_from_one_that_does_not(network):
    def passage(text: str) -> Passage:
        return Passage(1, "d1", "v1", 0, 100, 100 + len(text), text, tuple(s for s in _at(100, text)))

    reader = SpanReader(RuleReader(), lambda: network)
    question = "Xã Mẫu Sơn trồng cây gì?"
    right = reader.answers(question, passage("Từ năm 2029, xã Mẫu Sơn trồng cây mắc ca. Đất ở đây là đất đồi."))
    wrong = reader.answers(question, passage("Năm 2029, xã Mẫu Sơn có 15 thôn. Trụ sở xã đặt ở thôn Nà Mẫu."))
    assert right > wrong + 3
    assert reader.answers(question, passage(" ".join(["Xã Mẫu Sơn trồng cây mắc ca trên đất đồi."] * 90))) is not None
    assert SpanReader(RuleReader(), lambda: None).answers(question, passage("Xã trồng mắc ca.")) is None


def test_words_that_only_repeat_the_question_are_no_answer_unless_to_choose() -> None:
    text = "Một số xã ở vùng cao chậm hỗ trợ."
    passage = Passage(1, "d1", "v1", 0, 0, len(text), text, tuple(_at(0, text)))
    hit = Hit(passage, DocumentInfo("d1", "t", "v1", "", "t.txt", "Tin"), 1.0, 0.9, 1.0)
    reader = SpanReader(RuleReader(), lambda: Marker("xã ở vùng cao"))
    (found,) = reader.read(analyse("Xã nào ở vùng cao chậm hỗ trợ?"), [hit])
    assert found.short is None
    (found,) = reader.read(analyse("Xã ở vùng cao hay vùng thấp chậm hỗ trợ, xã nào?"), [hit])
    assert found.short


@pytest.mark.parametrize(
    ("window", "sentences"),
    [
        (1, ["Xã trồng mắc ca."]),
        (8, ["Chợ họp sớm.", "Xã trồng mắc ca."]),
        (99, ["Trời mưa to nhiều ngày.", "Chợ họp sớm.", "Xã trồng mắc ca."]),
    ],
)
def test_of_a_long_passage_the_sentences_nearest_to_the_question_are_read_in_the_texts_order(window, sentences):
    text = "Trời mưa to nhiều ngày. Chợ họp sớm. Xã trồng mắc ca."
    marker = Marker("mắc ca")
    passage = Passage(1, "d1", "v1", 0, 100, 100 + len(text), text, tuple(_at(100, text)))
    reader = SpanReader(RuleReader(), lambda: marker, Mix(window=window))
    assert reader.answers("xa trong cay gi, cho nao", passage) == 6.0
    assert marker.groups == [sentences]


def _at(start: int, text: str) -> list[Span]:
    return [Span(start + s.start, start + s.end) for s in sentence_spans(text)]


@pytest.mark.encoder
def test_odd_input_is_read(network):
    assert network.read("", [[""], ["\u200b", "a" * 5000]])[0] == (None,)
    long = "nước " * 3000
    found = network.read(long, [[long]])[0][0]
    assert 0 <= found.start < found.end <= len(long)


@pytest.mark.encoder
def test_the_graph_is_made_once_and_shares_the_token_table(encoder, tmp_path):
    for name in ("model.onnx", "model.onnx.data"):
        shutil.copy(encoder.graph_folder / name, tmp_path)
    first = model.graph_file(tmp_path)
    made = first.stat().st_mtime_ns
    assert model.graph_file(tmp_path) == first
    assert first.stat().st_mtime_ns == made
    data = first.with_name(first.name + ".data")
    assert data.stat().st_size < 30_000_000
    for part in (first, data):  # one bit turned: noticed, and made again
        sound = part.read_bytes()
        damaged = sound[:1000] + bytes([sound[1000] ^ 4]) + sound[1001:]
        part.write_bytes(damaged)
        with part.open("rb") as held:  # as another process does that is asking meanwhile
            assert model.graph_file(tmp_path) == first
            assert held.read() == damaged
        assert part.read_bytes() == sound
    assert not list(tmp_path.glob("*.data.*"))


@pytest.mark.encoder
@pytest.mark.parametrize("harm", ["missing", "damaged"])
def test_without_its_file_the_rules_read_alone_and_the_log_says_so(harm, encoder, tmp_path, asked, request):
    monkeypatch, caplog = (request.getfixturevalue(name) for name in ("monkeypatch", "caplog"))
    path = tmp_path / "reader.safetensors"
    if harm == "damaged":
        shutil.copy(weights.PATH, path)
        path.write_bytes(path.read_bytes()[:-7])
    monkeypatch.setattr(span, "state", lambda: weights.state(path))
    question, hits = asked
    with caplog.at_level(logging.WARNING):
        found = span.open_reader(Settings.load(tmp_path, env={}), lambda: encoder).read(question, hits)
    assert found == RuleReader().read(question, hits)
    assert harm in caplog.text


@pytest.mark.encoder
def test_a_folder_that_cannot_be_written_leaves_it_to_the_rules(encoder, asked, tmp_path, monkeypatch, caplog):
    def refuse(_: object) -> None:
        raise PermissionError("read-only")

    monkeypatch.setattr(model, "graph_file", refuse)
    question, hits = asked
    found = span.open_reader(Settings.load(tmp_path, env={}), lambda: encoder).read(question, hits)
    assert found == RuleReader().read(question, hits)
    assert "read-only" in caplog.text


class Differing:
    """Rules that find the first sentence to be about another year."""

    def read(self, question, hits):
        first, *others = RuleReader().read(question, hits)
        return (replace(first, differences=(Difference("year", "2027", "2030"),)), *others)


def test_first_sentence_about_what_is_asked_is_read_though_the_window_is_full(article, hits_of):
    question = analyse(QUESTIONS["quantity"])
    evidence = SpanReader(Differing(), lambda: Marker("45 bể"), Mix(window=1)).read(question, hits_of(article))
    read = [e for e in evidence if e.signals.span is not None]
    assert sorted(bool(e.differences) for e in read) == [False, True]


@pytest.mark.parametrize(
    ("sentence", "marked", "whole"),
    [
        ("Nói tiếng Tày, tiếng Nùng, tiếng Dao.", "tiếng Tày, tiếng Nùng", "tiếng Tày, tiếng Nùng, tiếng Dao"),
        ("Gồm Mẫu An, Mẫu Sơn và Mẫu Giang.", "Mẫu An, Mẫu Sơn", "Mẫu An, Mẫu Sơn và Mẫu Giang"),
        ("Nói tiếng Tày, tiếng Nùng, theo ông Mẫu.", "tiếng Tày, tiếng Nùng", "tiếng Tày, tiếng Nùng"),
        ("Ở Mẫu An, Mẫu Sơn cũng có lễ hội.", "Mẫu An", "Mẫu An"),
    ],
)
def test_an_enumeration_is_not_cut_short(sentence: str, marked: str, whole: str) -> None:
    start = sentence.index(marked)
    assert sentence[start : whole_enumeration(sentence, start, start + len(marked))] == whole


@pytest.mark.parametrize(
    ("sentence", "marked", "short"),
    [
        ("Cuộc họp bất thường diễn ra tại địa phương này.", "địa phương này", None),
        ("HĐQT công ty triệu tập cuộc họp bất thường.", "HĐQT công ty", None),
        ("Cuộc họp bất thường của cơ quan ở Công ty lớn.", "Công ty lớn", "Công ty lớn"),
        ("Cuộc họp bất thường diễn ra tại hội trường lớn.", "hội trường lớn", "hội trường lớn"),
    ],
)
def test_a_body_is_a_place_only_where_something_is_at_it(sentence, marked, short, hits_of):
    document = Document(DocumentInfo("d9", "k9", "v1", "default", "hop.txt", "Tin họp"), sentence)
    reader = SpanReader(RuleReader(), lambda: Marker(marked))
    best = reader.read(analyse("Cuộc họp bất thường diễn ra ở đâu?"), hits_of(document))[0]
    assert (best.short.text if best.short else None) == short


def test_words_marked_where_no_cause_is_given_do_not_make_it_sure(hits_of):
    document = Document(DocumentInfo("d9", "k9", "v1", "default", "cho.txt", "Tin chợ"), "Xã đóng cửa chợ từ thứ Hai.")
    for margin, short in ((1.0, None), (6.0, "thứ Hai")):
        reader = SpanReader(RuleReader(), lambda margin=margin: Marker("thứ Hai", margin=margin))
        best = reader.read(analyse("Vì sao xã đóng cửa chợ?"), hits_of(document))[0]
        assert (best.short.text if best.short else None) == short
        assert best.signals.missing == 1.0
