from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rag.text.legacy import LegacyEncoding, detect, encoding_of_font, from_unicode, to_unicode
from rag.text.unicode import VOWELS
from tests.text.vietnamese import VIETNAMESE

SENTENCE = "Ban Dân tộc tỉnh tổ chức hội nghị tổng kết công tác năm 2020, triển khai nhiệm vụ năm 2021 ở các huyện."
FONTS: dict[LegacyEncoding, str] = {"tcvn3": ".VnTime", "vni": "VNI-Times"}


@pytest.mark.parametrize("encoding", FONTS)
def test_a_legacy_text_is_detected_and_converted(encoding: LegacyEncoding) -> None:
    legacy = from_unicode(SENTENCE, encoding)
    assert legacy != SENTENCE
    assert detect(legacy) == encoding
    assert to_unicode(legacy).text == SENTENCE
    assert to_unicode(legacy).encoding == encoding


@pytest.mark.parametrize("encoding", FONTS)
@given(text=st.text("aăâbcdđeêghiklmnoôơpqrstuưvxy " + VOWELS, max_size=60))
def test_small_letters_survive_the_way_there_and_back(encoding: LegacyEncoding, text: str) -> None:
    assert to_unicode(from_unicode(text, encoding), FONTS[encoding]).text == text


@given(st.text("ABCĐ" + VOWELS.upper(), max_size=40))
def test_capitals_survive_in_vni(text: str) -> None:
    assert to_unicode(from_unicode(text, "vni"), "VNI-Times").text == text


def test_a_capital_font_makes_capitals() -> None:
    assert to_unicode(from_unicode("ủy ban dân tộc", "tcvn3"), ".VnTimeH").text == "ỦY BAN DÂN TỘC"


def test_capitals_with_small_toned_letters_are_evened() -> None:
    assert to_unicode("§¶NG ñY x· §¾c S¬n", ".VnTime").text == "ĐẢNG ỦY xã Đắc Sơn"


def test_the_lost_letter_of_pdf_files_is_recovered() -> None:
    assert to_unicode("Thñ t\u2212íng, nhµ n\u2212íc, 5 \u2212 3", ".VnTime").text == "Thủ tướng, nhà nước, 5 \u2212 3"


@pytest.mark.parametrize(
    ("font", "encoding"),
    [
        (".VnTime", "tcvn3"), ("ABCDEF+.VnArialH", "tcvn3"), (".vntime", "tcvn3"), ("VNI-Times", "vni"),
        ("VNI Helve", "vni"), ("Times New Roman", None), ("Vnitalic", None), ("", None),
    ],
)  # fmt: skip
def test_the_font_names_the_encoding(font: str, encoding: str | None) -> None:
    assert encoding_of_font(font) == encoding


@pytest.mark.parametrize(
    "text",
    [
        SENTENCE,
        SENTENCE.upper(),
        "",
        "Plain English text about the committee and its work in the year 2020.",
        "El niño está aquí, mañana será otro día y además habrá una canción en el jardín del señor Ibáñez.",
        "Die Größe der Bücher für Mädchen überrascht; die schöne Straße führt über alte Brücken nach Österreich.",
        "Les élèves français étaient très déçus à la fête de Noël, où l'hôte avait préparé un gâteau brûlé.",
        "São Paulo não é a maior cidade da região; o coração da nação está à frente da opinião pública.",
    ],
)
def test_unicode_vietnamese_and_other_languages_are_left_alone(text: str) -> None:
    assert detect(text) is None
    assert to_unicode(text).text == text


@given(VIETNAMESE)
@example("Ð Ð ")
def test_vietnamese_in_unicode_is_never_converted(text: str) -> None:
    assert detect(text) is None
    assert detect(text * 5) is None


def test_a_unicode_font_is_believed() -> None:
    assert to_unicode(from_unicode(SENTENCE, "tcvn3"), "Arial").encoding is None


BOTH = pytest.mark.parametrize(("encoding", "font"), [("tcvn3", ".VnTime"), ("vni", "VNI-Times")])


@BOTH
def test_unicode_typed_with_the_old_font_still_set_is_left_alone(encoding: LegacyEncoding, font: str) -> None:
    assert to_unicode(SENTENCE, font).text == SENTENCE
    half = SENTENCE[: len(SENTENCE) // 2].rpartition(" ")[0]
    rest = SENTENCE[len(half) :]
    assert to_unicode(from_unicode(half, encoding) + rest, font).text == SENTENCE
    assert to_unicode(half + from_unicode(rest, encoding), font).text == SENTENCE


@BOTH
def test_letters_of_a_font_that_calls_itself_one_of_symbols_are_read(encoding: LegacyEncoding, font: str) -> None:
    private = "".join(chr(0xF000 + ord(c)) if c > "\x7f" else c for c in from_unicode(SENTENCE, encoding))
    assert to_unicode(private, font).text == SENTENCE


def test_a_line_in_capitals_has_no_small_letter_with_a_tone() -> None:
    text = "Ý KIẾN CỦA ỦY BAN, À MÀ THÔI\nThứ tự à"
    assert to_unicode(from_unicode(text, "tcvn3"), ".VnTime").text == text


@pytest.mark.parametrize("font", [".VnTimeH", "ABCDEF+.VnTimeH,Bold", ".VnArial NarrowH", "VnTimeH-BoldItalic"])
def test_a_font_of_capitals_is_known_by_its_name_however_it_goes_on(font: str) -> None:
    assert to_unicode(from_unicode("sở y tế", "tcvn3"), font).text == "SỞ Y TẾ"


def test_fonts_of_other_encodings_are_not_taken_for_tcvn3() -> None:
    assert [encoding_of_font(name) for name in ("VNtimes new roman", "Vnu Times", "VN Arial", "Vnitalic")] == [None] * 4
