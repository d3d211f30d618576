"""Simulated histories on the adapters of AWS over moto: the same people, faults and invariants.

More seeds: ``python -m tests.invariants.simulation 0 1000 --on moto``.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from tests.invariants.simulation.history import begin, play
from tests.invariants.simulation.on_moto import WorldOnMoto, installation
from tests.invariants.simulation.script import Script
from tests.support.simulated import check_on_moto


@pytest.fixture
def _moto() -> Iterator[None]:
    """Quietly: what handlers log of the faults they are dealt is expected."""
    logging.disable(logging.CRITICAL)
    with installation():
        yield
    logging.disable(logging.NOTSET)


def test_no_invariant_is_broken() -> None:
    check_on_moto(range(100))


@pytest.mark.usefixtures("_moto")
def test_a_seed_tells_the_same_history_again() -> None:
    digests = []
    for _ in range(2):
        history = begin(Script(3, on_moto=True))
        play(history)
        digests.append(history.world.trace.digest())
        assert isinstance(history.world, WorldOnMoto)
    assert digests[0] == digests[1]
