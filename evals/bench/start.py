"""``python -m evals.bench.start --store DIR``: what a person waits for before anything is asked.

``rag --help``, a cold ``rag ask``, the server until it says that it is ready, and the encoder made anew from its
package; each a process of its own, the median of a few. Beside the clock stands the processor time, which other work on
the machine hardly changes. The encoder's vectors are compared with those of
sentence-transformers in float32, whose token table takes six times the room.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median
from urllib.error import URLError
from urllib.request import urlopen

import click
import numpy as np

from evals.bench.corpus import made_articles
from evals.bench.measure import measure_cold_start
from evals.hidden import questions
from rag.lang import say
from rag.settings import Settings

_TIMES = 5
_READY_WITHIN_S = 60
_RAG = "import sys; from rag.cli import main; sys.argv[0] = 'rag'; main()"


@click.command(help=say("Đo thời gian khởi động.", "Measure how things start."))
@click.option("--store", type=click.Path(exists=True, file_okay=False, path_type=Path), required=True)
@click.option("--compared", default=64, show_default=True, help=say("Số đoạn so véc-tơ.", "Passages to compare."))
def command(store: Path, compared: int) -> None:
    """Measure each."""
    question = questions()[1][0].question
    _timed(lambda: _run("--help"))  # the first reads the files from the disk
    asked = [_timed(partial(measure_cold_start, store, question)) for _ in range(_TIMES)]
    helped = [_timed(lambda: _run("--help")) for _ in range(_TIMES)]
    served = [_ready(store) for _ in range(3)]
    (made, made_cpu), made_mb = _prepared()
    click.echo(json.dumps({
        "load": os.getloadavg()[0],
        "help_s": median(s for s, _ in helped), "help_cpu_s": median(c for _, c in helped),
        "ask_s": median(s for s, _ in asked), "ask_cpu_s": median(c for _, c in asked),
        "ready_s": median(s for s, _ in served), "ready_cpu_s": median(c for _, c in served),
        "encoder_made_s": made, "encoder_made_cpu_s": made_cpu, "encoder_made_mb": made_mb,
        "compared": compared, "min_cosine_to_float32": _cosine(compared),
    }, indent=1))  # fmt: skip


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds on the clock, and processor seconds of the processes that ended meanwhile."""
    before, started = os.times(), time.perf_counter()
    work()
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - started, cpu


def _run(*arguments: str) -> None:
    subprocess.run([sys.executable, "-c", _RAG, *arguments], check=True, capture_output=True)  # noqa: S603


def _ready(store: Path) -> tuple[float, float]:
    """Seconds, and processor seconds, until ``rag serve`` says on ``/readyz`` that it takes questions."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    started = time.perf_counter()
    command = [sys.executable, "-c", _RAG, "serve", "--port", str(port), "--store", str(store)]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
    try:
        _until(lambda: _answers(f"http://127.0.0.1:{port}/readyz"))
        fields = Path(f"/proc/{child.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return time.perf_counter() - started, (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    finally:
        child.terminate()
        child.wait(_READY_WITHIN_S)


def _answers(address: str) -> bool:
    try:
        with urlopen(address, timeout=5) as reply:  # noqa: S310
            return bool(reply.status == 200)
    except (URLError, OSError):
        return False


def _until(holds: Callable[[], bool]) -> None:
    end = time.perf_counter() + _READY_WITHIN_S
    while not holds():
        if time.perf_counter() > end:
            raise click.ClickException("/readyz")
        time.sleep(0.02)


def _prepared() -> tuple[tuple[float, float], float]:
    """Seconds, processor seconds, and MB that making the bundled encoder from its package takes."""
    code = (
        "from rag.index.encode import prepare; from rag.settings import Settings; prepare(Settings.load()); "
        "from evals.bench.size import memory_mb; print(memory_mb('VmHWM'))"
    )
    told: list[str] = []
    with tempfile.TemporaryDirectory() as models:
        environment = os.environ | {"RAG_MODELS": models}

        def make() -> None:
            command = [sys.executable, "-c", code]
            done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)  # noqa: S603
            told.extend(done.stdout.splitlines())

        times = _timed(make)
    return times, float(told[-1])


def _cosine(n: int) -> float:
    """Least cosine of the serving encoder's vectors to those of sentence-transformers in float32."""
    from sentence_transformers import SentenceTransformer

    from rag.index.encode import load_encoder, prepare
    from rag.index.encode.base import E5_PASSAGE

    settings = Settings.load()
    texts = [row["text"][:900] for row in islice(made_articles(), n)]
    reference = SentenceTransformer(str(prepare(settings)), device="cpu").encode(
        [E5_PASSAGE + text for text in texts], normalize_embeddings=True, prompt=""
    )
    return float(np.sum(reference * load_encoder(settings).encode_passages(texts), axis=1).min())


if __name__ == "__main__":
    command()
