"""Simulated histories on the adapters of AWS over moto: the same people, faults and invariants.

More seeds: ``python -m tests.invariants.simulation 0 1000 --on moto``.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.invariants.simulation.history import begin, play
from tests.invariants.simulation.on_moto import WorldOnMoto, installation
from tests.invariants.simulation.runs import told
from tests.invariants.simulation.script import Script

#: Seeds of each run of the tests, a second each, and how they are cut into tests.
SEEDS, SLICE = 60, 30
#: What has to have happened in them.
FAULTS = (
    "process: killed before a write",
    "process: killed after a write",
    "DynamoDB: a write is done, and repeated by the SDK",
)


@pytest.fixture(scope="module", autouse=True)
def _moto() -> Iterator[None]:
    """One for all; what handlers log of the faults they are dealt is expected."""
    logging.disable(logging.CRITICAL)
    with installation():
        yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("first", range(0, SEEDS, SLICE))
def test_no_invariant_is_broken(first: int) -> None:
    results = [told(seed, on_moto=True) for seed in range(first, first + SLICE)]
    failed = {each.seed: each.failure for each in results if each.failure}
    assert not failed, f"{failed}; python -m tests.invariants.simulation SEED SEED+1 --on moto"
    seen: Counter[str] = Counter()
    for each in results:
        seen.update(each.counts)
    assert [fault for fault in FAULTS if not seen[fault]] == []


def test_a_seed_tells_the_same_history_again() -> None:
    digests = []
    for _ in range(2):
        history = begin(Script(3, on_moto=True))
        play(history)
        digests.append(history.world.trace.digest())
        assert isinstance(history.world, WorldOnMoto)
    assert digests[0] == digests[1]
