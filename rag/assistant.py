"""The whole way on one page: a question goes in, an answer with cited passages comes out.

``question → standalone → understood → hits → evidence → answer``. CLI, chat page, API and evals call this and nothing
beneath it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain, islice
from pathlib import Path
from time import perf_counter

from rag.answer.about import names_all
from rag.answer.converse import leaning, standalone
from rag.answer.generate import Writer
from rag.answer.match import coverage, words_of
from rag.answer.model import TimedModel, open_model
from rag.answer.parts import parts_of
from rag.answer.question import Question, analyse
from rag.answer.read import Evidence
from rag.answer.reply import Part, Piece, Replier, merged
from rag.answer.rewrite import Rewriter
from rag.answer.smalltalk import small_talk
from rag.answer.span import closer_reader, open_reader
from rag.answer.suggest import Suggestion, of_other_years, suggest
from rag.errors import QuestionError, RagError
from rag.index.encode import Encoder
from rag.index.index import Index
from rag.index.store import Store
from rag.lang import say
from rag.retrieve.hybrid import Explanation, HybridRetriever
from rag.retrieve.understand import Query, understand_for
from rag.settings import Settings
from rag.text.phrases import WithPhrases
from rag.text.restore import restore
from rag.text.unicode import clean, fold, has_marks
from rag.types import Access, Answer, Document, Event, Filters, Hit, Turn

_FOLLOWED = 3
"""Documents behind an answer from which the next questions are drawn."""

_GOING_ON = 5
"""First passages in which a question that names nothing is looked for together with the last one's names."""
_SAID = 0.9
"""Share of its words that such a passage must have."""
_OTHER_YEARS = 2
"""Years for which a question is tried that found nothing for its own."""

_SUGGESTING = 24
"""Newest documents from which the first questions are drawn."""
_TRIED = 4
"""Questions that are tried at most for each that is offered: each costs as much as an answer."""
_GROUPS = 32
"""Different sets of readable collections whose first questions are kept."""


