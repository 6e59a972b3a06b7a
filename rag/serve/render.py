"""Answers as HTML: pure functions, every text from outside escaped.

The subset is small on purpose: paragraphs, bullet lists (lines that start with ``- ``) and links ``[n]`` to sources.
Documents and models cannot add to it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from html import escape

from rag.lang import say
from rag.serve.conversation import Conversation, Exchange
from rag.serve.export.text import as_text, remarks, tentative_notice
from rag.serve.kept import keep
from rag.serve.sources import Sources, source_panel
from rag.types import Answer

_MARKER = re.compile(r"\s?\[(\d{1,3})\]")
_MARKED_WORD = re.compile(r"(\S{0,24}?)((?:\s?\[\d{1,3}\])+)([.,;:!?…]*)")
_NOT_WORD = re.compile(r"[\W_]+")

LinkMarker = Callable[[int], str]


def render_conversation(conversation: Conversation, first: int = 1) -> str:
    """Several exchanges, oldest first.

    :param first: Number of the first one within the conversation, from 1.
    """
    return "".join(render_exchange(exchange, n) for n, exchange in enumerate(conversation, first))


def render_exchange(exchange: Exchange, number: int, n_documents: int = 0) -> str:
    """One question with its answer, and the sources beside it.

    :param number: Place in the conversation, from 1; makes the ids of the sources unique on the page.
    :param n_documents: How many documents are searched, told while the person waits.
    """
    sources = Sources.of(exchange, number)
    busy = ' aria-busy="true"' if exchange.is_running else ""
    kept = keep(exchange)
    data = (
        f' data-kept="{escape(json.dumps(kept, ensure_ascii=False))}" data-copy="{escape(as_text(exchange))}"'
        if kept
        else ""
    )
    return (
        f'<article class="exchange {exchange.phase}" data-exchange="{number}"{busy}{data}>'
        f'<div class="said">{_question(exchange)}'
        f"{_understood(exchange)}{_within(exchange)}{_reply(exchange, sources, n_documents)}"
        f"{_actions(exchange)}</div>"
        f"{source_panel(sources)}</article>"
    )


def render_welcome(n_documents: int, suggestions: Sequence[str]) -> str:
    """What the page shows before the first question.

    :param suggestions: Questions that the documents answer; each becomes a button.
    """
    if n_documents == 0:
        return _empty_store()
    shown = f"{n_documents:,}".replace(",", ".")
    lead = say(f"Hỏi về {shown} tài liệu", f"Ask about {n_documents:,} documents")
    hint = say(
        "Mỗi câu trả lời dẫn tới đúng đoạn văn làm căn cứ. Gõ không dấu cũng được.",
        "Each answer leads to the exact passage it rests on.",
    )
    return f'<section class="welcome"><h2>{lead}</h2><p>{hint}</p>{_suggestions(suggestions)}</section>'


def render_follow_ups(questions: Sequence[str], number: int) -> str:
    """Questions to go on with after an exchange.

    :param number: Place of the exchange in the conversation; the page puts them at its end.
    """
    if not questions:
        return ""
    rows = "".join(f"<li>{_ask_button(question, question, 'chip')}</li>" for question in questions)
    return f'<div class="next" data-for="{number}"><p>{say("Hỏi tiếp", "Ask next")}</p><ul>{rows}</ul></div>'


def render_text(text: str, link: LinkMarker) -> str:
    """An answer's text as paragraphs and lists.

    :param text: Plain text; lines starting with ``- `` are list items.
    :param link: Gives the HTML of marker ``n``; empty text for a marker that points nowhere.

    >>> render_text("Có 112 công trình [1].", lambda n: f"<b>{n}</b>")
    '<p>Có 112 công <span class="tied">trình<b>1</b>.</span></p>'
    """
    blocks: list[str] = []
    items: list[str] = []
    for line in [*text.splitlines(), ""]:
        is_item = line.lstrip().startswith("- ")
        if items and not is_item:
            blocks.append(f"<ul>{''.join(items)}</ul>")
            items = []
        if is_item:
            items.append(f"<li>{_inline(line.lstrip()[2:], link)}</li>")
        elif line.strip():
            blocks.append(f"<p>{_inline(line.strip(), link)}</p>")
    return "".join(blocks)


def differs(question: str, understood: str) -> bool:
    """Whether the question was understood as something else than what was typed, marks and case aside.

    >>> differs("Ai phát biểu?", "ai phát biểu"), differs("ai phat bieu", "ai phát biểu")
    (False, True)
    """
    plain = [_NOT_WORD.sub(" ", text).strip().casefold() for text in (question, understood)]
    return bool(understood) and plain[0] != plain[1]


def is_small_talk(answer: Answer) -> bool:
    """Whether nothing was searched: a greeting, thanks, or what cannot be asked. Nothing to keep or judge."""
    return answer.status == "abstained" and not answer.understood and not answer.nearest


def _inline(line: str, link: LinkMarker) -> str:
    """One line; a marker stays on the line of the word before it."""
    pieces: list[str] = []
    end = 0
    for match in _MARKED_WORD.finditer(line):
        word, markers, stop = match.groups()
        links = _MARKER.sub(lambda m: link(int(m[1])), markers)
        tied = f"{escape(word)}{links}{escape(stop)}"
        pieces += [escape(line[end : match.start()]), f'<span class="tied">{tied}</span>' if links else tied]
        end = match.end()
    return "".join([*pieces, escape(line[end:])])


def _question(exchange: Exchange) -> str:
    edit = "" if exchange.is_running else _button("edit", say("Sửa", "Edit"), say("Sửa câu hỏi", "Edit the question"))
    return f'<div class="asked"><h2 class="question">{escape(exchange.question)}</h2>{edit}</div>'


def _understood(exchange: Exchange) -> str:
    if not differs(exchange.question, exchange.understood):
        return ""
    label = say("Hiểu là:", "Understood as:")
    correct = say("Hiểu chưa đúng? Sửa", "Not what you meant? Correct it")
    button = "" if exchange.is_running else _button("correct", correct)
    return f'<p class="understood">{label} <span>{escape(exchange.understood)}</span> {button}</p>'


def _within(exchange: Exchange) -> str:
    """What the person narrowed the search down to, told with the answer that it shaped."""
    wish = exchange.filters
    if not wish:
        return ""
    days = [(say("từ", "from"), wish.date_from), (say("đến", "until"), wish.date_to)]
    parts = [f"{word} {day:%d/%m/%Y}" for word, day in days if day]
    parts += [*wish.publishers, *wish.collections]
    n = len(wish.documents)
    parts += [say(f"{n} tài liệu đã chọn", f"{n} chosen documents")] if n else []
    label = say("Chỉ tìm trong:", "Searched only:")
    return f'<p class="within">{label} {escape(" · ".join(parts))}</p>'


def _actions(exchange: Exchange) -> str:
    """What can be done with an answer; asking again also with one that was stopped."""
    retry = _button("retry", say("Hỏi lại", "Ask again"))
    if exchange.phase == "stopped":
        return f'<div class="acts">{retry}</div>'
    answer = exchange.answer
    if answer is None or exchange.is_running or is_small_talk(answer):
        return ""
    label = say("Làm gì với câu trả lời", "What to do with the answer")
    judge = "".join(
        f'<button type="button" class="act judge" data-act="{act}" aria-pressed="false">{text}</button>'
        for act, text in (("up", say("Đúng", "Right")), ("down", say("Chưa đúng", "Wrong")))
    )
    take = (
        _button("copy", say("Sao chép", "Copy"))
        + _button("word", say("Tải Word", "Word"))
        + _button("markdown", say("Tải Markdown", "Markdown"))
    )
    return f'<div class="acts" role="group" aria-label="{label}">{take}{retry}<span class="gap"></span>{judge}</div>'


def _button(act: str, text: str, label: str = "") -> str:
    named = f' aria-label="{escape(label)}"' if label else ""
    return f'<button type="button" class="act" data-act="{act}"{named}>{escape(text)}</button>'


def _reply(exchange: Exchange, sources: Sources, n_documents: int) -> str:
    if exchange.phase == "failed":
        return _failure(exchange)
    if exchange.answer is not None:
        return _answer(exchange.answer, sources)
    draft = f'<div class="answer draft">{render_text(exchange.draft, sources.link)}</div>' if exchange.draft else ""
    if exchange.phase == "stopped":
        return f'{draft}<p class="progress">{say("Đã dừng.", "Stopped.")}</p>'
    return draft + _progress(exchange, n_documents)


def _progress(exchange: Exchange, n_documents: int) -> str:
    shown = f"{n_documents:,}".replace(",", ".")
    words: Mapping[str, str] = {
        "waiting": say(
            f"Nhiều người đang hỏi. Đang đợi đến lượt; phía trước có {exchange.ahead} câu hỏi.",
            f"Many people are asking. Waiting for a turn; {exchange.ahead} questions are ahead.",
        ),
        "searching": say(f"Đang tìm trong {shown} tài liệu…", f"Searching {n_documents:,} documents…"),
        "reading": say(f"Đang đọc {len(exchange.hits)} đoạn gần nhất…", f"Reading {len(exchange.hits)} passages…"),
        "writing": say("Đang trả lời…", "Answering…"),
    }
    return f'<p class="progress running" role="status">{words[exchange.phase]}</p>'


def _answer(answer: Answer, sources: Sources) -> str:
    short = answer.short_answer.strip()
    # A short answer that is the whole text would only be said twice.
    repeats = short.rstrip(".").casefold() == _MARKER.sub("", answer.text).strip().rstrip(".").casefold()
    fact = f'<p class="short">{escape(short)}</p>' if short and not repeats and answer.status == "answered" else ""
    if is_small_talk(answer):
        return f'<div class="answer">{render_text(answer.text, sources.link)}</div>'
    return (
        f'<div class="answer {answer.status}">{_state(answer)}{fact}'
        f"{render_text(answer.text, sources.link)}{_advice(answer)}{_notes(answer)}</div>"
    )


def _state(answer: Answer) -> str:
    """What kind of answer this is; one that abstains says so in its own first sentence."""
    if answer.status != "tentative":
        return ""
    return f'<p class="state">{escape(tentative_notice())}</p>'


def _advice(answer: Answer) -> str:
    if answer.status != "abstained":
        return ""
    tips = (
        say("Nêu rõ năm, địa phương hoặc tên văn bản.", "Name the year, the place or the document."),
        say("Hỏi từng ý một, bằng một câu trọn vẹn.", "Ask one thing at a time, in a full sentence."),
    )
    near = say("Xem các đoạn gần nhất ở phần nguồn.", "See the nearest passages among the sources.")
    rows = "".join(f"<li>{tip}</li>" for tip in (*tips, *([near] if answer.nearest else [])))
    return f'<div class="advice"><p>{say("Có thể thử:", "You could try:")}</p><ul>{rows}</ul></div>'


def _notes(answer: Answer) -> str:
    return "".join(f'<p class="note">{escape(note)}</p>' for note in remarks(answer))


def _failure(exchange: Exchange) -> str:
    code = ""
    if exchange.incident:
        label = say("Mã sự cố để báo người quản trị:", "Incident code for the administrator:")
        code = f'<p class="incident">{label} <code>{escape(exchange.incident)}</code></p>'
    title = say("Chưa trả lời được", "No answer this time")
    again = _ask_button(exchange.question, say("Hỏi lại câu này", "Ask again"), "quiet", replaces=True)
    return (
        f'<div class="answer failure" role="alert"><p class="state">{title}</p><p>{escape(exchange.problem)}</p>'
        f"{code}<p>{again}</p></div>"
    )


def _suggestions(questions: Sequence[str]) -> str:
    if not questions:
        return ""
    rows = "".join(f"<li>{_ask_button(question, question, 'suggestion')}</li>" for question in questions)
    return f'<p class="try">{say("Hỏi thử", "Try asking")}</p><ul class="suggestions">{rows}</ul>'


def _ask_button(question: str, label: str, kind: str, *, replaces: bool = False) -> str:
    """A button that asks.

    :param replaces: Whether the new exchange takes the place of the last one.
    """
    place = ' data-replace="1"' if replaces else ""
    return f'<button type="button" class="{kind}" data-ask="{escape(question)}"{place}>{escape(label)}</button>'


def _empty_store() -> str:
    lead = say("Chưa có tài liệu nào", "No documents yet")
    hint = say("Người quản trị nạp tài liệu bằng lệnh", "The administrator adds documents with")
    path = say("ĐƯỜNG_DẪN", "PATH")
    return f'<section class="welcome"><h2>{lead}</h2><p>{hint} <code>rag ingest {path}</code></p></section>'
