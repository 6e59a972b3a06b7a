"""Strategies that make Vietnamese-looking text, and any text."""

from __future__ import annotations

import unicodedata

from hypothesis import strategies as st

PIECES = st.sampled_from(
    [
        piece.strip()
        for piece in """
    hộ|nghèo|dân tộc|thiểu số|Ủy ban|UBND|tỉnh|TP. Hồ Chí Minh|Th.S.|1.200 tỷ|7,89%|8/1|08/01/2021|ngày 8 tháng 1
    quý II/2020|năm 2020|6 tháng đầu năm|giai đoạn 2021–2030|88/2019/QH14|12/NQ-CP|Quyết định số 900/QĐ-TTg|thuý
    ông Nguyễn Văn A|hoà|một trăm mười hai|rưỡi|hai|năm|(DTTS)|“Được biết|”|…|.|;|:|- |a)|1. |Đ|Ð|đường|QUÝ|Hoàn
    kinh tế – xã hội|sáng nay (8/1)|5-7%|24/7|3/4 số hộ|nam 2020|thang 12|Chương trình 135|đồng chí|COVID-19|km²
    Phó Chủ tịch UBND tỉnh
    """.strip()
        .replace("\n", "|")
        .split("|")
    ]
)
SEPARATORS = st.sampled_from([" ", " ", " ", "", "\n", "\n\n", ". ", ", ", "; "])
VIETNAMESE = st.lists(st.tuples(PIECES, SEPARATORS), max_size=25).map(lambda parts: "".join(a + b for a, b in parts))
ANYTHING = st.one_of(VIETNAMESE, st.text(max_size=80))
STORED = ANYTHING.map(lambda text: unicodedata.normalize("NFC", text))


def nfd(text: str) -> str:
    return unicodedata.normalize("NFD", text)
