from __future__ import annotations

import pytest

from rag.answer.smalltalk import small_talk


@pytest.mark.parametrize("text", ["Xin chào!", "chao ban", "Cảm ơn bạn nhiều", "bạn là ai?", "???", "   ", "help"])
def test_what_is_no_question_gets_a_short_reply(text: str) -> None:
    assert small_talk(text)


@pytest.mark.parametrize("text", ["Ai chủ trì hội nghị?", "Lễ chào cờ tổ chức khi nào?", "Hướng dẫn số 5 về việc gì?"])
def test_a_question_is_left_to_the_documents(text: str) -> None:
    assert small_talk(text) is None
