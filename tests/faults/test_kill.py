"""Whoever changes a store is killed, at every step and at random moments: nothing acknowledged is lost or mixed."""

from __future__ import annotations

import time
from collections import Counter

import pytest

from tests.faults.killing import OPS, Zygote, dice, make, prepare, state

RANDOM_KILLS = 400
RESTART_S = 10.0


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    place = tmp_path_factory.mktemp("prepared") / "kho"
    prepare(place)
    return place


@pytest.fixture(scope="module")
def zygote():
    opened = Zygote()
    yield opened
    opened.close()


def kill_at_every_step(prepared, zygote, op):
    """The steps at which it was killed, and the slowest start afterwards."""
    whole = make(prepared, op)
    assert zygote.run(whole.task()) == 0
    whole.before = whole.after  # once it is done, nothing but the new state will do
    slowest = whole.check()
    names = whole.steps()
    assert names
    for number in range(1, len(names) + 1):
        trial = make(prepared, op)
        assert zygote.run(trial.task(stop=number)) == -9
        assert trial.steps()[-1] == names[number - 1]
        slowest = max(slowest, trial.check())
    return names, slowest


@pytest.mark.parametrize("op", ["publish"])
def test_a_kill_at_every_step_leaves_the_state_before_or_after(prepared, zygote, op):
    names, slowest = kill_at_every_step(prepared, zygote, op)
    assert len(set(names)) >= 6
    assert slowest < RESTART_S


@pytest.mark.long
def test_every_step_of_everything_that_writes(prepared, zygote, figure):
    met: Counter[str] = Counter()
    slowest = 0.0
    for op in OPS:
        names, seconds = kill_at_every_step(prepared, zygote, op)
        met.update(f"{op}: {name}" for name in names)
        slowest = max(slowest, seconds)
    assert slowest < RESTART_S
    figure("kills at step boundaries, none lost anything", met.total(), met.total())
    figure("different step boundaries", len(met), met.total())
    figure("slowest start after a kill, s", slowest, met.total())


@pytest.mark.long
def test_four_hundred_kills_at_random_moments(prepared, zygote, figure):
    chance = dice(20261125)
    durations = {}
    for op in OPS:
        trial = make(prepared, op)
        started = time.monotonic()
        assert zygote.run(trial.task()) == 0
        durations[op] = time.monotonic() - started
    killed = wrote = ended = 0
    by_op: Counter[str] = Counter()
    slowest = 0.0
    while killed < RANDOM_KILLS:
        op = OPS[(killed + ended) % len(OPS)]
        trial = make(prepared, op)
        before = state(trial.place)
        code = zygote.run(trial.task(), after_s=chance.uniform(0.0, 1.1) * durations[op])
        if code == 0:
            ended += 1
            trial.before = trial.after
        else:
            assert code == -9
            killed += 1
            by_op[op] += 1
            wrote += {k: v for k, v in state(trial.place).items() if "steps" not in k} != before
        slowest = max(slowest, trial.check())
    assert slowest < RESTART_S
    assert set(by_op) == set(OPS)
    figure("kills at random moments, none lost anything", killed, killed + ended)
    figure("of these, after the first write and before the end", wrote, killed)
    figure("fewest kills of one kind of work", min(by_op.values()), killed)
    figure("slowest start after a random kill, s", slowest, killed)
