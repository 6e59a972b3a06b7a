"""The command line: ``rag ask``, ``rag ingest`` and the others, one file a command group.

Nothing heavy is imported before a command needs it, so that ``rag --help`` answers at once.
"""

from __future__ import annotations

import sys
from typing import NoReturn


def main() -> NoReturn:
    """Run the command that the person typed and end the process with its exit code."""
    from rag.cli.app import run

    sys.exit(run())
