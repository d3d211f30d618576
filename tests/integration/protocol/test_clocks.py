"""Hosts whose clocks differ by some tenths of a second: what one decides another carries out."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from podium.domain.json import JsonMap
from podium.domain.status import TaskStatus, WorkflowStatus
from podium_local.clock import VirtualClock
from tests.support.cluster import Cluster


@dataclass(frozen=True)
class OffClock:
    """A clock that is ahead of the right one by so many milliseconds."""

    true: VirtualClock
    ahead: int

    def now(self) -> int:
        return self.true.now() + self.ahead


def task(kind: str, ref: str, **fields: object) -> JsonMap:
    return {"name": ref, "taskReferenceName": ref, "type": kind, **fields}  # type: ignore[dict-item]


@pytest.mark.parametrize("ahead", [-300, 300])
def test_a_child_is_launched_by_a_process_on_another_clock(ahead: int) -> None:
    cluster = Cluster()
    inner: JsonMap = {"name": "inner", "version": 1, "tasks": [task("HUMAN", "asked")]}
    spec: JsonMap = {"name": "inner", "workflowDefinition": inner}
    child = task("SUB_WORKFLOW", "child", subWorkflowParam=spec)
    outer = cluster.start({"name": "outer", "version": 1, "tasks": [child]})
    cluster.engines = [cluster._engine(OffClock(cluster.clock, ahead))]
    cluster.settle()
    launched = cluster.task(outer, "child")
    assert launched.status is TaskStatus.IN_PROGRESS
    assert cluster.status(launched.child_id) is WorkflowStatus.RUNNING


@pytest.mark.parametrize("ahead", [-300, 300])
def test_a_delayed_child_is_launched_at_its_time_by_either_clock(ahead: int) -> None:
    cluster = Cluster()
    inner: JsonMap = {"name": "inner", "version": 1, "tasks": [task("HUMAN", "asked")]}
    spec: JsonMap = {"name": "inner", "workflowDefinition": inner}
    child = task("SUB_WORKFLOW", "child", subWorkflowParam=spec, startDelay=5)
    outer = cluster.start({"name": "outer", "version": 1, "tasks": [child]})
    cluster.engines = [cluster._engine(OffClock(cluster.clock, ahead))]
    cluster.settle()
    assert cluster.task(outer, "child").status is TaskStatus.SCHEDULED
    cluster.advance(60)
    assert cluster.task(outer, "child").status is TaskStatus.IN_PROGRESS


@pytest.mark.parametrize("ahead", [-300, 300])
def test_a_timer_ends_its_wait_by_either_clock(ahead: int) -> None:
    cluster = Cluster()
    wait = task("WAIT", "wait", inputParameters={"duration": "5 seconds"})
    workflow = cluster.start({"name": "outer", "version": 1, "tasks": [wait]})
    cluster.engines = [cluster._engine(OffClock(cluster.clock, ahead))]
    cluster.settle()
    cluster.advance(60)
    assert cluster.status(workflow) is WorkflowStatus.COMPLETED


@pytest.mark.parametrize("inline", [False, True])
def test_a_timer_that_fires_before_its_commit_is_sent_again(inline: bool) -> None:
    """A start takes longer than its WAIT: the timer finds no header (simulation, seed 1014881)."""
    cluster = Cluster(inline=inline)
    overtaken = False

    def slow(call: str) -> None:
        nonlocal overtaken
        is_armed = bool(cluster.timer_queue.queue.messages())
        if call == "PutItem" and is_armed and not overtaken:
            overtaken = True
            cluster.clock.advance(2_000)
            assert cluster.fire_timers() == 1

    cluster.calls.before_call = slow
    waits = {**task("WAIT", "w"), "inputParameters": {"duration": "1 seconds"}}
    workflow_id = cluster.start({"name": "slow", "version": 1, "tasks": [waits]})
    assert overtaken
    cluster.settle()
    cluster.advance(3)
    assert cluster.status(workflow_id) is WorkflowStatus.COMPLETED


def test_a_timer_is_sent_again_by_a_host_whose_clock_is_behind() -> None:
    """Its message came before the commit, and for whoever gets the header's record it is not due yet."""
    cluster = Cluster()
    ahead, behind = (cluster._engine(OffClock(cluster.clock, by)) for by in (300, -300))
    cluster.engines = [ahead]

    def slow(call: str) -> None:
        if call == "PutItem" and cluster.timer_queue.queue.messages():
            cluster.calls.before_call = lambda _: None
            cluster.clock.advance(1_000)
            assert cluster.fire_timers() == 1

    cluster.calls.before_call = slow
    waits = {**task("WAIT", "w"), "inputParameters": {"duration": "1 seconds"}}
    workflow_id = cluster.start({"name": "slow", "version": 1, "tasks": [waits]})
    cluster.engines = [behind]
    cluster.settle()
    cluster.advance(3)
    assert cluster.status(workflow_id) is WorkflowStatus.COMPLETED
