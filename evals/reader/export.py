"""Write a checkpoint as the file that is shipped: ``python -m evals.reader.export runs/reader/reader.safetensors``.

Prints the SHA-256 to pin in ``rag/answer/span/weights.py``.
"""

from __future__ import annotations

import sys
from pathlib import Path

from safetensors.numpy import load_file

from evals.reader.data import SOURCES
from rag.answer.span import weights
from rag.index.files import sha256_file


def export(checkpoint: Path, to: Path) -> str:
    """Round the weights of a checkpoint.

    :return: SHA-256 of the file.
    """
    learned = {name.removeprefix("upper."): values for name, values in load_file(checkpoint).items()}
    about = {"licence": "CC BY-SA 4.0", "base": "intfloat/multilingual-e5-small (MIT)", "data": ", ".join(SOURCES)}
    weights.write(to, learned, about)
    return sha256_file(to)


if __name__ == "__main__":
    sys.stdout.write(export(Path(sys.argv[1]), weights.PATH) + "\n")
