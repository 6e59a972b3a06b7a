"""How the corpus spells its syllables: counts that grow and shrink with the documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import apsw

from rag.index.sqlite.reading import Base
from rag.text.nearby import count_syllables
from rag.text.unicode import fold

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
