"""What the baselines share: the assistant beneath, and an answer that quotes one sentence."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace

from evals.asker import Asker
from rag.text.sentences import sentence_spans
from rag.text.syllables import content_terms, folded_terms, search_terms
from rag.types import Access, Answer, Citation, Document, Filters, Hit, Span, Turn

POOL = 200  # enough to hold all candidates of both legs, so that another order of them is that leg's own order


class Base:
    """Finds what the assistant finds; children change the order or the answer."""

    def __init__(self, asker: Asker) -> None:
        self.asker = asker

    @property
    def index_version(self) -> str:
        """That of the assistant."""
        return self.asker.index_version

    def document(self, document_id: str, version: str | None = None) -> Document | None:
        """Open a document."""
        return self.asker.document(document_id, version)

    def search(
        self, query: str, filters: Filters | None = None, top_k: int = 10, access: Access | None = None
    ) -> tuple[Hit, ...]:
        """Find passages."""
        return self.asker.search(query, filters, top_k, access)

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        access: Access | None = None,
    ) -> Answer:
        """Assert the sentence of the first passage that shares most terms with the question."""
        started = time.perf_counter()
        hits = self.search(question, filters, 10, access)
        answer = quote_best_sentence(question, hits[:1])
        took = 1000 * (time.perf_counter() - started)
        return replace(answer, hits=hits, timings_ms={"total": took}, index_version=self.index_version)


class Reordered(Base, ABC):
    """The assistant's candidates in another order."""

    def search(
        self, query: str, filters: Filters | None = None, top_k: int = 10, access: Access | None = None
    ) -> tuple[Hit, ...]:
        """Find passages."""
        return self.order(self.asker.search(query, filters, POOL, access))[:top_k]

    @abstractmethod
    def order(self, hits: tuple[Hit, ...]) -> tuple[Hit, ...]:
        """The candidates, best first."""


def quote_best_sentence(question: str, hits: Sequence[Hit]) -> Answer:
    """An answer that asserts the sentence with the largest share of the question's terms; declines without hits."""
    wanted = set(folded_terms(" ".join(content_terms(search_terms(question)))))
    best: tuple[float, Hit, Span] | None = None
    for hit in hits:
        for span in sentence_spans(hit.passage.text):
            found = wanted & set(folded_terms(hit.passage.text[span.start : span.end]))
            score = len(found) / max(1, len(wanted))
            if best is None or score > best[0]:
                best = (score, hit, span)
    if best is None:
        return Answer(question, "abstained", "Tài liệu không nêu.")
    return quoting(question, best[1], best[2], best[0])


def quoting(question: str, hit: Hit, span: Span, confidence: float) -> Answer:
    """An answer that asserts one span of a passage."""
    passage, info = hit.passage, hit.document
    quote = passage.text[span.start : span.end]
    start = passage.start + span.start
    citation = Citation(1, passage.document_id, passage.version, info.title, info.published, info.source,
                        start, start + len(quote), quote, passage_id=passage.id)  # fmt: skip
    return Answer(
        question, "answered", f"{quote} [1]", citations=(citation,), confidence=confidence, method="extractive"
    )
