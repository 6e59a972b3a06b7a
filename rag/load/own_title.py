"""Titles in a file's properties that nobody wrote: a program's default, the name of the file, an address."""

from __future__ import annotations

import re

_DEFAULT = re.compile(
    r"((microsoft|ms) )?(word|excel|powerpoint|office)( (document|presentation))?"
    r"|(microsoft|ms) (word|excel|powerpoint) *- .*"
    r"|(untitled|document|presentation|slide|book|scan(ned)?|print|img|image|doc|tài liệu|không có (tiêu đề|tên))"
    r"([ _-]*(document|image|page|file|presentation|slide))?[ _-]*[\d_. ()-]*",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"about:\S*|(https?|ftp|file|chrome)://.*|(data|blob):\S+|www\.\S+|[a-z]:\\.*", re.IGNORECASE)
_FILE = re.compile(
    r"(?s).*\.(docx?|docm|dotx?|rtf|odt|pdf|xlsx?|xlsm|ods|pptx?|odp|indd|qxd|pmd|txt|md|html?|tmp|tiff?|png|jpe?g)",
    re.IGNORECASE,
)


def own_title(title: str) -> str:
    """The title, unless a program filled it in.

    >>> own_title("Báo cáo quý I"), own_title("Microsoft Word - x.doc"), own_title("about:blank")
    ('Báo cáo quý I', '', '')
    """
    title = title.strip()
    return "" if any(kind.fullmatch(title) for kind in (_DEFAULT, _ADDRESS, _FILE)) else title
