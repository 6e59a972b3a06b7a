"""The page inside the frame: plain HTML with our own script and style, under a strict policy."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape

from rag.lang import language, say
from rag.serve.links import link
from rag.serve.pages import product_name
from rag.settings import Settings


def frame_policy(origins: Sequence[str]) -> str:
    """The policy of the frame: nothing inline, nothing from elsewhere, framed by the listed pages alone."""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors " + " ".join(origins)
    )


def chat_page(origins: Sequence[str], settings: Settings) -> str:
    """The page. What it says stands in a block of data that the script reads; it never becomes HTML.

    :param origins: Pages that the script listens to.
    """
    title = escape(product_name())
    given = {"origins": list(origins), "anonymous": bool(settings.embed_anonymous), "words": _words()}
    data = json.dumps(given, ensure_ascii=False).replace("<", "\\u003c")
    question, ask = say("Câu hỏi", "Question"), say("Hỏi", "Ask")
    close, talk = say("Đóng khung hỏi đáp", "Close the chat"), say("Hội thoại", "Conversation")
    needs = say("Khung hỏi đáp cần JavaScript.", "The chat needs JavaScript.")
    hint = say("Gõ câu hỏi rồi nhấn Enter", "Type a question and press Enter")
    return (
        f'<!doctype html><html lang="{language()}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title>"
        f'<link rel="stylesheet" href="{link("/ui/tokens.css")}">'
        f'<link rel="stylesheet" href="{link("/embed/chat.css")}"><script type="application/json" id="given">{data}'
        f'</script><script defer src="{link("/embed/chat.js")}"></script></head>'
        f'<body><header><h1 id="title">{title}</h1>'
        f'<button type="button" id="new" class="quiet" hidden>{say("Câu hỏi mới", "New question")}</button>'
        f'<button type="button" id="close" class="quiet" aria-label="{close}" hidden>'
        '<span aria-hidden="true">×</span></button></header>'
        f'<main id="log" role="log" aria-live="polite" aria-label="{talk}" tabindex="0"></main>'
        f'<form id="composer"><label for="question" class="unseen">{question}</label>'
        f'<textarea id="question" rows="1" maxlength="{settings.max_question}" placeholder="{hint}" autocomplete="off" '
        f'spellcheck="false" required></textarea><button type="submit" id="ask">{ask}</button>'
        f'<button type="button" id="stop" hidden>{say("Dừng", "Stop")}</button></form>'
        f'<form id="view" method="post" action="{link("/embed/view")}" target="_blank" rel="noopener" hidden>'
        '<input type="hidden" name="token"><input type="hidden" name="document"><input type="hidden" name="version">'
        '<input type="hidden" name="start"><input type="hidden" name="end"></form>'
        f"<noscript><p>{needs}</p></noscript></body></html>"
    )


def _words() -> dict[str, str | dict[str, str]]:
    return {
        "welcome": say("Hỏi về {n} tài liệu", "Ask about {n} documents"),
        "hint": say(
            "Mỗi câu trả lời dẫn tới đúng đoạn văn làm căn cứ. Gõ không dấu cũng được.",
            "Each answer leads to the exact passage it rests on.",
        ),
        "try": say("Hỏi thử", "Try asking"),
        "understood": say("Hiểu là:", "Understood as:"),
        "waiting": say(
            "Nhiều người đang hỏi. Đang đợi đến lượt; phía trước có {n} câu hỏi.",
            "Many people are asking. Waiting for a turn; {n} questions are ahead.",
        ),
        "searching": say("Đang tìm trong tài liệu…", "Searching the documents…"),
        "reading": say("Đang đọc {n} đoạn gần nhất…", "Reading {n} passages…"),
        "writing": say("Đang trả lời…", "Answering…"),
        "stopped": say("Đã dừng.", "Stopped."),
        "uncertain": say("Chưa chắc chắn", "Not certain"),
        "sources": say("Nguồn", "Sources"),
        "nearest": say("Đoạn gần nhất", "Nearest passages"),
        "source": say("Nguồn {n}", "Source {n}"),
        "open": say("Mở toàn văn", "Open full text"),
        "newTab": say("(mở trong thẻ mới)", "(opens in a new tab)"),
        "untitled": say("Tài liệu không có tiêu đề", "Untitled document"),
        "byModel": say(
            "Câu trả lời này do AI viết từ các đoạn trích; hãy đối chiếu với nguồn.",
            "This answer was written by AI from the passages; check it against the sources.",
        ),
        "judge": say("Đánh giá câu trả lời", "Judge the answer"),
        "up": say("Đúng", "Right"),
        "down": say("Chưa đúng", "Wrong"),
        "wrong": say("Sai chỗ nào?", "What is wrong?"),
        "reasons": {
            "figure": say("Sai số liệu", "Wrong figure"),
            "source": say("Sai nguồn", "Wrong source"),
            "unanswered": say("Chưa trả lời đúng câu hỏi", "Does not answer the question"),
            "other": say("Khác", "Other"),
        },
        "more": say("Góp ý thêm (không bắt buộc)", "More about it (optional)"),
        "send": say("Gửi", "Send"),
        "thanks": say("Đã ghi nhận. Cảm ơn anh chị.", "Noted. Thank you."),
        "failed": say("Chưa trả lời được", "No answer this time"),
        "again": say("Hỏi lại câu này", "Ask again"),
        "broken": say("Mất kết nối với máy chủ. Xin thử lại.", "The connection was lost. Please try again."),
        "cut": say("Câu trả lời bị ngắt giữa chừng.", "The answer ended before it was complete."),
        "busy": say("Máy chủ đang bận. Xin thử lại sau {n} giây.", "The server is busy. Try again in {n} seconds."),
        "signIn": say(
            "Chưa xác nhận được người dùng. Xin tải lại trang; nếu vẫn vậy, báo người quản trị trang này.",
            "Your sign-in could not be confirmed. Reload the page; if it persists, tell the page's administrator.",
        ),
        "incident": say("Mã sự cố:", "Incident code:"),
        "outside": say(
            "Khung hỏi đáp này chỉ mở được bên trong trang được phép.",
            "This chat only opens inside a page that may embed it.",
        ),
    }
