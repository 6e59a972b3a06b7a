"""An assistant that knows the right answers, and ways to break it; passages are paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from evals.samples import Case
from rag.types import Access, Answer, Citation, Document, DocumentInfo, Filters, Hit, Passage, Turn


class Oracle:
    """Answers each case with its facts, cited by its evidence, and declines the others."""

    index_version = "fake-1"

    def __init__(self, documents: Mapping[str, str], cases: Iterable[Case]) -> None:
        self.documents = {name: self._document(name, text) for name, text in documents.items()}
        self.cases = {case.question: case for case in cases}
        self.asked: list[str] = []

    def document(self, document_id: str, version: str | None = None) -> Document | None:
        return self.documents.get(document_id)

    def search(
        self, query: str, filters: Filters | None = None, top_k: int = 10, access: Access | None = None
    ) -> tuple[Hit, ...]:
        return self._hits(self.cases[query])[:top_k]

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        access: Access | None = None,
    ) -> Answer:
        self.asked.append(question)
        case = self.cases[question]
        if not case.answerable:
            return Answer(question, "abstained", "Tài liệu không nêu.", confidence=0.1)
        citations = tuple(self._cite(n, item.document, item.quote) for n, item in enumerate(case.evidence, start=1))
        quotes = "; ".join(f"{citation.quote} [{citation.n}]" for citation in citations)
        text, short = quotes, ", ".join(fact[0] for fact in case.answers)
        return Answer(question, "answered", text, short, citations, hits=self._hits(case), confidence=0.9,
                      method="extractive", index_version=self.index_version)  # fmt: skip

    def _hits(self, case: Case) -> tuple[Hit, ...]:
        passages = list(self._passages())
        wanted = [(item.document, item.quote) for item in case.evidence]

        def relevant(passage: Passage) -> bool:
            return any(passage.document_id == name and quote in passage.text for name, quote in wanted)

        passages.sort(key=lambda passage: not relevant(passage))
        return tuple(
            Hit(p, self.documents[p.document_id].info, score=1 / rank, dense=1 / rank, lexical=1 / rank)
            for rank, p in enumerate(passages[:10], start=1)
        )

    def _passages(self) -> Iterator[Passage]:
        number = 0
        for name, document in self.documents.items():
            for match in re.finditer(r"(?:.+\n?)+", document.text):
                number += 1
                yield Passage(number, name, "v1", number, match.start(), match.end(), match.group())

    def _cite(self, n: int, name: str, quote: str) -> Citation:
        start = self.documents[name].text.index(quote)
        return Citation(n, name, "v1", "", None, f"/kho/{name}", start, start + len(quote), quote)

    @staticmethod
    def _document(name: str, text: str) -> Document:
        return Document(DocumentInfo(name, name, "v1", "", f"/kho/{name}", name), text)


class BrokenRetriever(Oracle):
    """Finds the passages in reverse order and cannot answer from them."""

    def _hits(self, case: Case) -> tuple[Hit, ...]:
        return super()._hits(case)[5:]


class BrokenReader(Oracle):
    """Always quotes the first words of the first document."""

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        access: Access | None = None,
    ) -> Answer:
        answer = super().ask(question, history, filters, access)
        name, document = next(iter(self.documents.items()))
        quote = document.text[:20]
        return replace(
            answer, status="answered", text=f"{quote} [1]", short_answer=quote, citations=(self._cite(1, name, quote),)
        )


class BrokenCitations(Oracle):
    """Cites one character beside the right place."""

    def _cite(self, n: int, name: str, quote: str) -> Citation:
        citation = super()._cite(n, name, quote)
        return replace(citation, start=citation.start + 1, end=citation.end + 1)


class Inventing(Oracle):
    """Adds a figure that no document has."""

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        access: Access | None = None,
    ) -> Answer:
        answer = super().ask(question, history, filters, access)
        return replace(answer, text=f"{answer.text} Tổng số là 987654.")
