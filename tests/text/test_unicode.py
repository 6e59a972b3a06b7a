from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rag.text.unicode import UPPER, canonical_tones, clean, fold, has_marks, lower, nfc, normalize
from rag.types import Span
from tests.text.vietnamese import ANYTHING, STORED, nfd


@given(STORED)
@example("İSTANBUL ǅ ẞ ŉ")
def test_folding_keeps_the_length(text: str) -> None:
    assert len(fold(text)) == len(text)


@given(STORED, STORED)
def test_folding_works_character_by_character(a: str, b: str) -> None:
    assert fold(a) + fold(b) == "".join(fold(c) for c in a + b)


@given(STORED)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Đắk Lắk", "dak lak"),
        ("ĐƯỜNG ưỡn ữ", "duong uon u"),
        ("Ðảng", "dang"),
        ("km² Ψ Я 5ĐB", "km² ψ я 5db"),
        ("", ""),
    ],
)
def test_folding_removes_tones_and_letter_marks(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("hoà", "hòa"), ("hòa", "hòa"), ("thuý", "thúy"), ("khoẻ", "khỏe"), ("uỷ", "ủy"), ("UỶ BAN", "ỦY BAN"),
        ("Uỷ", "Ủy"), ("loá, xoè.", "lóa, xòe."), ("quý", "quý"), ("qúy", "quý"), ("qủa", "quả"),
        ("hoàn toàn", "hoàn toàn"),
        ("tòan", "toàn"), ("hùynh", "huỳnh"), ("ngoài", "ngoài"), ("của", "của"), ("mùa", "mùa"), ("thuở", "thuở"),
        ("Hoà-Bình", "Hòa-Bình"), ("thuỷ sản", "thủy sản"), ("khuya", "khuya"), ("Huế", "Huế"),
    ],
)  # fmt: skip
def test_old_and_new_tone_placement_become_one(written: str, canonical: str) -> None:
    assert canonical_tones(written) == canonical


@given(STORED)
def test_tone_placement_keeps_length_case_and_letters(text: str) -> None:
    placed = canonical_tones(text)
    assert len(placed) == len(text)
    assert fold(placed) == fold(text)
    assert [c.isupper() for c in placed] == [c.isupper() for c in text]


@given(STORED)
def test_tone_placement_is_settled_after_one_pass(text: str) -> None:
    assert canonical_tones(canonical_tones(text)) == canonical_tones(text)


@pytest.mark.parametrize("text", ["đ", "Đ", "hộ", "HỘ", "a\u0300", "ơ", "Ð"])
def test_a_mark_is_seen(text: str) -> None:
    assert has_marks(text)


@pytest.mark.parametrize("text", ["ho ngheo 2020", "UBND", "", "naïve", "2²"])
def test_no_mark_is_seen_where_there_is_none(text: str) -> None:
    assert not has_marks(text)


@given(ANYTHING)
def test_normal_text_points_back_into_its_source(source: str) -> None:
    normal = normalize(nfd(source))
    assert len(normal.offsets) == len(normal.text) + 1
    assert normal.to_source(Span(0, len(normal.text))) == Span(0, len(nfd(source)))
    assert list(normal.offsets) == sorted(normal.offsets)


@given(STORED.filter(lambda t: "Ð" not in t and "ð" not in t), st.data())
def test_a_span_of_normal_text_is_found_in_nfd_source(text: str, data: st.DataObject) -> None:
    source = nfd(text)
    normal = normalize(source)
    start = data.draw(st.integers(0, len(normal.text)))
    end = data.draw(st.integers(start, len(normal.text)))
    found = normal.to_source(Span(start, end))
    assert normal.text[start:end] in nfc(source[found.start : found.end])


def test_normal_form_of_nfc_and_nfd_is_the_same() -> None:
    text = "Ủy ban nhân dân tỉnh Đắk Nông"
    assert normalize(nfd(text)).text == normalize(text).text == text


@pytest.mark.parametrize(
    ("written", "corrected"),
    [
        ("Ðảng và Ðoàn", "Đảng và Đoàn"), ("ðồng bào", "đồng bào"), ("HÐND, QÐ-TTg, ÐBQH", "HĐND, QĐ-TTg, ĐBQH"),
        ("Gylfi Sigurðsson og Guðjohnsen", "Gylfi Sigurðsson og Guðjohnsen"),
    ],
)  # fmt: skip
def test_eth_becomes_d_with_stroke_in_vietnamese_words_only(written: str, corrected: str) -> None:
    assert clean(written) == corrected


@given(st.text(max_size=120))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(st.text(max_size=120))
def test_clean_text_is_nfc_printable_and_writable(text: str) -> None:
    cleaned = clean(text)
    assert unicodedata.is_normalized("NFC", cleaned)
    assert not any(ord(c) < 32 and c not in "\n\t" for c in cleaned)
    cleaned.encode("utf-8")


def test_invisible_characters_go_and_paragraphs_stay() -> None:
    assert clean("\ufeffDân\u00a0tộc\u200b thiểu\u00ad số\x00\r\n\r\n\u202eMiền\u2009núi\U000e0041\r") == (
        "Dân tộc thiểu số\n\nMiền núi\n"
    )


def test_half_a_surrogate_pair_is_replaced() -> None:
    assert clean("a\ud800b") == "a\ufffdb"


@given(STORED)
def test_lower_case_keeps_the_length(text: str) -> None:
    assert len(lower(text)) == len(text)


def test_the_class_of_capitals_holds_capitals_only() -> None:
    letters = UPPER.replace("A-Z", "")
    assert letters.isupper()
    assert {"Ạ", "Ỹ", "Đ", "Ư"} <= set(letters)
