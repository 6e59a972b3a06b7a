"""The dialogs of the chat page, as they stand there before its scripts fill them."""

from __future__ import annotations

from rag.lang import say
from rag.serve.links import link


def history_dialog() -> str:
    """Earlier conversations, kept in this browser alone."""
    title = say("Lịch sử", "History")
    keeps = say("Lưu lịch sử trong trình duyệt này", "Keep the history in this browser")
    where = say(
        "Chỉ lưu trên máy này, không gửi đi đâu. Máy dùng chung thì nên tắt.",
        "Kept on this machine alone. Better switched off where several people share it.",
    )
    saved, admin = say("Tải cả cuộc hỏi đáp", "Save the conversation"), say("Quản trị", "Administration")
    leave = say("Đăng xuất", "Sign out")
    # On a narrow screen the bar has no room for these.
    also = (
        f'<p class="also"><button type="button" class="quiet saves" data-act="word-all" hidden>{saved}</button>'
        f'<a class="quiet admin" href="{link("/admin")}" hidden>{admin}</a>'
        f'<button type="button" class="quiet leaves" data-act="sign-out" hidden>{leave}</button></p>'
    )
    return _dialog(
        "history",
        title,
        f'{also}<label class="switch"><input type="checkbox" id="history-on"> {keeps}</label>'
        f'<p class="hint">{where}</p><ul id="history-list"></ul>'
        f'<p class="none" id="history-none">{say("Chưa có cuộc hỏi đáp nào được lưu.", "Nothing is kept yet.")}</p>',
        f'<button type="button" class="quiet" id="history-clear">{say("Xóa tất cả", "Delete all")}</button>',
    )


def filters_dialog() -> str:
    """What a question is narrowed down to."""
    title = say("Chỉ tìm trong", "Search only in")
    publishers, collections = say("Cơ quan đăng", "Publisher"), say("Bộ tài liệu", "Collection")
    documents, find = say("Tài liệu", "Document"), say("Gõ tên tài liệu để tìm", "Type a title to find it")
    body = (
        f'<fieldset class="days"><legend>{say("Ngày đăng", "Published")}</legend>'
        f"<label>{say('Từ ngày', 'From')} {_day('filter-from')}</label>"
        f"<label>{say('Đến ngày', 'Until')} {_day('filter-to')}</label></fieldset>"
        f'<fieldset><legend>{publishers}</legend><div class="options" id="filter-publisher"></div></fieldset>'
        f'<fieldset><legend>{collections}</legend><div class="options" id="filter-collection"></div></fieldset>'
        f"<fieldset><legend>{documents}</legend>"
        f'<input type="search" id="filter-find" placeholder="{find}" aria-label="{find}" autocomplete="off">'
        '<div class="options" id="filter-document"></div></fieldset>'
    )
    foot = (
        f'<button type="button" class="quiet" id="filter-none">{say("Bỏ hết", "Clear")}</button>'
        f'<button type="submit" class="go">{say("Áp dụng", "Apply")}</button>'
    )
    return _dialog("filters", title, body, foot)


def _day(name: str) -> str:
    """A field for a day. The browser's own would show month before day to whoever has an English browser."""
    form = say("ngày/tháng/năm", "day/month/year")
    return f'<input type="text" class="day" id="{name}" inputmode="numeric" autocomplete="off" placeholder="{form}">'


def _dialog(name: str, title: str, body: str, foot: str) -> str:
    close = say("Đóng", "Close")
    return (
        f'<dialog id="{name}" class="drawer" aria-labelledby="{name}-title"><form method="dialog">'
        f'<header><h2 id="{name}-title">{title}</h2>'
        f'<button type="button" class="close" data-closes="{name}" aria-label="{close}">×</button></header>'
        f'<div class="body">{body}</div><footer>{foot}</footer></form></dialog>'
    )
