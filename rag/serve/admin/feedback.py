"""People's verdicts on answers: shown, and taken out as a table, as JSON lines or as eval cases."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping
from html import escape
from importlib.metadata import entry_points
from typing import Any

from rag.errors import RagError
from rag.index.store import Feedback
from rag.lang import say
from rag.serve.admin.frame import admin_page, moment, nav_link, number, table
from rag.serve.links import link, place_link

SHOWN = 200
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would run."""


def feedback_page(rows: tuple[Feedback, ...], verdict: str) -> str:
    """The list, newest first.

    :param verdict: ``up``, ``down``, or empty for both.
    """
    title = say("Góp ý", "Feedback")
    wanted = [row for row in rows if verdict in ("", row.verdict)]
    counts = {kind: sum(row.verdict == kind for row in rows) for kind in ("up", "down")}
    tabs = "".join(
        nav_link(
            link("/admin/feedback" + (f"?verdict={kind}" if kind else "")),
            f"{label} ({number(n)})",
            is_current=kind == verdict,
        )
        for kind, label, n in (
            ("", say("Tất cả", "All"), len(rows)),
            ("up", say("Đúng", "Right"), counts["up"]),
            ("down", say("Chưa đúng", "Wrong"), counts["down"]),
        )
    )
    saves = "".join(
        f'<a class="quiet" href="{link(f"/admin/feedback.{suffix}")}" download>{label}</a>'
        for suffix, label in (
            ("csv", say("Tải bảng (CSV)", "Table (CSV)")),
            ("jsonl", say("Tải toàn bộ (JSONL)", "Everything (JSONL)")),
            ("cases", say("Tải thành câu hỏi đánh giá", "As eval cases")),
        )
    )
    if not rows:
        none = say("Chưa ai góp ý câu trả lời nào.", "Nobody has judged an answer yet.")
        return admin_page("/admin/feedback", title, f'<p class="none">{none}</p>')
    headings = (say("Lúc", "When"), say("Đánh giá", "Verdict"), say("Câu hỏi và câu trả lời", "Question and answer"),
                say("Nguồn", "Sources"), say("Góp ý", "Comment"))  # fmt: skip
    shown = table(headings, map(_row, wanted[:SHOWN]), "feedback")
    body = f'<p class="over"><span class="tabs">{tabs}</span><span class="saves">{saves}</span></p>{shown}'
    return admin_page("/admin/feedback", title, body)


def as_csv(rows: Iterable[Feedback]) -> bytes:
    """The verdicts as a table that Excel opens: UTF-8 with its mark, no cell that would be run."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["id", "created", "verdict", "reason", "comment", "question", "status", "answer", "sources",
                     "index_version"])  # fmt: skip
    for row in rows:
        answer = _answer(row)
        sources = "; ".join(str(c.get("source", "")) for c in _cited(answer))
        cells = [row.id, row.created.isoformat(), row.verdict, row.reason, row.comment, row.question,
                 answer.get("status", ""), answer.get("text", ""), sources, row.index_version]  # fmt: skip
        writer.writerow([_harmless(str(cell)) for cell in cells])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace")


def as_jsonl(rows: Iterable[Feedback]) -> bytes:
    """The verdicts with the whole answers, one JSON object a line."""
    lines = (
        json.dumps(
            {
                "id": row.id, "created": row.created.isoformat(), "question": row.question, "answer": _answer(row),
                "verdict": row.verdict, "reason": row.reason, "comment": row.comment,
                "index_version": row.index_version,
            },
            ensure_ascii=False,
        )
        for row in rows
    )  # fmt: skip
    return "".join(f"{line}\n" for line in lines).encode("utf-8", "replace")


def as_cases(rows: Iterable[Feedback]) -> bytes:
    """The verdicts as eval cases to review, as ``rag eval add`` writes them.

    :raises RagError: If the evals are not installed; they stand after this room, so they are found by entry point.
    """
    found = next(iter(entry_points(group="rag.feedback", name="cases")), None)
    if found is None:
        raise RagError(say("Chưa cài phần đánh giá (evals).", "The evals are not installed."))
    convert: Callable[[Iterable[Feedback]], str] = found.load()
    return convert(rows).encode("utf-8", "replace")


def reason_name(reason: str) -> str:
    """A reason in words."""
    return {
        "figure": say("Sai số liệu", "Wrong figure"),
        "source": say("Sai nguồn", "Wrong source"),
        "unanswered": say("Chưa trả lời đúng câu hỏi", "Does not answer the question"),
        "other": say("Khác", "Other"),
    }.get(reason, reason)


def _row(row: Feedback) -> list[str]:
    answer = _answer(row)
    verdict = say("Đúng", "Right") if row.verdict == "up" else say("Chưa đúng", "Wrong")
    reason = f"<small>{escape(reason_name(row.reason))}</small>" if row.reason else ""
    short = str(answer.get("short_answer") or "")
    text = str(answer.get("text") or "")
    return [
        moment(row.created),
        f'<span class="verdict {"up" if row.verdict == "up" else "down"}">{verdict}</span>{reason}',
        f"<strong>{escape(row.question)}</strong><small>{escape(short and short + ' — ')}{escape(text[:600])}</small>",
        "".join(map(_source, _cited(answer)[:5])),
        escape(row.comment),
    ]


def _source(citation: Mapping[str, Any]) -> str:
    document, version = (str(citation.get(name, "")) for name in ("document_id", "version"))
    address = place_link(document, version, citation.get("start", ""), citation.get("end", ""))
    title = str(citation.get("title") or citation.get("source") or "")
    return f'<a class="title" href="{escape(address)}">[{escape(str(citation.get("n", "")))}] {escape(title)}</a>'


def _answer(row: Feedback) -> Mapping[str, Any]:
    try:
        found = json.loads(row.answer_json)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _cited(answer: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    cited = answer.get("citations") or answer.get("nearest") or []
    return [one for one in cited if isinstance(one, dict)] if isinstance(cited, list) else []


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
