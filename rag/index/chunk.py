"""Cuts a document into passages: whole sentences, whole paragraphs where they fit, offsets exact.

Knows nothing of encoders beyond one fact: about 1,700 characters of Vietnamese fill the 512 tokens that the default
one reads, so a passage stays below that, and a "sentence" without an end (a table, a list of names) is split.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.text.sentences import sentence_spans
from rag.types import Document, DocumentInfo, Span

CHUNK_FORMAT = 1
"""Raise when the same text would be cut differently, so that stores are cut anew."""

_LONGEST = 1.5
"""A sentence may exceed the aim by this factor before it is split."""
_TITLE_CHARS = 200
"""As much of a title as helps; a whole paragraph mistaken for one must not push the passage out of the encoder."""
_FULL_ENOUGH = 0.5
"""From this share of the aim on, a passage ends at a paragraph border rather than take a part of the next one."""

_BREAKS = (re.compile(r"[;:.!?…]\s+|\n"), re.compile(r",\s+|\s[–—-]\s"), re.compile(r"\s+"))
"""Where a sentence that is too long may be split, best first."""


@dataclass(frozen=True, slots=True)
class PassageDraft:
    """A passage that has no number yet. Offsets count characters of the document.

    :param sentences: Spans of its sentences; the first starts at ``start``, the last ends at ``end``.
    """

    ordinal: int
    start: int
    end: int
    sentences: tuple[Span, ...]


def chunk_document(document: Document, chunk_size: int) -> tuple[PassageDraft, ...]:
    """Cut a document into passages that together hold all its sentences, in order, without overlap.

    Short neighbouring paragraphs share a passage; a passage prefers to end where a paragraph ends.

    :param chunk_size: Length aimed at, in characters.
    :return: At least one passage for any text that is not blank.
    """
    passages: list[list[Span]] = []
    current: list[Span] = []
    for paragraph in _paragraphs(document.text, chunk_size):
        if current and _must_close(current, paragraph, chunk_size):
            passages.append(current)
            current = []
        for sentence in paragraph:
            if current and sentence.end - current[0].start > chunk_size:
                passages.append(current)
                current = []
            current.append(sentence)
    if current:
        passages.append(current)
    return tuple(
        PassageDraft(ordinal, spans[0].start, spans[-1].end, tuple(spans)) for ordinal, spans in enumerate(passages)
    )


def _must_close(current: Sequence[Span], paragraph: Sequence[Span], chunk_size: int) -> bool:
    """Whether to end before a paragraph that does not fit: yes if enough stands there already."""
    start, end = current[0].start, current[-1].end
    return paragraph[-1].end - start > chunk_size and end - start >= _FULL_ENOUGH * chunk_size


def _paragraphs(text: str, chunk_size: int) -> Iterator[list[Span]]:
    """Sentences grouped by the line breaks between them, over-long ones split."""
    group: list[Span] = []
    for sentence in sentence_spans(text):
        if group and "\n" in text[group[-1].end : sentence.start]:
            yield group
            group = []
        group.extend(_split_long(text, sentence, int(_LONGEST * chunk_size), chunk_size))
    if group:
        yield group


def _split_long(text: str, sentence: Span, longest: int, aim: int) -> Iterator[Span]:
    start = sentence.start
    while sentence.end - start > longest:
        cut = _cut(text, start, start + aim)
        end = cut
        while text[end - 1].isspace():
            end -= 1
        yield Span(start, end)
        start = cut
        while text[start].isspace():
            start += 1
    yield Span(start, sentence.end)


def _cut(text: str, start: int, limit: int) -> int:
    """The last good place to split in the second half of ``text[start:limit]``, else the limit itself."""
    half = start + (limit - start) // 2
    for pattern in _BREAKS:
        ends = [match.end() for match in pattern.finditer(text, half, limit)]
        if ends:
            return ends[-1]
    return limit


def passage_context(info: DocumentInfo) -> str:
    """What is put before a passage's text for encoding and word search: ``title (dd/mm/yyyy)``, as far as known.

    A passage from the middle of an article seldom says what the article is about, or when it was written.
    """
    published = f"({info.published:%d/%m/%Y})" if info.published else ""
    return " ".join(part for part in (info.title[:_TITLE_CHARS], published) if part)


def encoded_text(info: DocumentInfo, passage_text: str) -> str:
    """The exact string that the encoder sees for a passage."""
    context = passage_context(info)
    return f"{context}\n{passage_text}" if context else passage_text


def text_hash(encoded: str) -> bytes:
    """Names an encoded string: 16 bytes."""
    return hashlib.sha256(encoded.encode("utf-8")).digest()[:16]
