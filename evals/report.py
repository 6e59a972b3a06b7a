"""One self-contained HTML page for a scored run: failures first, filterable, with the cited words highlighted.

Everything from questions, answers and documents is escaped; the page loads nothing and runs only its own script, held
by a content security policy with hashes.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import Any

from evals import curves
from evals.compare import is_right
from evals.evidence import Documents, places
from evals.gates import Verdict, exit_code, verdict_line
from evals.run import read_documents, read_run, read_samples
from evals.samples import Case, case_from_row
from evals.score import Scored, Scores, read_scores
from evals.table import headings, rows, verdict_rows
from rag.lang import language, say
from rag.types import Span

_HERE = Path(__file__).parent
_AROUND = 160  # characters shown on each side of a citation
_SHOWN_HITS = 5  # more would make the page too heavy for a browser


@dataclass(frozen=True, slots=True)
class Side:
    """One run as shown: its scores, logged answers and documents."""

    name: str
    scores: Mapping[str, Scored]
    samples: Mapping[str, Mapping[str, Any]]
    documents: Documents


def write_report(folder: Path, verdicts: Sequence[Verdict], baseline: Path | None = None) -> Path:
    """Write ``report.html`` into a run's folder.

    :param verdicts: The gates to show.
    :param baseline: Another run of the same questions, shown beside each answer.
    :return: The page.
    """
    scores = read_scores(folder)
    sides = [_side(folder, scores)] + ([_side(baseline, read_scores(baseline))] if baseline else [])
    path = folder / "report.html"
    path.write_text(_page(read_run(folder), scores, verdicts, sides), encoding="utf-8")
    return path


def _side(folder: Path, scores: Scores) -> Side:
    run = read_run(folder)
    name = " · ".join(filter(None, (run["suite"], run["baseline"], run["started"])))
    samples = {row["id"]: row for row in read_samples(folder)}
    return Side(name, {s.id: s for s in scores.samples}, samples, read_documents(folder))


def _page(run: Mapping[str, Any], scores: Scores, verdicts: Sequence[Verdict], sides: Sequence[Side]) -> str:
    style, script = (
        (_HERE / "report.css").read_text(encoding="utf-8"),
        (_HERE / "report.js").read_text(encoding="utf-8"),
    )
    policy = f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; base-uri 'none'"
    ordered = sorted(scores.samples, key=lambda s: (is_right(s), -s.confidence))
    title = say("Kết quả đánh giá", "Eval report") + f": {scores.suite}"
    return "".join((
        f'<!doctype html><html lang="{language()}"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        f"<title>{escape(title)}</title><style>{style}</style></head><body><h1>{escape(title)}</h1>",
        _head(run, scores, verdicts, sides[0].samples),
        _form(scores),
        *(_card(sample, sides) for sample in ordered),
        f"<script>{script}</script></body></html>",
    ))  # fmt: skip


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _head(
    run: Mapping[str, Any], scores: Scores, verdicts: Sequence[Verdict], logged: Mapping[str, Mapping[str, Any]]
) -> str:
    facts = (("started", run["started"]), ("commit", f"{run['commit']}{' + changes' if run['dirty'] else ''}"),
             ("encoder", run["settings"]["encoder"]), ("index", run["index_version"]), ("n", run["n_cases"]),
             ("data", run["data_hash"][:12]), ("command", run["command"]))  # fmt: skip
    meta = " · ".join(f"{escape(name)}: {escape(str(value))}" for name, value in facts)
    css = "pass" if exit_code(verdicts) == 0 else "fail"
    parts = [f'<p class="meta">{meta}</p><p class="verdict {css}">{escape(verdict_line(verdicts))}</p>']
    if verdicts:
        parts.append(_table((say("Ngưỡng", "Gate"), say("Đo được", "Measured"), ""), verdict_rows(verdicts)))
    figures = _table(headings(), rows(scores)) + curves.figures(scores, logged)
    # Folded, so that the failures come first on the page.
    parts.append(f"<details><summary>{escape(say('Tất cả thước đo', 'All figures'))}</summary>{figures}</details>")
    return "".join(parts) + _categories(scores)


def _categories(scores: Scores) -> str:
    """The main figure of each category."""
    names = sorted({sample.category for sample in scores.samples})
    body = []
    for name in names:
        chosen = [sample for sample in scores.samples if sample.category == name]
        right = sum(is_right(sample) for sample in chosen)
        body.append((name, f"{right} / {len(chosen)}", f"{right / len(chosen):.3f}"))
    head = (say("Nhóm", "Category"), say("Đúng", "Right"), "")
    label = say("Theo nhóm câu hỏi", "By category")
    questions = say("Từng câu hỏi, câu sai trước", "Question by question, failures first")
    return f"<details><summary>{escape(label)}</summary>{_table(head, body)}</details><h2>{escape(questions)}</h2>"


def _table(head: Sequence[str], body: Iterable[Sequence[str]]) -> str:
    lines = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in line) + "</tr>" for line in body)
    return "<table><tr>" + "".join(f"<th>{escape(cell)}</th>" for cell in head) + f"</tr>{lines}</table>"


def _form(scores: Scores) -> str:
    def options(name: str, label: str, values: Iterable[str]) -> str:
        shown = "".join(f'<option value="{escape(v)}">{escape(v)}</option>' for v in sorted(set(values)))
        first = f'<option value="">{escape(label)}</option>'
        return f'<select name="{name}" aria-label="{escape(label)}">{first}{shown}</select>'

    return ("<form>"
            + options("category", say("mọi nhóm", "all categories"), (s.category for s in scores.samples))
            + options("outcome", say("mọi kết quả", "all outcomes"), (_outcome(s) for s in scores.samples))
            + f'<input name="words" type="search" placeholder="{escape(say("tìm trong câu hỏi", "search"))}">'
            + '<span id="count"></span></form>')  # fmt: skip


def _outcome(sample: Scored) -> str:
    if sample.outcome:
        return sample.outcome
    return "found" if is_right(sample) else "not first"


def _card(sample: Scored, sides: Sequence[Side]) -> str:
    row = sides[0].samples[sample.id]
    case = case_from_row(row["case"])
    css = "" if is_right(sample) else ' class="bad"'
    history = "".join(f"<div>{escape(t.question)} — {escape(t.answer)}</div>" for t in case.history)
    columns = "".join(_column(side, case, len(sides) > 1) for side in sides)
    return (f'<article{css} data-category="{escape(case.category)}" data-outcome="{escape(_outcome(sample))}">'
            f'<div class="meta">{escape(case.id)} · {escape(case.category)} · {escape(_outcome(sample))}</div>'
            f'<div class="history">{history}</div><h3>{escape(case.question)}</h3>{_expected(case)}'
            f'<div class="sides">{columns}</div></article>')  # fmt: skip


def _expected(case: Case) -> str:
    facts = "; ".join(" / ".join(fact) for fact in case.answers) or say("không trả lời được", "cannot be answered")
    quotes = "".join(f"<blockquote>{escape(e.document)}: {escape(e.quote)}</blockquote>" for e in case.evidence)
    note = f'<p class="meta">{escape(case.note)}</p>' if case.note else ""
    return (f'<p class="label">{escape(say("Cần có", "Expected"))}</p><div>{escape(facts)}</div>{note}'
            f"<details><summary>{escape(say('Bằng chứng', 'Evidence'))}</summary>{quotes}</details>")  # fmt: skip


def _column(side: Side, case: Case, named: bool) -> str:
    row = side.samples.get(case.id)
    if row is None:
        return f"<div>{escape(side.name)}: –</div>"
    name = f'<p class="meta">{escape(side.name)}</p>' if named else ""
    error = f'<p class="fail">{escape(row["error"])}</p>' if "error" in row else ""
    values = " · ".join(f"{k} {v:.3g}" for k, v in side.scores[case.id].values.items() if v is not None)
    figures = f"<details><summary>{escape(say('Điểm', 'Figures'))}</summary>{escape(values)}</details>"
    answer = _answer(row["answer"], case, side.documents) if row["answer"] else ""
    return f"<div>{name}{error}{answer}{_hits(row['hits'], case, side.documents)}{figures}</div>"


def _answer(answer: Mapping[str, Any], case: Case, documents: Documents) -> str:
    quotes = "".join(_quote(c, case, documents) for c in [*answer["citations"], *answer["nearest"]])
    short = f"<div><b>{escape(answer['short_answer'])}</b></div>" if answer["short_answer"] else ""
    label = say("Trả lời", "Answer") + f" ({answer['status']}, {answer['confidence']:.2f})"
    below = say("Trích dẫn", "Cited") if answer["citations"] else say("Đoạn gần nhất", "Nearest passages")
    return (f'<p class="label">{escape(label)}</p>{short}<div>{escape(answer["text"])}</div>'
            f'<p class="label">{escape(below)}</p>{quotes or "–"}')  # fmt: skip


def _hits(hits: Sequence[Mapping[str, Any]], case: Case, documents: Documents) -> str:
    lines = []
    for rank, hit in enumerate(hits[:_SHOWN_HITS], start=1):
        key = (hit["document_id"], hit["version"])
        text = documents[key]["text"] if key in documents else ""
        text = _marked(text, Span(hit["start"], hit["end"]), None, _gold(case, documents, key))
        figures = f"{hit['score']:.3f} · dense {hit['dense']:.3f} · lexical {hit['lexical']:.2f}"
        lines.append(f"<blockquote>{rank}. {escape(hit['source'])} ({figures})\n{text}</blockquote>")
    return f"<details><summary>{escape(say('Các đoạn tìm được', 'Passages found'))}</summary>{''.join(lines)}</details>"


def _quote(citation: Mapping[str, Any], case: Case, documents: Documents) -> str:
    """A citation inside its surroundings; the quote alone where the document is not in the log."""
    key = (citation["document_id"], citation["version"])
    document = documents.get(key)
    source = escape(Path(citation["source"]).name)
    if document is None or document["text"][citation["start"] : citation["end"]] != citation["quote"]:
        wrong = escape(say("không khớp tài liệu", "does not match the document"))
        quote = escape(citation["quote"])
        return f'<blockquote>[{citation["n"]}] {source} <b class="fail">{wrong}</b>\n{quote}</blockquote>'
    cited = Span(citation["start"], citation["end"])
    window = Span(max(0, cited.start - _AROUND), min(len(document["text"]), cited.end + _AROUND))
    text = _marked(document["text"], window, cited, _gold(case, documents, key))
    return f"<blockquote>[{citation['n']}] {source}\n…{text}…</blockquote>"


def _marked(text: str, window: Span, cited: Span | None, gold: Sequence[Span]) -> str:
    """A stretch of text with the cited words yellow, the evidence green, and what is both outlined."""
    edges = {window.start, window.end}.union(*((s.start, s.end) for s in [*gold, *([cited] if cited else [])]))
    cuts = sorted(edge for edge in edges if window.start <= edge <= window.end)
    parts = []
    for start, end in pairwise(cuts):
        is_cited = cited is not None and cited.start <= start < cited.end
        is_gold = any(span.start <= start < span.end for span in gold)
        css = {(True, True): "both", (False, True): "gold", (True, False): "cited"}.get((is_cited, is_gold))
        piece = escape(text[start:end])
        parts.append(f'<mark class="{css}">{piece}</mark>' if css else piece)
    return "".join(parts)


def _gold(case: Case, documents: Documents, key: tuple[str, str]) -> list[Span]:
    """Where the evidence lies in one document."""
    return [place.span for place in places(case, documents)[0] if place.document == key]
