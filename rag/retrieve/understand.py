"""What a question means for the search: its spelling with tone marks, its terms, the times it names.

A question typed without tone marks is searched folded (``ho ngheo`` finds ``hộ nghèo``), while its best restored
spelling feeds the encoder, which knows little of unmarked Vietnamese.

The search itself sees one form of what was typed: small letters, one tone placement, abbreviations both short and in
full. So capitals, the place of a tone mark and "UBND" or "Ủy ban nhân dân" change nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from rag.index.index import Index
from rag.index.lexical import LexicalTerm
from rag.text.abbreviations import contractions, shortened, spelt_out
from rag.text.correct import Correction, corrected, find_errors
from rag.text.dates import DateMention, find_dates
from rag.text.nearby import Nearby
from rag.text.phrases import WithPhrases
from rag.text.restore import Vocabulary, restore
from rag.text.shorthand import spell_out
from rag.text.syllables import bigrams, folded_terms, is_function_word, search_terms, tokens
from rag.text.unicode import canonical_tones, clean, fold, has_marks, lower
from rag.types import Access

_RESTORED_WEIGHT = 0.4
"""Weight of the restored spelling in the lexical leg beside the folded one (1.0): a hint, because it may be wrong."""

_CORRECTED_WEIGHT = 0.6
"""Weight of what was probably meant by a mistyped word: the word as typed may be a name after all."""

_NEARBY = 5
"""Passages whose spellings help to restore tone marks; more of them are about other things."""

_SHORTENED_WEIGHT = 0.6
"""Weight of abbreviations beside the words in full (1.0), whichever of them was typed."""


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the question that a passage should hold.

    :param text: As in the lexical index; folded where ``loose``.
    :param loose: Typed without its marks: any marked spelling agrees.
    """

    text: str
    loose: bool


@dataclass(frozen=True, slots=True)
class Query:
    """A question made ready for the search.

    :param typed: What the person typed, cleaned (NFC).
    :param text: The same with typing errors put right and tone marks restored; shown as "understood".
    :param restored: Whether restoring changed anything.
    :param lexical: Weighted terms for the lexical leg.
    :param dates: Times that the question names, relative words resolved against today.
    :param encoded: What the encoder gets: small letters, abbreviations in full.
    :param terms: Words that say what the question is about, each once.
    :param corrections: Words that are probably mistyped; both spellings are searched for, and those that are sure stand
        corrected in ``text``.
    :param abbreviations: Abbreviations, as in the lexical index -> words of the question that they may stand for.
    :param defined: What documents say that abbreviations stand for: abbreviation -> words.
    """

    typed: str
    text: str
    restored: bool
    lexical: tuple[LexicalTerm, ...]
    dates: tuple[DateMention, ...]
    encoded: str = ""
    terms: tuple[Term, ...] = ()
    corrections: tuple[Correction, ...] = ()
    abbreviations: Mapping[str, frozenset[str]] = field(default_factory=dict)
    defined: Mapping[str, str] = field(default_factory=dict)


Texts = Callable[[Sequence[LexicalTerm]], Sequence[str]]
"""Gives the texts of a few passages that share most with the terms."""


def understand(question: str, vocabulary: Vocabulary, today: date | None = None, texts: Texts | None = None) -> Query:
    """Prepare a question for both legs of the search.

    :param question: As typed, with, without or partly with tone marks.
    :param vocabulary: Spellings of the indexed corpus, for restoring tone marks.
    :param today: What relative words of the question ("tháng trước") count from.
    :param texts: Looks passages up, whose spellings decide where marks are missing; ``None`` leaves it to the corpus.
    """
    known = WithPhrases(vocabulary)
    typed = spell_out(_small_if_shouted(" ".join(clean(question).split())))
    errors = find_errors(typed, known)
    spelt = corrected(typed, [e for e in errors if e.sure])
    restored = restore(spelt, known)
    if restored.changed and texts is not None:
        restored = restore(spelt, Nearby(known, texts(_terms("folded", folded_terms(spelt), 1.0))))
    query = Query(
        typed=typed,
        text=restored.text,
        restored=restored.changed,
        lexical=(),
        dates=find_dates(restored.text, anchor=today or date.today()),
        corrections=errors,
    )
    return with_definitions(query, {})


