"""How the corpus spells its syllables: counts that grow and shrink with the documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import apsw

from rag.index.sqlite.reading import Base
from rag.text.syllables import tokens
from rag.text.unicode import canonical_tones, fold, lower, nfc

Pair = tuple[str, str]


class VocabularyReading(Base):
    """The vocabulary part of :class:`rag.index.store.Store`."""

    def spellings(self, folded: Sequence[str]) -> Mapping[str, Mapping[str, int]]:
        """For each folded syllable the exact spellings met, with their counts."""
        found: dict[str, dict[str, int]] = {name: {} for name in folded}
        sql = "SELECT folded, syllable, count FROM spellings WHERE folded IN ({})"
        for name, syllable, count in self.rows_for(sql, list(found)):
            found[name][syllable] = count
        return found

    def pairs(self, pairs: Sequence[Pair]) -> Mapping[Pair, int]:
        """Counts of neighbouring exact syllables; pairs never met are left out."""
        wanted = set(pairs)
        firsts = sorted({first for first, _second in wanted})
        seconds = sorted({second for _first, second in wanted})
        marks = ",".join("?" * len(seconds))
        sql = f"SELECT first, second, count FROM pairs WHERE first IN ({{}}) AND second IN ({marks})"  # noqa: S608
        found: dict[Pair, int] = {}
        for at in range(0, len(firsts), 200):
            part = firsts[at : at + 200]
            for first, second, count in self.rows(sql.format(",".join("?" * len(part))), (*part, *seconds)):
                if (first, second) in wanted:
                    found[first, second] = count
        return found


def count_syllables(texts: Iterable[str]) -> tuple[Counter[str], Counter[Pair]]:
    """Count syllables and neighbouring pairs: lower-case, one tone placement, only spaces between the two of a pair."""
    singles: Counter[str] = Counter()
    pairs: Counter[Pair] = Counter()
    for text in texts:
        plain = lower(canonical_tones(nfc(text)))
        previous, end = "", 0
        for token in tokens(plain):
            word = "" if token.text[0].isdigit() else token.text
            if word:
                singles[word] += 1
                if previous and plain[end : token.start].isspace():
                    pairs[previous, word] += 1
            previous, end = word, token.end
    return singles, pairs


def add_counts(connection: apsw.Connection, texts: Iterable[str], sign: int) -> None:
    """Add the counts of texts (``sign`` 1), or take them away (-1)."""
    singles, pairs = count_syllables(texts)
    connection.executemany(
        "INSERT INTO spellings VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count",
        ((fold(word), word, sign * count) for word, count in sorted(singles.items())),
    )
    connection.executemany(
        "INSERT INTO pairs VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count",
        ((first, second, sign * count) for (first, second), count in sorted(pairs.items())),
    )
    if sign < 0:
        gone = [(word,) for word in singles]
        connection.executemany("DELETE FROM pairs WHERE first = ? AND count <= 0", gone)
        connection.executemany("DELETE FROM spellings WHERE folded = ? AND count <= 0", ((fold(w),) for (w,) in gone))
