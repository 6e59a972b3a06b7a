"""Train the reader: ``python -m evals.reader.train DATA --minutes 30 --out runs/reader``.

DATA holds the files of :data:`evals.reader.data.SOURCES`. The upper layers of the bundled encoder and a span head
learn for as long as is given; the learning rate falls with the clock. A checkpoint is written every few minutes.
"""

from __future__ import annotations

import argparse
import os
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch.nn import functional

from evals.reader.data import Corpus, Example, Row, drawn, make, split
from evals.reader.network import SpanNetwork
from rag.index.encode import prepare
from rag.settings import Settings

CHECKPOINT = "reader.safetensors"
_BATCH_TOKENS = 2560
_POOL = 512
"""Inputs that are sorted by length at a time."""
_WARM = 0.06
"""Share of the time in which the learning rate rises."""
_SAVE_EVERY_S = 240.0


@dataclass(frozen=True, slots=True)
class Batch:
    """Inputs of similar length, padded."""

    ids: Any
    mask: Any
    allowed: Any
    targets: Any


def main() -> None:
    """Read the data, train, measure on questions held out."""
    options = _options()
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    folder = prepare(Settings.load())
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    corpus = Corpus(options.data, tokenizer, options.longest)
    learn, held_out = split(corpus)
    network = SpanNetwork(folder, options.layers)
    if options.start:
        network.load_state_dict(load_file(options.start), strict=False)
    print(f"{len(learn)} rows to learn from, {len(held_out)} held out", flush=True)
    options.out.mkdir(parents=True, exist_ok=True)
    source = batches(drawn(corpus, learn, random.Random(options.seed)))
    train(network, source, options.out, seconds=60 * options.minutes, rate=options.rate)
    print("held out:", measure(network, corpus, held_out))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--out", type=Path, default=Path("runs/reader"))
    parser.add_argument("--rate", type=float, default=3e-4, help="highest learning rate")
    parser.add_argument("--longest", type=int, default=130, help="most tokens of the sentences of an input")
    parser.add_argument("--layers", type=int, default=6)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start", type=Path, help="a checkpoint to go on from")
    return parser.parse_args()


def batches(examples: Iterator[Example]) -> Iterator[Batch]:
    """Inputs of similar length together."""
    rng = random.Random(0)
    while True:
        pool = sorted(islice(examples, _POOL), key=lambda e: len(e.ids))
        found: list[list[Example]] = [[]]
        for example in pool:
            if (len(found[-1]) + 1) * len(example.ids) > _BATCH_TOKENS:
                found.append([])
            found[-1].append(example)
        rng.shuffle(found)
        yield from map(collate, found)


def collate(examples: Sequence[Example]) -> Batch:
    """Pad to the longest."""
    shape = (len(examples), max(len(e.ids) for e in examples))
    ids, mask = torch.ones(shape, dtype=torch.long), torch.zeros(shape, dtype=torch.long)
    allowed = torch.zeros(shape, dtype=torch.bool)
    for row, example in enumerate(examples):
        n = len(example.ids)
        ids[row, :n] = torch.tensor(example.ids)
        mask[row, :n] = 1
        allowed[row, example.first : n - 1] = True
        allowed[row, 0] = True
    allowed &= (ids != 2) | (torch.arange(shape[1]) == 0)  # separators are no answers
    return Batch(ids, mask, allowed, torch.tensor([(e.start, e.end) for e in examples]))


def train(network: SpanNetwork, source: Iterator[Batch], out: Path, *, seconds: float, rate: float) -> None:
    """Learn until the time is over.

    :param rate: Highest learning rate; it rises at first, then falls to 0.
    """
    learned = [p for p in network.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(learned, lr=rate, weight_decay=0.01)
    begun = saved = time.monotonic()
    done = n_tokens = 0
    mean = 0.0
    while (now := time.monotonic()) - begun < seconds:
        batch = next(source)
        for group in optimizer.param_groups:
            group["lr"] = rate * _factor((now - begun) / seconds)
        loss = _loss(network, batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(learned, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        done, n_tokens = done + 1, n_tokens + batch.ids.numel()
        mean += (loss.item() - mean) / min(done, 50)
        if done % 25 == 0:
            print(
                f"{now - begun:6.0f} s  step {done}  loss {mean:.3f}  {n_tokens / (now - begun):.0f} tokens/s",
                flush=True,
            )
        if now - saved > _SAVE_EVERY_S:
            saved = now
            save(network, out / CHECKPOINT)
    save(network, out / CHECKPOINT)


def _factor(progress: float) -> float:
    return progress / _WARM if progress < _WARM else max(0.0, (1 - progress) / (1 - _WARM))


def _loss(network: SpanNetwork, batch: Batch) -> Any:
    """Mean surprise at the first and the last token of the answers."""
    scores = network(batch.ids, batch.mask, batch.allowed).permute(2, 0, 1)
    return functional.cross_entropy(scores.flatten(0, 1), batch.targets.t().flatten())


def save(network: SpanNetwork, path: Path) -> None:
    """Write what was learned; a kill leaves the file before it."""
    learned = {name: p.detach().contiguous() for name, p in network.named_parameters() if p.requires_grad}
    aside = path.with_suffix(".tmp")
    save_file(learned, aside)
    aside.replace(path)


def measure(network: SpanNetwork, corpus: Corpus, rows: Sequence[Row]) -> str:
    """Share of the answers' tokens found, on windows that hold the answer."""
    rng = random.Random(7)
    examples = [e for row in rows if (e := make(corpus, row, rng, keep=True))]
    total = 0.0
    network.eval()
    with torch.no_grad():
        for at in range(0, len(examples), 32):
            part = examples[at : at + 32]
            batch = collate(part)
            scores = network(batch.ids, batch.mask, batch.allowed)
            for row, example in enumerate(part):
                start, end = best_span(scores[row])
                total += _overlap((start, end), (example.start, example.end))
    return f"F1 of tokens {total / len(examples):.3f}, n={len(examples)}"


def best_span(scores: Any, longest: int = 24) -> tuple[int, int]:
    """The best first and last token, the first token of all left out."""
    pairs = scores[1:, 0][:, None] + scores[1:, 1][None, :]
    fits = torch.ones_like(pairs, dtype=torch.bool).triu().tril(longest - 1)
    pairs = pairs.masked_fill(~fits, -1e9)
    at = int(pairs.argmax())
    return at // pairs.shape[1] + 1, at % pairs.shape[1] + 1


def _overlap(a: tuple[int, int], b: tuple[int, int]) -> float:
    both = max(0, min(a[1], b[1]) - max(a[0], b[0]) + 1)
    return 2 * both / (a[1] - a[0] + b[1] - b[0] + 2)


if __name__ == "__main__":
    main()
