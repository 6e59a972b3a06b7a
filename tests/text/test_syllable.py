from __future__ import annotations

import pytest

from rag.text.syllable import is_bare_syllable, is_syllable
from rag.text.unicode import fold

REAL = """
nghiêng khuỷu thuở quý gì giếng yêu yến uống oanh hoạch khuya quyết quýt huỳnh thoắt xoèn ươm người cừu
rượu bìu ngoằn ngoèo toàn tòa mía của lửa giữa đường được ách ếch ích ọc ộp sướt mướt tuyết thuê quốc khuyên ỷ ở ý à
""".split()


@pytest.mark.parametrize("word", REAL)
def test_vietnamese_syllables_are_known(word: str) -> None:
    assert is_syllable(word)


@pytest.mark.parametrize(
    "word", ["what", "result", "tëc", "năch", "hàc", "bàt", "ngh", "bcd", "school", "señor", "für"]
)
def test_other_words_are_refused(word: str) -> None:
    assert not is_syllable(word)


@pytest.mark.parametrize("word", REAL)
def test_syllables_without_marks_are_known_too(word: str) -> None:
    assert is_bare_syllable(fold(word))


@pytest.mark.parametrize("word", ["ubnd", "dtts", "what", "school", "bhyt"])
def test_abbreviations_and_english_are_no_bare_syllables(word: str) -> None:
    assert not is_bare_syllable(word)
