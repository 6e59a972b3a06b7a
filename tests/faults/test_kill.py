"""Whoever changes a store is killed, at every step and at random moments: nothing acknowledged is lost or mixed."""

from __future__ import annotations

import time
from collections import Counter

import pytest

from tests.faults.killing import OPS, Zygote, dice, lose_unsynced, make, prepare, state

SEEDS, KILLS_A_SEED = 8, 40
"""Apart, so that each run stays short."""
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
@pytest.mark.parametrize("op", OPS)
def test_every_step_of_everything_that_writes(prepared, zygote, figure, op):
    names, slowest = kill_at_every_step(prepared, zygote, op)
    met = Counter(names)
    assert slowest < RESTART_S
    figure("kills at step boundaries, none lost anything", met.total(), met.total())
    figure("different step boundaries", len(met), met.total())
    figure("slowest start after a kill, s", slowest, met.total())


@pytest.mark.long
@pytest.mark.parametrize("op", OPS)
def test_a_power_cut_at_every_step_loses_what_was_not_synced_and_nothing_else(prepared, zygote, figure, op):
    """A kill leaves what was written; a power cut may not. Here files that nobody synced are emptied as well."""
    trial = make(prepared, op)
    assert zygote.run(trial.task()) == 0
    n_steps, lost = len(trial.steps()), 0
    for number in range(1, n_steps + 1):
        trial = make(prepared, op)
        before = state(trial.place)
        assert zygote.run(trial.task(stop=number)) == -9
        lost += lose_unsynced(trial, before)
        trial.check()
    figure("power cuts at step boundaries, none lost anything", n_steps, n_steps)
    figure("files emptied by them", lost, n_steps)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(SEEDS))
def test_kills_at_random_moments(prepared, zygote, figure, seed):
    chance = dice(seed)
    durations = {}
    for op in OPS:
        trial = make(prepared, op)
        started = time.monotonic()
        assert zygote.run(trial.task()) == 0
        durations[op] = time.monotonic() - started
    killed = wrote = ended = 0
    by_op: Counter[str] = Counter()
    slowest = 0.0
    while killed < KILLS_A_SEED:
        op = OPS[(killed + ended) % len(OPS)]
        trial = make(prepared, op)
        before = state(trial.place)
        started = time.monotonic()
        code = zygote.run(trial.task(), after_s=chance.uniform(0.0, 1.1) * durations[op])
        if code == 0:
            ended += 1
            durations[op] = time.monotonic() - started  # the machine may be quicker now
            trial.before = trial.after
        else:
            assert code == -9
            killed += 1
            durations[op] *= 1.02  # or slower
            by_op[op] += 1
            wrote += state(trial.place) != before
        slowest = max(slowest, trial.check())
    assert slowest < RESTART_S
    assert len(by_op) > len(OPS) / 2
    figure("kills at random moments, none lost anything", killed, killed + ended)
    figure("of these, after the first write and before the end", wrote, killed)
    figure("kinds of work killed", len(by_op), killed)
    figure("slowest start after a random kill, s", slowest, killed)
