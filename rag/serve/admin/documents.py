"""The list of documents: search, sort, filter, upload, correct, remove and take back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from html import escape
from typing import Any, Literal, get_args
from urllib.parse import urlencode

from rag.index.edit import Edit
from rag.index.store import Browse, Listed
from rag.lang import say
from rag.load.formats import FORMATS
from rag.serve.admin.frame import admin_page, day, number, table
from rag.serve.kept import KeptError
from rag.serve.library import Library, shown_name
from rag.serve.links import document_link, link
from rag.types import Access, Filters

Order = Literal["title", "published", "added", "publisher", "collection", "length"]
ROWS = 50
_LONGEST_DETAIL = 500


def documents_page(library: Library, access: Access | None, query: Mapping[str, str]) -> str:
    """The list as the address asks for it.

    :param query: ``q``, ``collection``, ``publisher``, ``sort``, ``down``, ``page``.
    """
    wish = wish_of(query)
    rows, n = library.browse(wish, access)
    facets = library.facets(access)
    title = say("Tài liệu", "Documents")
    body = _search(query, facets) + _upload(list(facets["collection"])) + _list(rows, n, wish, query) + _edit_dialog()
    return admin_page("/admin", title, body)


def wish_of(query: Mapping[str, str]) -> Browse:
    """What part of the list an address asks for; what makes no sense is passed over."""
    order = query.get("sort", "added")
    page = query.get("page", "1")
    collections = tuple(filter(None, [query.get("collection", "")[:300]]))
    publishers = tuple(filter(None, [query.get("publisher", "")[:300]]))
    number_of_page = min(int(page), 100_000) if page.isascii() and page.isdecimal() and len(page) < 8 else 1
    return Browse(
        words=query.get("q", "")[:300],
        filters=Filters(collections=collections, publishers=publishers),
        order=order if order in get_args(Order) else "added",  # type: ignore[arg-type]
        descending=query.get("down", "1") != "0",
        offset=(max(number_of_page, 1) - 1) * ROWS,
        limit=ROWS,
    )


def edit_of(body: Mapping[str, Any]) -> Edit:
    """The details that a person sent.

    :raises KeptError: If one is too long, or the day is none.
    """
    values = {name: body.get(name, "") for name in ("title", "publisher", "author", "published")}
    if any(not isinstance(v, str) or len(v) > _LONGEST_DETAIL for v in values.values()):
        raise KeptError(say(f"Mỗi ô tối đa {_LONGEST_DETAIL} ký tự.", f"At most {_LONGEST_DETAIL} characters each."))
    lines = {name: " ".join(value.split()) for name, value in values.items()}
    if any("\ud800" <= c <= "\udfff" for line in lines.values() for c in line):
        raise KeptError(say("Có ký tự không hợp lệ.", "There is a character that cannot be stored."))
    return Edit(lines["title"], lines["publisher"], lines["author"], _day(lines["published"]))


def ids_of(body: Mapping[str, Any]) -> tuple[str, ...]:
    """The documents that a person named.

    :raises KeptError: If there are none, or too many at once.
    """
    ids = body.get("ids")
    if not isinstance(ids, list) or not 0 < len(ids) <= 500 or not all(isinstance(i, str) and i for i in ids):
        raise KeptError(say("Chọn từ 1 đến 500 tài liệu.", "Choose between 1 and 500 documents."))
    return tuple(ids)


def _day(text: str) -> date | None:
    if not text:
        return None
    parts = text.replace("-", "/").replace(".", "/").split("/")
    try:
        numbers = [int(part) for part in parts]
        year, month, of_month = numbers if len(parts[0]) == 4 else reversed(numbers)
        return date(year, month, of_month)
    except ValueError:
        raise KeptError(say("Ngày đăng ghi theo dạng ngày/tháng/năm.", "Write the day as day/month/year.")) from None


def _search(query: Mapping[str, str], facets: Mapping[str, Mapping[str, int]]) -> str:
    find = say("Tìm theo tên, tệp, cơ quan", "Find by title, file, publisher")
    selects = "".join(
        _select(name, label, facets[name], query.get(name, ""))
        for name, label in (
            ("collection", say("Mọi bộ tài liệu", "All collections")),
            ("publisher", say("Mọi cơ quan đăng", "All publishers")),
        )
    )
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{escape(query[name])}">'
        for name in ("sort", "down")
        if name in query
    )
    words = escape(query.get("q", ""))
    return (
        f'<form role="search" class="find" method="get" action="{link("/admin")}">{hidden}'
        f'<input type="search" name="q" value="{words}" placeholder="{find}" aria-label="{find}">{selects}'
        f'<button type="submit" class="quiet">{say("Tìm", "Find")}</button></form>'
    )


def _select(name: str, label: str, counts: Mapping[str, int], chosen: str) -> str:
    if len(counts) + (chosen != "") < 2:
        return ""
    options = "".join(
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(value)} ({n})</option>'
        for value, n in list(counts.items())[:200]
    )
    return f'<select name="{name}" aria-label="{label}"><option value="">{label}</option>{options}</select>'


def _upload(collections: list[str]) -> str:
    kinds = ",".join(sorted(FORMATS))
    into = say("Nạp vào bộ", "Into the collection")
    options = "".join(f'<option value="{escape(name)}">' for name in collections)
    return (
        '<section class="upload" id="upload"><p class="drop"><label class="go">'
        f'<input type="file" id="files" multiple accept="{kinds}">{say("Chọn tệp…", "Choose files…")}</label> '
        f"<span>{say('hoặc kéo tệp thả vào đây', 'or drop files here')}</span></p>"
        f'<p class="into"><label>{into} <input id="collection" value="default" list="collections" maxlength="100">'
        f'</label><datalist id="collections">{options}</datalist></p>'
        f'<p class="hint">{escape(" ".join(sorted(FORMATS)))}</p><ul id="uploads" aria-live="polite"></ul></section>'
    )


def _list(rows: tuple[Listed, ...], n: int, wish: Browse, query: Mapping[str, str]) -> str:
    if not rows:
        nothing = (
            say("Không có tài liệu nào như vậy.", "There are no such documents.")
            if wish.words or wish.filters
            else say("Chưa có tài liệu nào.", "No documents yet.")
        )
        return f'<p class="none">{nothing}</p>'
    choose_all = say("Chọn tất cả", "Choose all")
    headings = [
        f'<input type="checkbox" id="all" aria-label="{choose_all}">',
        *(_heading(order, label, wish, query) for order, label in _columns()),
        f'<span class="unseen">{say("Việc", "Actions")}</span>',
    ]
    remove = say("Xóa mục đã chọn", "Remove the chosen")
    counted = say(f"{number(n)} tài liệu", f"{number(n)} documents")
    return (
        f'<p class="over"><span>{counted}</span>'
        f'<button type="button" class="quiet" id="remove" disabled>{remove}</button></p>'
        f"{table(headings, map(_row, rows), 'documents')}{_pages(n, wish, query)}"
    )


def _columns() -> tuple[tuple[Order, str], ...]:
    return (
        ("title", say("Tên", "Title")),
        ("publisher", say("Cơ quan đăng", "Publisher")),
        ("published", say("Ngày đăng", "Published")),
        ("collection", say("Bộ", "Collection")),
        ("length", say("Số ký tự", "Characters")),
        ("added", say("Nạp lúc", "Added")),
    )


def _heading(order: Order, label: str, wish: Browse, query: Mapping[str, str]) -> str:
    is_current = wish.order == order
    down = not wish.descending if is_current else order in ("published", "added", "length")
    rest = {name: value for name, value in query.items() if name in ("q", "collection", "publisher") and value}
    address = link("/admin?" + urlencode({**rest, "sort": order, "down": int(down)}))
    arrow = (" ↓" if wish.descending else " ↑") if is_current else ""
    return f'<a href="{escape(address)}">{label}{arrow}</a>'


def _row(listed: Listed) -> list[str]:
    info = listed.info
    name = info.title or shown_name(info.source)
    address = document_link(info.id, info.version)
    details = {
        "id": info.id, "title": info.title, "publisher": info.publisher, "author": info.author,
        "published": day(info.published),
    }  # fmt: skip
    choose, change, remove = say("Chọn", "Choose"), say("Sửa", "Edit"), say("Xóa", "Remove")
    versions = say(f" · {listed.n_versions} bản", f" · {listed.n_versions} versions") if listed.n_versions > 1 else ""
    notes = "".join(f'<small class="remark">{escape(note)}</small>' for note in info.notes)
    return [
        f'<input type="checkbox" class="one" value="{escape(info.id)}" aria-label="{choose}: {escape(name)}">',
        f'<a class="title" href="{escape(address)}">{escape(name)}</a>'
        f"<small>{escape(shown_name(info.source))}{versions}</small>{notes}",
        escape(info.publisher),
        day(info.published),
        escape(info.collection),
        number(listed.n_chars),
        listed.added.astimezone().strftime("%d/%m/%Y %H:%M"),
        f'<span class="row-acts"><button type="button" data-edit="{escape(json.dumps(details, ensure_ascii=False))}"'
        f' aria-label="{change}: {escape(name)}">{change}</button>'
        f'<button type="button" data-remove="{escape(info.id)}" aria-label="{remove}: {escape(name)}">{remove}</button>'
        "</span>",
    ]


def _pages(n: int, wish: Browse, query: Mapping[str, str]) -> str:
    current, last = wish.offset // ROWS + 1, -(-n // ROWS)
    if last < 2:
        return ""

    def step(page: int, label: str) -> str:
        if not 1 <= page <= last:
            return f"<span>{label}</span>"
        rest = {name: value for name, value in query.items() if value and name != "page"}
        return f'<a href="{escape(link("/admin?" + urlencode({**rest, "page": page})))}">{label}</a>'

    where = say(f"Trang {current}/{last}", f"Page {current} of {last}")
    before, after = say("Trước", "Before"), say("Sau", "Next")
    label = say("Các trang", "Pages")
    return (
        f'<nav class="pages" aria-label="{label}">{step(current - 1, before)} {where} {step(current + 1, after)}</nav>'
    )


def _edit_dialog() -> str:
    fields = "".join(
        f'<label for="edit-{name}">{label}</label><input id="edit-{name}" name="{name}" maxlength="{_LONGEST_DETAIL}"'
        f' autocomplete="off"{extra}>'
        for name, label, extra in (
            ("title", say("Tên", "Title"), ""),
            ("publisher", say("Cơ quan đăng", "Publisher"), ""),
            ("author", say("Tác giả", "Author"), ""),
            ("published", say("Ngày đăng", "Published"), f' placeholder="{say("ngày/tháng/năm", "day/month/year")}"'),
        )
    )
    title, close = say("Sửa thông tin tài liệu", "Edit the document's details"), say("Đóng", "Close")
    hint = say(
        "Nội dung giữ nguyên. Thông tin đã sửa được giữ cả khi tệp được nạp lại.",
        "The text stays. What you correct stays too when the file is loaded again.",
    )
    return (
        '<dialog id="edit" class="drawer" aria-labelledby="edit-heading"><form method="dialog">'
        f'<header><h2 id="edit-heading">{title}</h2>'
        f'<button type="button" class="close" data-closes="edit" aria-label="{close}">×</button></header>'
        f'<div class="body">{fields}<p class="hint">{hint}</p></div>'
        f'<footer><button type="submit" class="go">{say("Lưu", "Save")}</button></footer></form></dialog>'
    )


__all__ = ["documents_page", "edit_of", "ids_of", "wish_of"]
