"""How many documents of a corpus are taken for legacy text, though they are Unicode: ``python -m evals.legacy FILE``.

The file holds lines of JSON with a ``text`` (packed or not). Prints counts only, never a text.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from rag.load.fonts import unify


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a file of JSON lines."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def count(path: Path) -> tuple[int, int]:
    """Documents, and those of which something would be converted."""
    n = converted = 0
    for row in rows(path):
        n += 1
        converted += any(unify(str(row.get(field) or ""))[1] for field in ("title", "summary", "text"))
    return n, converted


@click.command()
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def main(path: Path) -> None:
    """Count the documents of PATH that would be converted."""
    n, converted = count(path)
    click.echo(f"{converted} of {n} documents converted")
    raise SystemExit(1 if converted else 0)


if __name__ == "__main__":
    main()
