"""``rag verify``: does the store agree with what its own texts give again?"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from rag.cli.options import json_option, rag_command, store_option
from rag.cli.output import console, print_json, printable
from rag.cli.progress import progress_bars
from rag.lang import say
from rag.settings import Settings


@rag_command(
    "Dựng lại từ văn bản trong kho rồi đối chiếu: phiên bản, đoạn, véc-tơ, từ vựng, hai chỉ mục. Không sửa gì.",
    "Make everything again from the stored texts and compare: versions, passages, vectors, vocabulary, both indexes. "
    "Changes nothing.",
)
@json_option
@store_option
def command(*, as_json: bool, store: Path | None) -> int:
    """Print each comparison; exit code 1 when one fails."""
    settings = Settings.load(store)
    from rag.index.verify import verify

    with progress_bars() as progress:
        findings = list(verify(settings, progress=progress))
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        out = console()
        for finding in findings:
            mark = "✗" if finding.wrong else "✓"
            line = f"{mark} {finding.name} (n = {finding.n})"
            out.print(printable(": ".join([line, *filter(None, ["; ".join(finding.wrong)])])), soft_wrap=True)
        bad = sum(bool(finding.wrong) for finding in findings)
        out.print(say(f"{bad} chỗ không khớp.", f"{bad} disagreements.") if bad else say("Khớp.", "All agree."))
    return 1 if any(finding.wrong for finding in findings) else 0
