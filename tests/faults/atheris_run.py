"""Coverage-guided fuzzing for a stated time; a tool to run by hand, for atheris is no dependency of the project.

``pip install atheris``, then ``python -m tests.faults.atheris_run SECONDS [TARGET…]``, the seconds for each target:
``text`` (every public function on texts) and one for each format. Prints the runs of each; a finding ends its target
with the input in ``crash-…``, which becomes an example of ``test_fuzz.py``.
"""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
TARGETS = ("text", ".txt", ".md", ".html", ".docx", ".doc", ".rtf", ".pdf", ".xlsx", ".xls", ".json", ".jsonl", ".csv")
LIMITS = ("-timeout=30", "-rss_limit_mb=3000", "-max_len=20000", "-close_fd_mask=2")
"""Of a single input: seconds, memory, length."""


def main(seconds: str, *targets: str) -> int:
    """Fuzz the targets one after the other, each in a process of its own."""
    failed = 0
    for target in targets or TARGETS:
        with tempfile.TemporaryDirectory() as corpus:
            seed(target, Path(corpus))
            command = [sys.executable, "-m", "tests.faults.atheris_run", "--one", target, corpus, *LIMITS]
            done = subprocess.run([*command, f"-max_total_time={seconds}"], capture_output=True, text=True, check=False)
        runs = re.findall(r"Done (\d+) runs|^#(\d+)", done.stderr, re.MULTILINE)
        covered = re.findall(r"cov: (\d+)", done.stderr)
        failed += done.returncode != 0
        told = "ok" if done.returncode == 0 else f"FOUND: {done.stdout[-2000:]}{done.stderr[-2000:]}"
        sys.stdout.write(f"{target}: {max(runs[-1]) if runs else 0} runs, {(covered or [0])[-1]} edges, {told}\n")
        sys.stdout.flush()
    return 1 if failed else 0


def seed(target: str, corpus: Path) -> None:
    """Begin with a sound file."""
    from tests.faults.test_mutants import fixtures

    sound = fixtures()
    (corpus / "sound").write_bytes(sound[".txt" if target == "text" else target])


def one(target: str, arguments: list[str]) -> None:
    """Fuzz one target in this process until the time is over."""
    import atheris

    with atheris.instrument_imports(include=["rag.text", "rag.load"]):
        from rag.load.formats import FORMATS
        from tests.faults import test_fuzz

        for known in FORMATS.values():  # they are imported at first use elsewhere
            importlib.import_module(f"rag.load.{known.module}")

    def feed_text(data: bytes) -> None:
        test_fuzz.hold(data.decode("utf-8", "replace")[:4000])

    def feed_file(data: bytes) -> None:
        try:
            test_fuzz.read_in_place(target, data)
        except (RecursionError, MemoryError):
            raise
        except Exception:  # the reading process turns each into a reason
            return

    atheris.Setup([sys.argv[0], *arguments], feed_text if target == "text" else feed_file)
    atheris.Fuzz()


if __name__ == "__main__":
    if sys.argv[1] == "--one":
        one(sys.argv[2], sys.argv[3:])
    else:
        sys.exit(main(*sys.argv[1:]))