def understand_for(index: Index, question: str, access: Access | None = None) -> Query:
    """Prepare a question for a search of an index, with the spellings that a person may read there."""
    return understand(question, index.vocabulary(access), texts=lambda terms: index.texts(terms, _NEARBY, access))


def with_definitions(query: Query, defined: Mapping[str, str]) -> Query:
    """A query that also knows abbreviations which documents define.

    :param defined: Abbreviation in small letters without marks -> its words.
    """
    full = canonical_tones(lower(spelt_out(query.text, defined)))
    errors = query.corrections
    spellings = (query.typed, corrected(query.typed, errors)) if errors else ()
    return replace(
        query,
        lexical=_lexical_terms(full, query.restored, spellings, tuple(defined)),
        encoded=full,
        terms=_content(full, query.typed),
        abbreviations=_abbreviations(full, defined),
        defined=defined,
    )


def with_abbreviations(query: Query, short: Mapping[str, str]) -> Query:
    """A query that also looks for abbreviations which documents use for words that it spells out.

    :param short: Abbreviation as written -> its words.
    """
    added = [term for word in short for term in _terms("exact", search_terms(word), _SHORTENED_WEIGHT)]
    held = {" ".join(search_terms(word)): frozenset(search_terms(long)) for word, long in short.items()}
    return replace(
        query,
        lexical=_merge((*query.lexical, *added)),
        abbreviations={**query.abbreviations, **held},
        defined={**query.defined, **short},
    )


def _abbreviations(full: str, defined: Mapping[str, str]) -> dict[str, frozenset[str]]:
    known = {short: full[start:end] for short, start, end in contractions(full)}
    return {" ".join(search_terms(s)): frozenset(search_terms(long)) for s, long in (*known.items(), *defined.items())}


def _small_if_shouted(question: str) -> str:
    """A question in capitals throughout means what it means in small letters."""
    return lower(question) if question.isupper() and " " in question else question


def _lexical_terms(
    full: str, restored: bool, spellings: tuple[str, ...], defined: tuple[str, ...]
) -> tuple[LexicalTerm, ...]:
    """Terms of both legs' common form, and of other spellings where a word seems mistyped."""
    terms: list[LexicalTerm] = []
    for text, weight in ((full, 1.0), (shortened(full), _SHORTENED_WEIGHT)):
        if restored:
            terms += _terms("folded", folded_terms(text), weight)
        terms += _terms("exact", search_terms(text), weight * (_RESTORED_WEIGHT if restored else 1.0))
    for text in spellings:
        words = folded_terms(text) if restored else search_terms(text)
        terms += _terms("folded" if restored else "exact", words, _CORRECTED_WEIGHT)
    for short in defined:
        terms += _terms("folded", folded_terms(short), _SHORTENED_WEIGHT)
    return _merge(terms)


def _terms(field: str, words: tuple[str, ...], weight: float) -> list[LexicalTerm]:
    singles = [LexicalTerm(field, word, weight) for word in words]
    return singles + [LexicalTerm(f"{field}2", pair, weight) for pair in bigrams(words)]


def _merge(terms: Iterable[LexicalTerm]) -> tuple[LexicalTerm, ...]:
    """Keep each (field, term) once with its largest weight: a word said twice is not meant twice as much."""
    best: dict[tuple[str, str], float] = {}
    for term in terms:
        key = (term.field, term.text)
        best[key] = max(term.weight, best.get(key, 0.0))
    return tuple(LexicalTerm(field, text, weight) for (field, text), weight in best.items())


def _content(full: str, typed: str) -> tuple[Term, ...]:
    """The words that are not function words. A restored spelling may be wrong, so its bare form is compared."""
    bare = {canonical_tones(lower(t.text)) for t in tokens(typed) if not has_marks(t.text)}
    words = [w for w in search_terms(full) if not is_function_word(w)]
    terms = [Term(fold(w), True) if has_marks(w) and fold(w) in bare else Term(w, False) for w in words]
    return tuple(dict.fromkeys(terms))
