"""The simulation itself: it tells the same history twice, notices what it is there for, and what it lacks.

That no invariant is broken is held by ``test_simulated_*.py``; more seeds: ``python -m
tests.invariants.simulation 0 2000``.
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
from tests.invariants.simulation import __main__ as command
from tests.invariants.simulation import coverage, seeds
from tests.invariants.simulation.broken import CHECKS
from tests.invariants.simulation.history import History, begin, play
from tests.invariants.simulation.people.truth import TOLD
from tests.invariants.simulation.runs import Told, told_all
from tests.invariants.simulation.script import Script
from tests.invariants.simulation.seeds import slices
from tests.invariants.simulation.shrinking import failure, shrunk


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


def everything() -> Counter[str]:
    return Counter(name for names in coverage.wanted().values() for name in names)


def test_a_run_that_covers_everything_is_right(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    results = [Told(seed, everything()) for seed in range(coverage.ENOUGH)]
    monkeypatch.setattr(command, "told_all", lambda *_, **__: iter(results))
    assert command.main(["0", str(coverage.ENOUGH)]) == 0
    assert json.loads(capsys.readouterr().out)["never"] == []


@pytest.mark.parametrize(
    "name", ["task type: TRY_CATCH", "route: POST /api/workflow/{workflowId}/retry"]
)
def test_a_run_in_which_something_never_happened_fails_and_names_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    happened = everything()
    del happened[name]
    results = [Told(seed, happened) for seed in range(coverage.ENOUGH)]
    monkeypatch.setattr(command, "told_all", lambda *_, **__: iter(results))
    assert command.main(["0", str(coverage.ENOUGH)]) == 1
    assert name in capsys.readouterr().err


def test_a_broken_invariant_is_reported_with_the_command_that_tells_it_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    results = [Told(7), Told(8, failure="invariant 4, a_check: stuck", check="a_check")]
    monkeypatch.setattr(command, "told_all", lambda *_, **__: iter(results))
    assert command.main(["7", "9"]) == 1
    out, err = capsys.readouterr()
    assert json.loads(out)["failed"] == {"8": "invariant 4, a_check: stuck"}
    assert "python -m tests.invariants.simulation 8 9 --shrink" in err


def test_two_processes_tell_what_one_tells() -> None:
    alone, shared = list(told_all(range(4))), list(told_all(range(4), jobs=2))
    assert alone == shared


def test_each_invariant_of_the_design_has_a_check() -> None:
    # 3 is about two runs, with a crash and without: test_crash_at_every_call.py.
    assert set(CHECKS) - {TOLD} == {1, 2, 4, 5, 6, 7, 8, 9}
    # Beside the design's: what clients were told is true.
    assert len(CHECKS[TOLD]) == 8


def test_the_seeds_of_a_commit_are_the_same_again() -> None:
    assert seeds.derived() == seeds.derived()
    parts = slices(3)
    assert [seed for part in parts for seed in part[0]] == list(range(seeds.FIXED))
    assert [seed for part in parts for seed in part[1]] == list(seeds.derived())


def test_without_git_the_files_say_which_seeds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert len(seeds.tree()) == 64
    assert seeds.tree() == seeds.tree()
