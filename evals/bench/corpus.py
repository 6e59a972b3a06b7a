"""Articles to measure with: a file of one's own, or text made from a small grammar. Nothing is downloaded."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

_PLACES = ("Thanh Lâm", "Hà Sơn", "Bình Khê", "Vân Lâm", "Đình Cả", "Tả Giàng", "Pác Khê", "Hoài Sơn", "Mộc Sơn")
_BODIES = (
    "UBND tỉnh",
    "Sở Nông nghiệp",
    "Ban Dân tộc",
    "Sở Y tế",
    "Sở Giáo dục và Đào tạo",
    "Công an tỉnh",
    "Hội Phụ nữ",
)
_WORKS = ("công trình nước sạch", "km đường giao thông", "phòng học", "hộ thoát nghèo", "ha rừng trồng mới",
          "lao động được đào tạo", "mô hình sinh kế", "nhà văn hóa thôn", "trạm y tế", "cây cầu dân sinh")  # fmt: skip
_NAMES = ("Hoàng Văn Thụy", "Nông Thị Lệ", "Vàng A Páo", "Ma Thị Thơm", "Triệu Đức Long", "Lò Văn Pánh", "Đinh Văn Rêu")
_TASKS = ("tuyên truyền, vận động nhân dân", "kiểm tra, giám sát việc thực hiện", "bố trí đủ vốn đối ứng",
          "đẩy nhanh tiến độ giải ngân", "đào tạo cán bộ cơ sở", "hỗ trợ vay vốn ưu đãi")  # fmt: skip


def write_corpus(path: Path, n: int, source: Path | None = None) -> list[str]:
    """Write ``n`` articles as one JSONL file.

    :param source: ``.jsonl`` or ``.jsonl.gz`` with ``title`` and ``text``; made text when ``None``.
    :return: Questions about some of the articles: their titles.
    """
    rows = list(islice(read_articles(source) if source else made_articles(), n))
    with path.open("w", encoding="utf-8") as stream:
        for i, row in enumerate(rows):
            fields = {key: row[key] for key in ("title", "text", "published", "publisher", "url") if row.get(key)}
            stream.write(json.dumps({"id": str(i), **fields}, ensure_ascii=False) + "\n")
    step = max(1, len(rows) // 100)
    return [row.get("question") or row["title"] for row in rows[::step]]


def made_articles(seed: int = 0) -> Iterator[dict[str, Any]]:
    """Articles without end, each different, about 2,000 characters as real news are."""
    draw = random.Random(seed)
    number = 0
    while True:
        number += 1
        place, work, year = draw.choice(_PLACES), draw.choice(_WORKS), draw.randint(2015, 2024)
        published = date(year, 1, 1) + timedelta(days=draw.randrange(365))
        paragraphs = [_paragraph(draw, place, year) for _ in range(9)]
        yield {
            "title": f"{place} có thêm {draw.randint(2, 900)} {work} trong năm {year} (tin số {number})",
            "text": "\n\n".join(paragraphs),
            "published": published.isoformat(),
            "publisher": "vi-du.vn",
            "question": f"Năm {year} {place} có thêm bao nhiêu {work}?",
        }


def _paragraph(draw: random.Random, place: str, year: int) -> str:
    body, name, work = draw.choice(_BODIES), draw.choice(_NAMES), draw.choice(_WORKS)
    return (
        f"Năm {year}, {body} {place} đã hoàn thành {draw.randint(2, 900)} {work} với tổng kinh phí "
        f"{draw.randint(2, 900)} tỷ đồng, đạt {draw.randint(60, 130)},{draw.randint(0, 9)}% kế hoạch. Đồng chí {name} "
        f"yêu cầu các đơn vị {draw.choice(_TASKS)} trước ngày {draw.randint(1, 28)}/{draw.randint(1, 12)}/{year + 1}."
    )


def read_articles(source: Path) -> Iterator[dict[str, Any]]:
    """The rows of a ``.jsonl`` or ``.jsonl.gz`` file of articles."""
    with _open(source) as stream:
        for line in stream:
            if line.strip():
                yield json.loads(line)


def _open(source: Path) -> TextIO:
    return gzip.open(source, "rt", encoding="utf-8") if source.suffix == ".gz" else source.open(encoding="utf-8")
