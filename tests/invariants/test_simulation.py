"""Simulated installations keep the invariants of the design, whatever happens at any AWS call.

More seeds: ``python -m tests.invariants.simulation 0 2000``.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator

import pytest

from podium.services.timing import Timing
from tests.conftest import REPOSITORY
from tests.invariants.simulation.faults import Fault
from tests.invariants.simulation.history import History, begin, play
from tests.invariants.simulation.script import Script
from tests.invariants.simulation.shrinking import failure, shrunk

#: Seeds of each run of the tests, and how they are cut into tests.
SEEDS, SLICE = 60, 20
#: What has to have happened in them.
FAULTS = (
    Fault.KILLED_BEFORE_READ,
    Fault.KILLED_AFTER_READ,
    Fault.KILLED_BEFORE_WRITE,
    Fault.KILLED_AFTER_WRITE,
    Fault.THROUGHPUT_EXCEEDED,
    Fault.WRITE_REPEATED,
)


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """What handlers log of the faults they are dealt is expected."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def told(seed: int) -> History:
    history = begin(Script(seed))
    play(history)
    return history


@pytest.mark.parametrize("first", range(0, SEEDS, SLICE))
def test_no_invariant_is_broken(first: int) -> None:
    counts: Counter[str] = Counter()
    for seed in range(first, first + SLICE):
        try:
            counts += told(seed).world.counts
        except Exception as error:  # noqa: BLE001 - the seed is what the reader needs
            pytest.fail(f"seed {seed}: {error}; python -m tests.invariants.simulation --shrink")
    never = [fault for fault in FAULTS if not counts[fault.value]]
    assert not never, f"never happened: {never}"


def test_a_seed_tells_the_same_history_in_another_process() -> None:
    ours = [told(seed).world.trace.digest() for seed in range(3)]
    program = (
        "import logging; logging.disable(logging.CRITICAL)\n"
        "from tests.invariants.test_simulation import told\n"
        "import json; print(json.dumps([told(seed).world.trace.digest() for seed in range(3)]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"PYTHONHASHSEED": "7"},
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == ours


def test_timers_that_do_nothing_are_found_out_and_the_history_is_made_short(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Timing, "fire", lambda self, timer: None)
    found = (Script(seed) for seed in range(20) if failure(Script(seed)) is not None)
    script = next(found)
    before = failure(script)
    assert before is not None
    short = shrunk(script, tries=6)
    after = failure(short)
    assert after is not None
    assert type(after[1]) is type(before[1])
    assert short.muted
    assert after[0].trace.lines
