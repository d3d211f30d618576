"""Timers that fire while the item of an open task is still that of an earlier run (protocol.md 8; 11, case 32).

Its end is not the end of the run that the header waits for: the clocks of that run are still to come.
"""

from __future__ import annotations

from podium.domain.ids import TaskKey
from podium.domain.json import Json
from podium.domain.requests import RerunWorkflowRequest
from podium.domain.status import TaskStatus, WorkflowStatus
from tests.integration.protocol.definitions import simple, sub_workflow, workflow
from tests.support.cluster import Cluster, crash

#: Seconds after which the task under test is TIMED_OUT, and its workflow with it.
LIMIT = 30
POLICY: dict[str, Json] = {"retryCount": 0, "timeoutPolicy": "TIME_OUT_WF"}


def parent_and_child() -> Cluster:
    """An installation that knows a workflow whose only task is another one, which has one task."""
    cluster = Cluster()
    cluster.register(
        {"name": "work", "retryCount": 0},
        {"name": "sub", "timeoutSeconds": LIMIT, **POLICY},
        workflow(simple("work"), name="child"),
        workflow(sub_workflow("sub", "child"), name="parent"),
    )
    return cluster


def fire_before_records(cluster: Cluster, seconds: int) -> None:
    """The timer's message comes before any record does."""
    cluster.clock.advance(seconds * 1000)
    assert cluster.fire_timers() > 0


def test_a_task_run_again_whose_item_comes_after_its_timer_is_timed_out() -> None:
    """Simulation, seed 2004211: the decider is late."""
    cluster = Cluster()
    cluster.register({"name": "t1", "pollTimeoutSeconds": LIMIT, **POLICY})
    wf = cluster.start(workflow(simple("t1")))
    cluster.settle()
    cluster.advance(LIMIT + 1)
    assert cluster.status(wf) is WorkflowStatus.TIMED_OUT
    key = TaskKey(wf, "t1", cluster.task(wf, "t1").seq)
    cluster.engine.repeats.rerun(wf, RerunWorkflowRequest(re_run_from_task_id=key.task_id))
    assert cluster.status(wf) is WorkflowStatus.RUNNING
    fire_before_records(cluster, LIMIT)
    task = cluster.store.read_task(key)
    assert task is not None
    # As the header's record would: it is made, and its time is over.
    assert (task.inc, task.status) == (1, TaskStatus.TIMED_OUT)
    cluster.settle()
    assert cluster.status(wf) is WorkflowStatus.TIMED_OUT


def test_a_child_resumed_after_its_timer_fired_is_timed_out() -> None:
    """What its parent committed is carried out late."""
    cluster = parent_and_child()
    wf = cluster.start("parent")
    cluster.settle()
    (handed,) = cluster.poll("work")
    cluster.report(handed.task, handed.message.workflow_id, TaskStatus.FAILED)
    cluster.settle()
    assert cluster.status(wf) is WorkflowStatus.FAILED
    cluster.engine.repeats.retry(wf, resume_sub_workflows=True)
    fire_before_records(cluster, LIMIT)
    assert cluster.task(wf, "sub").status is TaskStatus.FAILED
    cluster.settle()
    assert cluster.task(wf, "sub").status is TaskStatus.IN_PROGRESS
    cluster.advance(LIMIT + 61)
    assert cluster.task(wf, "sub").status is TaskStatus.TIMED_OUT
    assert cluster.status(wf) is WorkflowStatus.TIMED_OUT


def test_a_child_that_is_waited_for_again_is_not_timed_out_in_its_earlier_run() -> None:
    """It failed and was retried before the task above it heard of either, but for the header."""
    cluster = parent_and_child()
    wf = cluster.start("parent")
    cluster.settle()
    child = cluster.task(wf, "sub").child_id
    (handed,) = cluster.poll("work")
    cluster.report(handed.task, child, TaskStatus.FAILED)
    end = cluster.take()
    with crash(cluster, "UpdateItem"):
        # It dies before it says that the child is closed, and before it tells the parent.
        cluster.deliver(end)
    failed = cluster.take()
    cluster.engine.repeats.retry(child)
    retried = cluster.take()
    with crash(cluster, "UpdateItem"):
        # The parent waits for the child's next run; the item does not say so yet.
        cluster.deliver(retried)
    key = TaskKey(wf, "sub", cluster.task(wf, "sub").seq)
    fire_before_records(cluster, LIMIT)
    before = cluster.store.read_task(key)
    assert before is not None
    assert (before.status, before.child_generation) == (TaskStatus.IN_PROGRESS, 0)
    cluster.deliver([*end, *failed, *retried])
    cluster.settle()
    after = cluster.task(wf, "sub")
    assert (after.status, after.child_generation) == (TaskStatus.IN_PROGRESS, 1)
    cluster.advance(LIMIT + 61)
    assert cluster.task(wf, "sub").status is TaskStatus.TIMED_OUT
    assert cluster.status(wf) is WorkflowStatus.TIMED_OUT
