"""What is said about how soon the page can be used; the browser's part is in ``tests/browser/test_paint.py``."""

from __future__ import annotations

from evals.bench.paint import summary


def test_median_and_worst_of_the_openings() -> None:
    told = summary([(100.2, 900.4), (120.0, 1500.0), (90.0, 800.0)])
    assert (told["n"], told["viewport"]) == (3, "1366x768")
    assert (told["first_paint_median_ms"], told["first_paint_worst_ms"]) == (100, 120)
    assert (told["usable_median_ms"], told["usable_worst_ms"]) == (900, 1500)
    assert told["usable_ms"] == [900, 1500, 800]
