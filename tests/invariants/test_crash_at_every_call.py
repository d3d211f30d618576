"""Invariant 3: a crash before or after any single AWS call, then redelivery, changes nothing.

Each scenario is run once undisturbed; then once for each call of that run and each side of it, with
the process dying there and every cache lost. Ids, times and the order of parallel tasks aside, the
execution ends the same: statuses, attempts, inputs, outputs, variables.
"""

from __future__ import annotations

import pytest

from podium.domain.ids import failure_workflow_id
from podium.domain.status import WorkflowStatus
from podium.errors import NotFoundError
from tests.support.chaos import found_as
from tests.support.cluster import Cluster, Crash
from tests.support.scenarios import SCENARIOS, Scenario, play, prepare


def outcome(cluster: Cluster, workflow_id: str) -> dict[str, object]:
    """What must not depend on crashes; children and failure workflows included."""
    view = cluster.view(workflow_id)
    children = [task.child_id for task in view.tasks if task.child_id]
    failure = failure_workflow_id(workflow_id, 0)
    try:
        failed = outcome(cluster, failure)
        failed.pop("input")
    except NotFoundError:
        failed = {}
    return {
        "status": view.header.status,
        "reason": view.header.reason,
        "closed": view.header.closed,
        "found": found_as(cluster, workflow_id),
        "input": view.start.input,
        "variables": view.variables,
        "output": view.output,
        "tasks": sorted(
            (
                task.wire_ref,
                task.attempt,
                task.status,
                task.reason,
                repr(task.input),
                repr(task.output),
            )
            for task in view.tasks
        ),
        "children": [outcome(cluster, child) for child in sorted(children)],
        "failure": failed,
    }


def run(scenario: Scenario, crash_at: int | None, *, after: bool) -> tuple[dict[str, object], int]:
    """Play the scenario, dying once at the given call; the outcome, and the calls made."""
    cluster = Cluster()
    wf = prepare(cluster, scenario)
    made = 0

    def hook(name: str) -> None:
        nonlocal made
        made += 1
        if made == crash_at:
            raise Crash(name)

    if after:
        cluster.calls.after_call = hook
    else:
        cluster.calls.before_call = hook
    for _ in range(2):
        try:
            play(cluster, scenario, wf)
            break
        except Crash:
            cluster.restart_processes()
    cluster.calls.before_call = cluster.calls.after_call = lambda name: None
    cluster.settle()
    return outcome(cluster, wf), made


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_a_crash_at_any_call_changes_nothing(scenario: Scenario) -> None:
    expected, calls = run(scenario, None, after=False)
    assert expected["status"] in {WorkflowStatus.COMPLETED, WorkflowStatus.FAILED}
    assert calls > 5
    for number in range(1, calls + 1):
        for after in (False, True):
            actual, _ = run(scenario, number, after=after)
            assert actual == expected, f"crash {'after' if after else 'before'} call {number}"
