"""PDF documents: the text of each page in paragraphs, with the span of every page."""

from __future__ import annotations

from collections.abc import Iterator

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from rag.errors import LoadError
from rag.lang import say
from rag.load.describe import check_length, document, has_text, no_text, scanned
from rag.load.details import Details, find_details
from rag.load.fonts import FontConverter, unify
from rag.load.limits import Limits
from rag.load.own_title import own_title
from rag.load.pdf_lines import page_paragraphs
from rag.load.tidy import tidy
from rag.types import LoadedDocument, Page

_PASSWORD = 4  # FPDF_ERR_PASSWORD
_DPI, _MAX_SIDE = 200, 4000
"""Points an inch that text recognition wants, and the longest side of a picture in pixels."""
_LOOKED_AT = 10
_ENDS = (".", "!", "?", "…", ":", ";", "”", '"', ")")


def read(data: bytes, limits: Limits) -> LoadedDocument:
    """Read a PDF document.

    :raises LoadError: If it is protected, scanned without text, damaged or too long.
    """
    file = _open(data)
    try:
        if len(file) > limits.max_pages:
            raise LoadError(
                say(f"{len(file)} trang, tối đa {limits.max_pages}", f"{len(file)} pages, at most {limits.max_pages}")
            )
        title = file.get_metadata_dict().get("Title", "")
        fonts = FontConverter()
        texts = list(_page_texts(file, fonts, limits))
        n_pictures = _pages_with_pictures(file) if not any(map(has_text, texts)) else 0
    finally:
        file.close()
    texts, notes = _unify_pages(texts, fonts.notes)
    text, pages = join_pages([tidy(text) for text in texts])
    check_length(text, limits)
    if not has_text(text):
        raise LoadError(scanned() if n_pictures else no_text())
    empty = sum(not page.end > page.start for page in pages)
    if empty:
        notes = (*notes, say(f"{empty} trang không có chữ", f"{empty} pages without text"))
    # A property has no font.
    details = Details(title=own_title(tidy(unify(title)[0]))).filled_from(find_details(text))
    return document(text, details, notes=notes, pages=pages)


def render(data: bytes, number: int, limits: Limits) -> tuple[bytes, int]:
    """A page as a grey picture (PGM) for text recognition, and how many pages there are.

    :param number: From 0.
    """
    file = _open(data)
    try:
        n_pages = min(len(file), limits.max_pages)
        if number >= n_pages:
            return b"", n_pages
        page = file[number]
        scale = min(_DPI / 72, _MAX_SIDE / max(page.get_size()))
        picture = page.render(scale=scale, grayscale=True)
        rows = picture.to_numpy().reshape(picture.height, -1)[:, : picture.width]
        head = f"P5 {picture.width} {picture.height} 255\n".encode("ascii")
        return head + rows.tobytes(), n_pages
    finally:
        file.close()


def from_pages(texts: list[str], limits: Limits, notes: tuple[str, ...] = ()) -> LoadedDocument:
    """A document of recognised pages.

    :raises LoadError: If nothing was recognised, or too much.
    """
    text, pages = join_pages([tidy(text) for text in texts])
    check_length(text, limits)
    if not has_text(text):
        raise LoadError(no_text())
    return document(text, find_details(text), notes=notes, pages=pages)


def _pages_with_pictures(file: pdfium.PdfDocument) -> int:
    """How many of the first pages hold a picture."""
    found = 0
    for index in range(min(len(file), _LOOKED_AT)):
        page = file[index]
        found += next(page.get_objects(filter=(pdfium_c.FPDF_PAGEOBJ_IMAGE,), max_depth=3), None) is not None
        page.close()
    return found


def join_pages(texts: list[str]) -> tuple[str, tuple[Page, ...]]:
    r"""Join tidied pages into one text; a sentence that runs over a page break is not cut.

    >>> join_pages(["Kết quả năm", "2020 rất tốt."])[0]
    'Kết quả năm\n2020 rất tốt.'
    """
    pieces: list[str] = []
    pages = []
    length, last = 0, ""
    for number, text in enumerate(texts, 1):
        if text and last:
            gap = "\n\n" if last.endswith(_ENDS) or text[0].isupper() else "\n"
            pieces.append(gap)
            length += len(gap)
        pages.append(Page(number, length, length + len(text)))
        pieces.append(text)
        length += len(text)
        last = text or last
    return "".join(pieces), tuple(pages)


def _open(data: bytes) -> pdfium.PdfDocument:
    try:
        return pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) == _PASSWORD or "assword" in str(error):
            raise LoadError(say("tệp có mật khẩu", "the file is protected by a password")) from error
        raise LoadError(say("tệp PDF hỏng hoặc bị cắt cụt", "the PDF is damaged or cut short")) from error


def _page_texts(file: pdfium.PdfDocument, fonts: FontConverter, limits: Limits) -> Iterator[str]:
    left = limits.max_chars
    for index in range(len(file)):
        page = file[index]
        try:
            text = page_paragraphs(page, fonts)
        finally:
            page.close()
        left -= len(text)
        if left < 0:
            check_length(" " * (limits.max_chars + 1), limits)
        yield text


def _unify_pages(texts: list[str], notes: tuple[str, ...]) -> tuple[list[str], tuple[str, ...]]:
    """Convert pages whose letters show a legacy encoding that no font name told of."""
    unified = []
    for text in texts:
        converted, notes = unify(text, notes)
        unified.append(converted)
    return unified, notes
