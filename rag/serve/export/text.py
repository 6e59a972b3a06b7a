"""Plain text and Markdown: the question, the answer with its markers, and under it what they stand for."""

from __future__ import annotations

import re

from rag.lang import say
from rag.serve.conversation import Conversation, Exchange
from rag.serve.sources import viewer_url
from rag.types import Answer, Citation

_MARKER = re.compile(r"\s?\[(\d{1,3})\]")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#+|~!-])")
_LINE_START = re.compile(r"^(\s*)(\d+)([.)])")


def as_text(exchange: Exchange, origin: str = "") -> str:
    """One exchange as plain text, for the clipboard.

    :param origin: Put before the addresses in the viewer, such as ``http://127.0.0.1:7860``.
    """
    answer = exchange.answer
    if answer is None:
        return exchange.question
    parts = [exchange.question, *_state(answer), *_short(answer), answer.text]
    cited = sources_of(answer)
    if cited:
        rows = [f"[{c.n}] “{one_line(c.quote)}” {describe(c)} {origin}{viewer_url(c)}" for c in cited]
        parts.append("\n".join([f"{sources_label(answer)}:", *rows]))
    return "\n\n".join([*parts, *remarks(answer)]) + "\n"


def as_markdown(conversation: Conversation, origin: str = "") -> str:
    """A conversation as Markdown with footnotes, numbered through the whole text.

    :param origin: Put before the addresses in the viewer.
    """
    blocks: list[str] = [f"# {_escaped(title_of(conversation))}"]
    notes: list[str] = []
    for exchange in conversation:
        answer = exchange.answer
        if answer is None:
            continue
        first = len(notes)
        numbers = {c.n: first + i for i, c in enumerate(sources_of(answer), 1)}
        blocks.append(f"## {_escaped(one_line(exchange.question))}")
        blocks += [f"*{_escaped(line)}*" for line in _state(answer)]
        blocks += [f"**{_escaped(line)}**" for line in _short(answer)]
        blocks.append("\n".join(_marked(line, numbers) for line in answer.text.splitlines()))
        blocks += [f"*{_escaped(line)}*" for line in remarks(answer)]
        for c in sources_of(answer):
            link = f"<{origin}{viewer_url(c)}>"
            notes.append(f"[^{numbers[c.n]}]: “{_escaped(one_line(c.quote))}” {_escaped(describe(c))} {link}")
    when = said_when(conversation)
    return "\n\n".join([*blocks, *([f"*{when}*"] if when else []), "\n".join(notes)]).strip() + "\n"


def title_of(conversation: Conversation) -> str:
    """What a taken-along conversation is called."""
    return say("Kết quả hỏi đáp", "Questions and answers") if len(conversation) > 1 else say("Trả lời", "Answer")


def said_when(conversation: Conversation) -> str:
    """The line that says when it was asked; empty where nobody noted it."""
    asked = conversation[-1].asked if conversation else None
    if asked is None:
        return ""
    return say(
        f"Hỏi lúc {asked:%H} giờ {asked:%M} phút, ngày {asked:%d/%m/%Y}.",
        f"Asked at {asked:%H:%M} on {asked:%d %B %Y}.",
    )


def sources_of(answer: Answer) -> tuple[Citation, ...]:
    """What the answer rests on, or the nearest passages where it rests on none."""
    return answer.citations if answer.status == "answered" else answer.nearest


def sources_label(answer: Answer) -> str:
    """Heading over the sources."""
    return say("Nguồn", "Sources") if answer.status == "answered" else say("Đoạn gần nhất", "Nearest passages")


def describe(citation: Citation) -> str:
    """Title, publisher and date of a source on one line."""
    date = citation.published.strftime("%d/%m/%Y") if citation.published else ""
    title = citation.title or say("Tài liệu không có tiêu đề", "Untitled document")
    return ", ".join(part for part in (one_line(title), one_line(citation.publisher), date) if part) + "."


def remarks(answer: Answer) -> tuple[str, ...]:
    """What must be said beside the answer, above all that AI wrote it."""
    return (ai_notice(), *answer.notes) if answer.method == "llm" else answer.notes


def ai_notice() -> str:
    """The sentence that stands beside whatever a model wrote, wherever it is taken to."""
    return say(
        "Câu trả lời này do AI viết từ các đoạn trích; hãy đối chiếu với nguồn.",
        "This answer was written by AI from the passages; check it against the sources.",
    )


def tentative_notice() -> str:
    """What stands over an answer that is not sure."""
    return say(
        "Chưa chắc chắn: đây là đoạn gần nhất, xin kiểm tra lại.", "Not certain: the nearest passages, please check."
    )


def one_line(text: str) -> str:
    """A text without line breaks."""
    return " ".join(text.split())


def _state(answer: Answer) -> list[str]:
    return [tentative_notice()] if answer.status == "tentative" else []


def _short(answer: Answer) -> list[str]:
    return [answer.short_answer] if answer.short_answer and answer.status == "answered" else []


def _marked(line: str, numbers: dict[int, int]) -> str:
    """One line with its markers as footnote marks; the rest cannot become markup."""
    bullet, text = ("- ", line.lstrip()[2:]) if line.lstrip().startswith("- ") else ("", line)
    pieces: list[str] = []
    end = 0
    for match in _MARKER.finditer(text):
        if int(match[1]) in numbers:
            pieces += [_escaped(text[end : match.start()]), f"[^{numbers[int(match[1])]}]"]
            end = match.end()
    return bullet + "".join([*pieces, _escaped(text[end:])])


def _escaped(text: str) -> str:
    return _LINE_START.sub(r"\1\2\\\3", _MARKDOWN.sub(r"\\\1", text))
