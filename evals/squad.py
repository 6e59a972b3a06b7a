"""Public question answering sets in SQuAD JSON (1.1 and 2.0), each context one document.

An XQuAD-R file has sentence spans beside each context; there the evidence is the sentence that holds the answer and
the answer its focus. Without them the answer itself is the evidence.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from evals.samples import Case, DatasetError, Evidence
from rag.lang import say
from rag.types import Span


def read_squad(path: Path) -> tuple[dict[str, str], tuple[Case, ...]]:
    """Read a SQuAD file.

    :param path: JSON as of SQuAD 1.1 or 2.0; ``sentence_breaks`` of a paragraph are used where they are.
    :return: Documents (file name -> context) and cases.
    :raises DatasetError: If the file has another shape, or an answer is not where it says.
    """
    try:
        articles = json.loads(path.read_text(encoding="utf-8"))["data"]
        paragraphs = [paragraph for article in articles for paragraph in article["paragraphs"]]
        documents = {_name(path, i): paragraph["context"] for i, paragraph in enumerate(paragraphs)}
        cases = [case for i, paragraph in enumerate(paragraphs) for case in _cases(_name(path, i), paragraph)]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DatasetError(
            say(f"{path} không phải JSON kiểu SQuAD: {error!r}.", f"{path} is not SQuAD JSON: {error!r}.")
        ) from error
    return documents, tuple(cases)


def _name(path: Path, number: int) -> str:
    return f"{path.stem.replace('.', '-')}-{number:05d}.txt"


def _cases(document: str, paragraph: Mapping[str, Any]) -> Iterator[Case]:
    context, breaks = paragraph["context"], paragraph.get("sentence_breaks", ())
    for item in paragraph["qas"]:
        answers = item["answers"]
        if item.get("is_impossible") or not answers:
            yield Case(item["id"], item["question"], "near", answerable=False)
            continue
        texts = tuple(dict.fromkeys(answer["text"] for answer in answers))
        evidence = _evidence(document, context, answers[0], breaks)
        yield Case(item["id"], item["question"], "other", answerable=True, answers=(texts,), evidence=(evidence,))


def _evidence(document: str, context: str, answer: Mapping[str, Any], breaks: Sequence[Sequence[int]]) -> Evidence:
    start = answer["answer_start"]
    end = start + len(answer["text"])
    if context[start:end] != answer["text"]:
        raise DatasetError(say(f"'{answer['text']}' không ở vị trí {start} của {document}.",
                               f"'{answer['text']}' is not at {start} of {document}."))  # fmt: skip
    first, last = next(((a, b) for a, b in breaks if a <= start < b), (start, end))
    last = max(last, end)
    return Evidence(document, context[first:last], first, last, focus=Span(start, end))
