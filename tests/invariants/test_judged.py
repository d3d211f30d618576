"""Checks that hardly any seed gets to: each lets pass what is right and nothing else."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from typing import Any

import pytest

from podium.adapters.items.attributes import with_key
from podium.adapters.items.keys import limit_key
from podium.adapters.items.limits import slots_attributes
from podium.adapters.items.task_changes import STRIPPED
from podium.domain.execution import Kind, OpenEntry
from podium.domain.limits import Holder, Slots
from podium.domain.status import TaskStatus, WorkflowStatus
from tests.invariants.simulation.broken import BrokenInvariantError
from tests.invariants.simulation.commits import (
    Attempt,
    Commits,
    Execution,
    HeaderWritten,
    TaskWritten,
)
from tests.invariants.simulation.invariants_of_commits import (
    a_join_waits_for_somebody,
    check_write,
    nothing_is_decided_while_paused,
    what_has_ended_stays_ended,
)
from tests.invariants.simulation.slots import with_slots_in_force
from tests.support.executions import header

ENDED = Attempt(
    ref="t0",
    seq=1,
    type="SIMPLE",
    name="pack",
    kind=Kind.WORKER,
    status=TaskStatus.COMPLETED,
    attempt=0,
    inc=0,
    epoch=1,
    generation=0,
    held=False,
    iteration=(),
    child_id="",
    limit=None,
    join_on=(),
)
AWAY = replace(ENDED, inc=STRIPPED, status=TaskStatus.CANCELED)


def judge(write: TaskWritten) -> None:
    """As the simulation does, where nothing else has been written."""
    check_write(write, Commits(_Silence()), list)


class _Silence:
    def records(self, after: int = 0) -> list[dict[str, object]]:
        return []


def test_what_a_removal_took_away_may_come_back_from_its_copy() -> None:
    judge(TaskWritten(AWAY, ENDED, Execution("wf", removed=True, taken_away={1: ENDED})))


@pytest.mark.parametrize(
    "back", [replace(ENDED, status=TaskStatus.FAILED), replace(ENDED, epoch=2)]
)
def test_it_may_not_come_back_otherwise(back: Attempt) -> None:
    with pytest.raises(BrokenInvariantError, match="what_comes_back_is_what_was_removed"):
        judge(TaskWritten(AWAY, back, Execution("wf", removed=True, taken_away={1: ENDED})))


def test_what_was_stripped_by_a_restart_does_not_come_back() -> None:
    with pytest.raises(BrokenInvariantError, match="an_end_is_written_once"):
        judge(TaskWritten(AWAY, ENDED, Execution("wf")))


PAUSED = header("wf", status=WorkflowStatus.PAUSED, hold=1)
CHILD = OpenEntry(seq=2, node="1", kind=Kind.CHILD, generation=1)


@pytest.mark.parametrize(("recalls", "is_right"), [(1, True), (0, False)])
def test_a_pause_lets_a_child_run_again_and_decides_nothing(recalls: int, is_right: bool) -> None:
    later = replace(PAUSED, version=2, recalls=recalls, open=(*PAUSED.open, CHILD))
    expected = nullcontext() if is_right else pytest.raises(BrokenInvariantError, match="paused")
    with expected:
        nothing_is_decided_while_paused(HeaderWritten(PAUSED, later, Execution("wf")))


ENDING = header("wf", status=WorkflowStatus.TERMINATED)


@pytest.mark.parametrize(("fields", "is_right"), [({}, True), ({"open": ()}, False)])
def test_an_ending_that_is_not_closed_is_left_alone_but_for_its_run(
    fields: dict[str, Any], is_right: bool
) -> None:
    """A parent that ends fences the resume of its child; whoever runs it again closes it first."""
    later = replace(ENDING, version=2, generation=1, **fields)
    expected = (
        nullcontext() if is_right else pytest.raises(BrokenInvariantError, match="not closed")
    )
    with expected:
        what_has_ended_stays_ended(HeaderWritten(ENDING, later, Execution("wf")))


JOIN = replace(
    ENDED, seq=2, ref="join", kind=Kind.FLOW, status=TaskStatus.IN_PROGRESS, join_on=("t0",)
)
WAITS = OpenEntry(seq=2, node="1", kind=Kind.FLOW)


@pytest.mark.parametrize("is_child_again", [True, False])
def test_a_join_waits_for_a_branch_in_which_a_child_runs_again(is_child_again: bool) -> None:
    """Simulation, seed 74745: its task in front of the joined one was folded before."""
    again = OpenEntry(seq=3, node="2", kind=Kind.CHILD, generation=1, detached=True)
    entries = (WAITS, again) if is_child_again else (WAITS,)
    attempts = {1: ENDED, 2: JOIN, 3: replace(ENDED, seq=3, ref="kid", kind=Kind.CHILD)}
    execution = Execution("wf", attempts=attempts, earlier={2: 0})
    expected = (
        nullcontext() if is_child_again else pytest.raises(BrokenInvariantError, match="waits")
    )
    with expected:
        a_join_waits_for_somebody(
            HeaderWritten(None, header("wf", version=2, open=entries), execution)
        )


LIMIT = with_key(limit_key("pack"), {"v": 3})
SLOT = slots_attributes(Slots(3, ((Holder("wf", "t0", 1, 0, 0), 7),)))


def test_the_slot_of_a_task_that_has_ended_does_not_count() -> None:
    commits = Commits(_Silence())
    commits.of("wf").attempts[1] = ENDED
    (without,) = with_slots_in_force([LIMIT], commits)
    assert with_slots_in_force([LIMIT | SLOT], commits) == [without]


def test_the_slot_of_a_task_that_is_out_counts() -> None:
    commits = Commits(_Silence())
    commits.of("wf").attempts[1] = replace(ENDED, status=TaskStatus.IN_PROGRESS)
    (without,) = with_slots_in_force([LIMIT], commits)
    (held,) = with_slots_in_force([LIMIT | SLOT], commits)
    assert held != without
    assert held["hold"] == SLOT["hold"]
