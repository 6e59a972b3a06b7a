"""Abbreviations that the documents define themselves, found while a question is asked: "Ủy ban Dân tộc (UBDT)".

Nothing of this is stored: what an abbreviation means is read from the passages that use it, as far as the person asking
may read them. So a document that was removed, or is hidden, defines nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from rag.index.index import Index
from rag.index.lexical import LexicalTerm
from rag.text.abbreviations import expansion, find_definitions, unknown_abbreviations
from rag.text.syllables import bigrams, folded_terms
from rag.text.unicode import canonical_tones, fold, lower
from rag.types import Access, Passage

_AT_MOST = 3
"""Abbreviations looked up for one question."""
_LOOKED_AT = 50
"""Passages that use an abbreviation and are read for its definition."""


def defined_in(index: Index, question: str, access: Access | None = None) -> dict[str, str]:
    """What the documents say that the abbreviations of a question stand for, beside those that everyone knows.

    :param question: As typed.
    :return: Abbreviation in small letters without marks -> its words. One with several meanings has the usual one, and
        none where no meaning has half of the definitions.
    """
    found = {}
    for word in unknown_abbreviations(question)[:_AT_MOST]:
        terms = folded_terms(word)
        wanted = [LexicalTerm("folded", term) for term in terms] + [LexicalTerm("folded2", p) for p in bigrams(terms)]
        scored = index.search_lexical(wanted, _LOOKED_AT, access=access)
        meaning = _usual(word, index.store.passages(s.id for s in scored))
        if meaning:
            found[fold(word)] = meaning
    return found


def _usual(word: str, passages: Iterable[Passage]) -> str | None:
    definitions = (d for passage in passages for d in find_definitions(passage.text))
    meanings = Counter(canonical_tones(lower(d.long)) for d in definitions if fold(d.short) == fold(word))
    if not meanings:
        return None
    meaning, count = meanings.most_common(1)[0]
    return meaning if 2 * count >= meanings.total() else None


def abbreviated_in(passages: Sequence[Passage], question: str, known: Mapping[str, str]) -> dict[str, str]:
    """Abbreviations that passages define for words that a question spells out: the rest of their document uses them.

    :param known: Those that are searched for already.
    :return: Abbreviation as written -> its words.
    """
    asked = f" {' '.join(folded_terms(question))} "
    found = {}
    for definition in (d for passage in passages for d in find_definitions(passage.text)):
        said = f" {' '.join(folded_terms(definition.long))} " in asked
        if said and not expansion(definition.short) and fold(definition.short) not in known:
            found[definition.short] = canonical_tones(lower(definition.long))
    return found