class Assistant:
    """Answers questions about the documents of one store. Threads may share one."""

    def __init__(self, index: Index, settings: Settings) -> None:
        self.settings = settings
        self._index = index
        reader = open_reader(settings, lambda: index.encoder, self._fetch)
        self._retriever = HybridRetriever(
            index, settings.n_candidates, settings.dense_weight, reader=closer_reader(reader)
        )
        self._suggested: dict[tuple[str, int, Access | None], tuple[str, ...]] = {}
        model = TimedModel(open_model(settings), settings.llm_timeout_s) if settings.llm else None
        writer = Writer(model, settings.llm_context, settings.llm_max_tokens) if model else None
        self._standalone = Rewriter(model).standalone if model else standalone
        self._replier = Replier(reader, self._fetch, settings.caution, writer)
        # Questions to offer are tried by quoting alone: a model would take minutes, and its owner's money.
        self._quoter = Replier(reader, self._fetch, settings.caution)

    @classmethod
    def open(cls, store: str | Path | None = None, settings: Settings | None = None) -> Assistant:
        """Open a store that ``rag ingest`` filled.

        :param store: Folder; ``None`` follows the rule of :mod:`rag.settings`.
        :raises StoreMissingError: If nothing was indexed there yet.
        """
        settings = settings or Settings.load(store)
        return cls(Index.open(settings), settings)

    def close(self) -> None:
        """Release the store."""
        self._index.close()

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        access: Access | None = None,
    ) -> Answer:
        """Answer a question.

        :param history: Earlier exchanges, oldest first.
        :param filters: What the person wants searched.
        :param access: What the person may read; ``None`` = the local user, everything.
        """
        answers = [e.data for e in self._steps(question, history, filters, access) if isinstance(e.data, Answer)]
        return answers[-1]

    def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        access: Access | None = None,
    ) -> Generator[Event, None, None]:
        """Answer a question step by step; the texts together are the text of the final answer.

        Closing the generator cancels the work. An expected failure ends it with an ``error`` event.
        """
        try:
            yield from self._steps(question, history, filters, access)
        except RagError as error:
            yield Event("error", str(error))

    def _steps(
        self,
        question: str,
        history: Sequence[Turn],
        filters: Filters | None,
        access: Access | None,
        replier: Replier | None = None,
    ) -> Generator[Event, None, None]:
        started = perf_counter()
        reply = self._without_search(question)
        if reply is not None:
            yield Event("text", reply)
            yield Event("done", Answer(question, "abstained", reply, index_version=self.index_version))
            return
        index = self._index.pinned()  # one state of the index from here to the answer, whatever is published meanwhile
        query = self._understand(question, history, access)
        yield Event("understood", query.text)
        understood = perf_counter()
        find = partial(
            replace(self._retriever, index=index).retrieve, top_k=self.settings.top_k, filters=filters, access=access
        )
        hits = find(query)
        asked = parts_of(query.text)
        questions = asked.questions if asked else ()
        parts = [_part(query, understand_for(self._index, text, access), find) for text in questions]
        hits = merged([hits, *(part.hits for part in parts)])
        yield Event("hits", hits)
        found = perf_counter()
        together = asked is not None and asked.together
        for part in (replier or self._replier).reply(analyse(query.text, query.typed), hits, history, parts, together):
            if isinstance(part, Answer):
                timings = _timings(started, understood, found)
                done = replace(
                    part, question=question, understood=query.text, hits=hits, timings_ms=timings,
                    index_version=index.version,
                )  # fmt: skip
                yield Event("done", done)
            else:
                yield from _events(part)

    def search(
        self,
        query: str,
        filters: Filters | None = None,
        top_k: int = 10,
        access: Access | None = None,
    ) -> tuple[Hit, ...]:
        """The passages found for a question, best first, without an answer."""
        if not query.strip():
            return ()
        return self.explain(query, filters, top_k, access).hits

    def explain(
        self,
        query: str,
        filters: Filters | None = None,
        top_k: int = 10,
        access: Access | None = None,
    ) -> Explanation:
        """The same hits with how the question was understood and why each candidate stands where it does."""
        self._check_length(query)
        index = self._index.pinned()
        return replace(self._retriever, index=index).explain(
            understand_for(index, query, access), top_k, filters, access
        )

    def evidence(self, question: str, access: Access | None = None) -> tuple[Evidence, ...]:
        """The sentences that an answer to a question would rest on, best first, however sure they are."""
        query = self._understand(question, (), access)
        hits = replace(self._retriever, index=self._index.pinned()).retrieve(query, self.settings.top_k, access=access)
        return self._replier.evidence(analyse(query.text, query.typed), hits)

    def document(self, document_id: str, version: str | None = None, access: Access | None = None) -> Document | None:
        """A stored document, the current version unless another is named; ``None`` when there is none to be read."""
        document = self._index.store.document(document_id, version)
        if document is None or not _may_read(document, access):
            return None
        return document

    def suggestions(self, n: int = 4, access: Access | None = None) -> tuple[str, ...]:
        """Questions that the newest documents answer: each was asked before it is offered."""
        access = None if access is None else replace(access, user="")  # the same for all who may read the same
        asked = (self.index_version, n, access)
        if asked not in self._suggested:
            offered = self._suggest(n, access)
            kept = [(key, row) for key, row in self._suggested.items() if key[0] == asked[0]][1 - _GROUPS :]
            self._suggested = {**dict(kept), asked: offered}
            return offered
        return self._suggested[asked]

    def follow_ups(
        self, answer: Answer, asked: Sequence[str] = (), n: int = 3, access: Access | None = None
    ) -> tuple[str, ...]:
        """Questions to go on with, drawn from the documents behind an answer and leading to other places in them.

        Where nothing was found for a year, the same question of a year that the documents speak of comes first.

        :param asked: Questions that need not be offered again.
        """
        behind = (*answer.citations, *answer.nearest)
        known = {(c.document_id, c.start) for c in answer.citations}
        ids = list(dict.fromkeys(c.document_id for c in behind))[:_FOLLOWED]
        documents = (self.document(document_id, access=access) for document_id in ids)
        said = {q.strip().casefold() for q in (*asked, answer.question, answer.understood)}
        offered = suggest([d for d in documents if d], 3 * n)
        new = (s for s in offered if s.question.casefold() not in said and not self._is_known(s, known))
        drawn = (s.question for s in new if self._is_answered(s, access))
        return tuple(islice(chain(self._of_other_years(answer, said, access), drawn), n))

    def _of_other_years(self, answer: Answer, said: set[str], access: Access | None) -> tuple[str, ...]:
        if answer.status != "abstained":
            return ()
        offered = of_other_years(answer.understood or answer.question, [c.quote for c in answer.nearest])
        new = (q for q in offered[:_OTHER_YEARS] if q.casefold() not in said)
        return tuple(q for q in new if self._quoted(q, access).status == "answered")

    def _is_known(self, suggestion: Suggestion, known: set[tuple[str, int]]) -> bool:
        span = suggestion.span
        return span is not None and any(
            document_id == suggestion.document_id and span.start <= start < span.end for document_id, start in known
        )

    def _quoted(self, question: str, access: Access | None) -> Answer:
        """The answer without a language model, whether there is one or not."""
        steps = self._steps(question, (), None, access, self._quoter)
        return [e.data for e in steps if isinstance(e.data, Answer)][-1]

    def _is_answered(self, suggestion: Suggestion, access: Access | None) -> bool:
        """Whether asking leads to the place that the question was made from."""
        answer, span = self._quoted(suggestion.question, access), suggestion.span
        return answer.status == "answered" and any(
            c.document_id == suggestion.document_id and (span is None or (c.start < span.end and span.start < c.end))
            for c in answer.citations
        )

    def _suggest(self, n: int, access: Access | None) -> tuple[str, ...]:
        infos = self._index.store.list_documents(access=access, limit=_SUGGESTING)
        documents = [self._index.store.document(info.id) for info in infos]
        offered = suggest([d for d in documents if d is not None], _TRIED * n)
        return tuple(s.question for s in islice((s for s in offered if self._is_answered(s, access)), n))

    @property
    def index_version(self) -> str:
        """Changes with every change of what is indexed."""
        return self._index.version

    @property
    def store(self) -> Store:
        """What is stored, for looking after it; questions do not go this way."""
        return self._index.store

    @property
    def encoder(self) -> Encoder:
        """The encoder of the index, loaded at first use."""
        return self._index.encoder

    def refresh(self) -> None:
        """Take up what was published meanwhile."""
        self._index.refresh()

    @property
    def n_documents(self) -> int:
        """How many documents are searched."""
        return self._index.n_documents

    def count_documents(self, access: Access | None = None) -> int:
        """How many documents are searched for a person."""
        if access is None or access.collections is None:
            return self.n_documents
        return self._index.store.count_documents(access=access)

    def collections(self) -> tuple[str, ...]:
        """Names of the collections that hold documents; the server's business, not a person's."""
        return tuple(self._index.store.collections())

    def _without_search(self, question: str) -> str | None:
        try:
            self._check_length(question)
        except QuestionError as error:
            return str(error)
        return small_talk(clean(question))

    def _check_length(self, question: str) -> None:
        if len(question) > self.settings.max_question:
            raise QuestionError(
                say(f"Câu hỏi dài {len(question)} ký tự; tối đa {self.settings.max_question}. Xin rút gọn.",
                    f"The question has {len(question)} characters; at most {self.settings.max_question} are allowed.")
            )  # fmt: skip

    def _understand(self, question: str, history: Sequence[Turn], access: Access | None) -> Query:
        """Tone marks first, then what a follow-up leaves unsaid: rules for follow-ups read marked text."""
        if not history:
            return understand_for(self._index, question, access)
        vocabulary = WithPhrases(self._index.vocabulary(access))
        earlier = [Turn(restore(clean(t.question), vocabulary).text, t.answer) for t in history]
        now = restore(clean(question), vocabulary).text
        whole = self._standalone(now, earlier)
        if whole == now and self._standalone is standalone:
            whole = self._going_on(now, earlier, access) or now
        return understand_for(self._index, whole if whole != now else question, access)

    def _going_on(self, question: str, history: Sequence[Turn], access: Access | None) -> str | None:
        """The question as one that goes on with the last, where one of the first passages holds all of both."""
        taken = leaning(question, history)
        if taken is None:
            return None
        query = understand_for(self._index, taken, access)
        finder = replace(self._retriever, index=self._index.pinned(), reader=None)
        hits = finder.retrieve(query, _GOING_ON, access=access)
        asked = analyse(query.text)
        return taken if any(_holds_both(asked, hit) for hit in hits) else None

    def _fetch(self, hit: Hit) -> Document:
        document = self._index.store.document(hit.document.id, hit.passage.version)
        if document is None:  # purged between search and reading: the passage itself is all there is
            return Document(hit.document, hit.passage.text)
        return document


def _holds_both(question: Question, hit: Hit) -> bool:
    """Whether a passage says what a question asks and names what the one before named."""
    passage, title = hit.passage.text, hit.document.title
    said = coverage(question.own_terms, words_of(passage), words_of(title))
    return said >= _SAID and names_all(question, title, passage)


def _part(whole: Query, part: Query, find: Callable[[Query], tuple[Hit, ...]]) -> Part:
    """One part of a question, searched on its own; typed without marks like the whole, or with them."""
    typed = part.text if has_marks(whole.typed) else fold(part.text)
    return Part(analyse(part.text, typed), find(part))


def _events(piece: Piece) -> Iterator[Event]:
    yield Event("text", piece.text)
    for citation in piece.citations:
        yield Event("citation", citation)


def _timings(started: float, understood: float, found: float) -> dict[str, float]:
    now = perf_counter()
    return {
        "understand": 1000 * (understood - started),
        "retrieve": 1000 * (found - understood),
        "answer": 1000 * (now - found),
        "total": 1000 * (now - started),
    }


def _may_read(document: Document, access: Access | None) -> bool:
    return access is None or access.collections is None or document.info.collection in access.collections
