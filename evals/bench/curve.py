"""Small curves as SVG, both axes logarithmic: enough for a page of figures, without a drawing library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP = 360, 230, 52, 36, 30
_COLOURS = ("#1f5fa8", "#b3541e", "#2e7d4f")


@dataclass(frozen=True, slots=True)
class Panel:
    """One picture.

    :param sizes: Places on the horizontal axis, above 0.
    :param lines: Name of each line, and its values, above 0.
    """

    title: str
    sizes: Sequence[float]
    lines: Mapping[str, Sequence[float]]


def draw(panels: Sequence[Panel], columns: int = 2) -> str:
    """All panels as one SVG document."""
    rows = ceil(len(panels) / columns)
    parts = [
        f'<g transform="translate({_WIDTH * (i % columns)} {_HEIGHT * (i // columns)})">{_panel(panel)}</g>'
        for i, panel in enumerate(panels)
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH * columns} {_HEIGHT * rows}" '
        'font-family="system-ui, sans-serif" font-size="11"><rect width="100%" height="100%" fill="#fff"/>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


class _Axis:
    """From values to places: decades from the one below the smallest to the one above the largest."""

    def __init__(self, values: Sequence[float], start: float, end: float) -> None:
        logs = [log10(max(value, 1e-6)) for value in values]
        self.low, self.high = floor(min(logs)), max(ceil(max(logs)), floor(min(logs)) + 1)
        self._start, self._end = start, end

    def __call__(self, value: float) -> float:
        share = (log10(max(value, 1e-6)) - self.low) / (self.high - self.low)
        return round(self._start + share * (self._end - self._start), 1)

    def ticks(self) -> list[float]:
        return [10.0**power for power in range(self.low, self.high + 1)]


def _panel(panel: Panel) -> str:
    across = _Axis(panel.sizes, _LEFT, _WIDTH - 20)
    up = _Axis([value for values in panel.lines.values() for value in values], _HEIGHT - _BOTTOM, _TOP)
    parts = [f'<text x="{_LEFT}" y="18" font-weight="600">{escape(panel.title)}</text>']
    for tick in up.ticks():
        parts.append(f'<path d="M{_LEFT} {up(tick)}H{_WIDTH - 20}" stroke="#ddd"/>')
        parts.append(f'<text x="{_LEFT - 6}" y="{up(tick) + 4}" text-anchor="end">{tick:,.10g}</text>')
    for tick in across.ticks():
        parts.append(f'<text x="{across(tick)}" y="{_HEIGHT - 16}" text-anchor="middle">{tick:,.10g}</text>')
    for (name, values), colour in zip(panel.lines.items(), _COLOURS, strict=False):
        places = [(across(x), up(y)) for x, y in zip(panel.sizes, values, strict=True)]
        path = " ".join(f"{x},{y}" for x, y in places)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x}" cy="{y}" r="2.5" fill="{colour}"/>' for x, y in places]
        x, y = places[-1]
        parts.append(f'<text x="{x}" y="{y - 6}" text-anchor="end" fill="{colour}">{escape(name)}</text>')
    return "".join(parts)
