"""What ``rag search --explain`` shows: how a question was understood, and where each candidate comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rag.cli.output import console, describe, printable
from rag.lang import say

if TYPE_CHECKING:
    from rag.retrieve.hybrid import Candidate, Explanation
    from rag.retrieve.understand import Query


def explanation_to_dict(found: Explanation) -> dict[str, Any]:
    """An explanation as JSON-ready values."""
    query = found.query
    return {
        "typed": query.typed,
        "understood": query.text,
        "restored": query.restored,
        "corrections": [{"typed": c.typed, "meant": c.meant} for c in query.corrections],
        "encoded": query.encoded,
        "abbreviations": [{"short": short, "words": words} for short, words in query.defined.items()],
        "dates": [{"text": d.text, "year": d.year, "month": d.month, "day": d.day} for d in query.dates],
        "terms": [{"field": t.field, "text": t.text, "weight": t.weight} for t in query.lexical],
        "candidates": [_candidate(candidate) for candidate in found.candidates],
    }


def _candidate(candidate: Candidate) -> dict[str, Any]:
    hit = candidate.hit
    return {
        "passage_id": hit.passage.id,
        "document_id": hit.document.id,
        "title": hit.document.title,
        "source": hit.document.source,
        "score": hit.score,
        "fused": candidate.fused,
        "sentence": candidate.sentence,
        "time": candidate.time,
        "dense": hit.dense,
        "dense_rank": candidate.dense_rank or None,
        "lexical": hit.lexical,
        "lexical_rank": candidate.lexical_rank or None,
    }


def print_explanation(found: Explanation, top_k: int) -> None:
    """Print the understanding, then one line a candidate."""
    screen = console()
    for label, value in _understanding(found.query):
        screen.print(f"{label}: {printable(value)}", soft_wrap=True)
    screen.print()
    heading = say(
        "hạng điểm  hợp nhất  câu   giờ   nghĩa (hạng)   từ (hạng)",
        "rank score  fused  sent. time  dense (rank)  words (rank)",
    )
    screen.print(heading, style="bold", soft_wrap=True)
    for rank, candidate in enumerate(found.candidates[:top_k], 1):
        screen.print(_line(rank, candidate), soft_wrap=True)


def _understanding(query: Query) -> list[tuple[str, str]]:
    weights = ", ".join(f"{t.text}·{t.weight:g}" for t in query.lexical if not t.field.endswith("2"))
    rows = [
        (say("Đã gõ", "Typed"), query.typed),
        (
            say("Hiểu là", "Understood"),
            query.text + (say(" (thêm dấu)", " (marks restored)") if query.restored else ""),
        ),
        (say("Sửa lỗi gõ", "Corrected"), ", ".join(f"{c.typed} → {c.meant}" for c in query.corrections)),
        (say("Viết tắt trong tài liệu", "Abbreviated"), ", ".join(f"{s} = {w}" for s, w in query.defined.items())),
        (say("Đưa vào bộ mã hoá", "Encoded"), query.encoded),
        (say("Thời gian", "Times"), ", ".join(d.text for d in query.dates)),
        (say("Từ tìm", "Words"), weights),
    ]
    return [(label, value) for label, value in rows if value]


def _line(rank: int, candidate: Candidate) -> str:
    hit = candidate.hit
    legs = f"{hit.dense:.3f} ({candidate.dense_rank or '–'})  {hit.lexical:6.1f} ({candidate.lexical_rank or '–'})"
    scores = f"{hit.score:6.2f} {candidate.fused:6.2f}  {candidate.sentence:.2f}  {candidate.time:.1f}"
    return f"{rank:3d} {scores}  {legs}  {describe(hit.document)} [{hit.passage.start}–{hit.passage.end}]"
