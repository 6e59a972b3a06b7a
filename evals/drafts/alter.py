"""One value of a sentence made wrong: another one of its kind, found elsewhere or in the same passage."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from evals.drafts.values import Kind, Value, find_values, units

_LISTED: Final = re.compile(r"\s*(?:,|;|và|hay|hoặc|, và|-|–)\s*")


@dataclass(frozen=True, slots=True)
class Alteration:
    """A sentence with one wrong value.

    :param same_passage: The wrong value stands elsewhere in the passage that the sentence was taken from.
    """

    text: str
    kind: Kind
    was: str
    now: str
    same_passage: bool


def alter(  # noqa: PLR0917
    sentence: str, passage: str, kind: Kind, same_passage: bool, pool: Sequence[str], draw: random.Random
) -> Alteration | None:
    """Replace one value, or return ``None`` where there is none of that kind or nothing to replace it with.

    :param pool: Names of other documents.
    """
    targets = [v for v in find_values(sentence) if v.kind == kind]
    draw.shuffle(targets)
    for target in targets:
        others = _inside(sentence, target, passage) if same_passage else _outside(target, passage, pool, draw)
        if others:
            now = draw.choice(others)
            text = sentence[: target.start] + now + sentence[target.end :]
            return Alteration(text, kind, target.text, now, same_passage)
    return None


def _inside(sentence: str, target: Value, passage: str) -> list[str]:
    """Values of the same kind in the passage that say something else; members of one list are no error to exchange."""
    listed = {v.text for v in find_values(sentence) if v.kind == target.kind and _in_one_list(sentence, v, target)}
    found = [v.text for v in find_values(passage) if v.kind == target.kind and v.text not in listed]
    return sorted({t for t in found if _differs(target, t) and _alike(target, t)})


def _in_one_list(sentence: str, a: Value, b: Value) -> bool:
    first, second = sorted((a, b), key=lambda v: v.start)
    return a != b and bool(_LISTED.fullmatch(sentence, first.end, second.start))


def _differs(target: Value, other: str) -> bool:
    """Whether a value says something else: not the same figure, nor a part of the same name or day."""
    if target.kind == "reference":
        return _figures(target.text)[0] != _figures(other)[0]
    if target.kind in ("number", "date"):
        return _figures(target.text) != _figures(other)
    a, b = target.text.lower().split(), other.lower().split()
    return not (set(a) <= set(b) or set(b) <= set(a))


def _figures(text: str) -> list[str]:
    return [figure.lstrip("0") or "0" for figure in re.findall(r"\d+", text)]


def _alike(target: Value, other: str) -> bool:
    """Whether a value can stand in the place of another: a year for a year, a long name for a long one."""
    if target.kind == "date":
        return re.sub(r"\d+", "0", target.text) == re.sub(r"\d+", "0", other)
    if target.kind == "name":
        return abs(len(target.text.split()) - len(other.split())) <= 1
    return True


def _outside(target: Value, passage: str, pool: Sequence[str], draw: random.Random) -> list[str]:
    made = _MADE[target.kind](target.text, draw) if target.kind in _MADE else _made_name(target.text, pool, draw)
    known = passage.lower()
    return [m for m in made if m != target.text and not _stands(m, target.kind, known)]


def _stands(value: str, kind: Kind, known: str) -> bool:
    if kind == "unit":
        return re.search(rf"(?<!\w){re.escape(value.lower())}(?!\w)", known) is not None
    if kind == "number":
        return re.search(rf"(?<![\d.,]){re.escape(value)}(?![.,]?\d)", known) is not None
    return value.lower() in known


def _made_number(text: str, draw: random.Random) -> list[str]:
    digits = [i for i, c in enumerate(text) if c.isdigit()]
    made = set()
    for _ in range(6):
        at = draw.choice(digits)
        digit = draw.choice([d for d in "123456789" if d != text[at]])
        made.add(text[:at] + digit + text[at + 1 :])
    if len(digits) > 1:
        i = draw.randrange(len(digits) - 1)
        a, b = digits[i], digits[i + 1]
        turned = list(text)
        turned[a], turned[b] = turned[b], turned[a]
        if turned[0] != "0":
            made.add("".join(turned))
    return sorted(made)


def _made_date(text: str, draw: random.Random) -> list[str]:
    """A day, month or year moved by one to three."""
    figures = list(re.finditer(r"\d+", text))
    chosen = draw.choice(figures)
    value = int(chosen.group())
    top = 9999 if value > 31 else 12 if chosen is not figures[0] or text.startswith("tháng") else 28
    steps = [value + step for step in (1, 2, 3, -1, -2, -3) if 0 < value + step <= top]
    return [text[: chosen.start()] + str(step) + text[chosen.end() :] for step in steps]


def _made_reference(text: str, draw: random.Random) -> list[str]:
    made = [re.sub(r"^\d+", str(int(re.match(r"\d+", text)[0]) + step), text) for step in (1, 2, 10)]  # type: ignore[index]
    symbols = {"NQ": "QĐ", "QĐ": "NQ", "NĐ": "TT", "TT": "NĐ", "CP": "TTg", "UBND": "HĐND"}
    made += [re.sub(rf"(?<=[/-]){a}\b", b, text) for a, b in symbols.items() if re.search(rf"[/-]{a}\b", text)]
    return made


def _made_unit(text: str, draw: random.Random) -> list[str]:
    return draw.sample(units(), 8)


def _made_name(text: str, pool: Sequence[str], draw: random.Random) -> list[str]:
    """The name of another document, or this one with a word of another."""
    words = text.split()
    alike = [name for name in draw.sample(pool, min(60, len(pool))) if len(name.split()) == len(words)]
    made = alike[:3]
    for name in alike[3:6]:
        made.append(" ".join([*words[:-1], name.split()[-1]]))
    return made


_MADE: Final = {"number": _made_number, "date": _made_date, "reference": _made_reference, "unit": _made_unit}
