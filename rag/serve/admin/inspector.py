"""How a question was understood, and why each passage stands where it does."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from rag.lang import say
from rag.serve.admin.frame import admin_page, day, facts, number, table
from rag.serve.library import shown_name
from rag.serve.links import link, place_link

if TYPE_CHECKING:
    from rag.retrieve.hybrid import Candidate, Explanation
    from rag.retrieve.understand import Query

SHOWN = 30
_EXCERPT = 220


def inspector_page(question: str, found: Explanation | None, problem: str = "") -> str:
    """The page for a question, empty before one is asked.

    :param problem: Why it could not be searched, in the person's language.
    """
    label = say("Câu hỏi", "Question")
    hint = say(
        "Xem một câu hỏi được hiểu ra sao, và vì sao mỗi đoạn đứng ở chỗ của nó.",
        "See how a question is understood, and why each passage stands where it does.",
    )
    form = (
        f'<form role="search" class="find" method="get" action="{link("/admin/search")}">'
        f'<input type="search" name="q" value="{escape(question)}" placeholder="{label}" aria-label="{label}"'
        " autofocus>"
        f'<button type="submit" class="go">{say("Soi", "Inspect")}</button></form>'
    )
    told = f'<p class="problem" role="alert">{escape(problem)}</p>' if problem else ""
    shown = _understanding(found.query) + _candidates(found) if found else f'<p class="hint">{hint}</p>'
    return admin_page("/admin/search", say("Soi tìm kiếm", "Search inspector"), form + told + shown)


def _understanding(query: Query) -> str:
    marks = say(" (đã thêm dấu)", " (marks restored)") if query.restored else ""
    terms = "".join(
        f"<li><span>{escape(t.text)}</span> <small>{number(t.weight, 2)}{_field(t.field)}</small></li>"
        for t in query.lexical
        if not t.field.endswith("2")
    )
    pairs = sum(t.field.endswith("2") for t in query.lexical)
    with_pairs = say(f"và {pairs} cặp âm tiết", f"and {pairs} pairs of syllables") if pairs else ""
    rows = [
        (say("Đã gõ", "Typed"), escape(query.typed)),
        (say("Hiểu là", "Understood as"), escape(query.text) + marks),
        (
            say("Sửa lỗi gõ", "Typing errors"),
            ", ".join(f"{escape(c.typed)} → {escape(c.meant)}" for c in query.corrections),
        ),
        (say("Đưa vào bộ mã hóa", "Encoded"), escape(query.encoded)),
        (say("Thời gian", "Times"), ", ".join(_time(d.text, d.year, d.month, d.day) for d in query.dates)),
        (say("Từ tìm (trọng số)", "Words (weight)"), f'<ul class="terms">{terms}</ul>{with_pairs}'),
    ]
    return f"<h2>{say('Câu hỏi được hiểu ra sao', 'How the question is understood')}</h2>{facts(rows)}"


def _field(field: str) -> str:
    return say(" không dấu", " folded") if field.startswith("folded") else ""


def _time(text: str, year: int | None, month: int | None, of_month: int | None) -> str:
    parts = [part for part in (of_month, month, year) if part]
    return f"{escape(text)} ({'/'.join(map(str, parts))})"


def _candidates(found: Explanation) -> str:
    if not found.candidates:
        return f'<p class="none">{say("Không tìm thấy đoạn nào.", "No passage found.")}</p>'
    headings = [
        say("Hạng", "Rank"), say("Đoạn", "Passage"), say("Điểm cuối", "Score"), say("Hợp nhất", "Fused"),
        say("Nghĩa: hạng", "Meaning: rank"), say("cosin", "cosine"), say("Từ: hạng", "Words: rank"), "BM25",
        say("Câu", "Sentence"), say("Thời gian", "Time"),
    ]  # fmt: skip
    rows = (_row(rank, candidate) for rank, candidate in enumerate(found.candidates[:SHOWN], 1))
    explained = say(
        "Điểm cuối = điểm hợp nhất (theo độ lệch chuẩn) + phần của câu khớp nhất + phần khớp thời gian. “–”: nhánh ấy "
        "không tìm thấy.",
        "Score = fused score (in standard deviations) + share of the best sentence + agreement in time. “–”: not found "
        "by that leg.",
    )
    return (
        f"<h2>{say('Các đoạn đã xét', 'Passages looked at')}</h2><p class='hint'>{explained}</p>"
        f"{table(headings, rows, 'figures')}"
    )


def _row(rank: int, candidate: Candidate) -> list[str]:
    hit = candidate.hit
    passage, info = hit.passage, hit.document
    address = place_link(passage.document_id, passage.version, passage.start, passage.end)
    excerpt = " ".join(passage.text.split())
    cut = excerpt if len(excerpt) <= _EXCERPT else excerpt[:_EXCERPT].rpartition(" ")[0] + " …"
    title = " · ".join(filter(None, (info.title or shown_name(info.source), day(info.published))))
    return [
        str(rank),
        f'<a class="title" href="{escape(address)}">{escape(title)}</a><small>{escape(cut)}</small>',
        number(hit.score, 2),
        number(candidate.fused, 2),
        str(candidate.dense_rank or "–"),
        number(hit.dense, 3),
        str(candidate.lexical_rank or "–"),
        number(hit.lexical, 1),
        number(candidate.sentence, 2),
        number(candidate.time, 1),
    ]
