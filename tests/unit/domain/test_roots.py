"""engine.md 10.3: the members that expressions can name, and nothing else."""

from __future__ import annotations

from podium.domain.execution import Header, Kind, Parent, StartRecord, Task
from podium.domain.roots import task_members, workflow_members
from podium.domain.status import TaskStatus, WorkflowStatus


def test_workflow_members_are_those_of_the_reference():
    header = Header(
        "w1",
        "hash",
        "orders",
        3,
        status=WorkflowStatus.FAILED,
        reason="no stock",
        parent=Parent("w0", "sub", 4, 0),
    )
    start = StartRecord(input={"a": 1}, correlation_id="c1", priority=5)
    assert workflow_members(header, start, {"v": 2}, {"o": 3}) == {
        "input": {"a": 1},
        "output": {"o": 3},
        "status": "FAILED",
        "workflowId": "w1",
        "parentWorkflowId": "w0",
        "parentWorkflowTaskId": "w0.4.sub",
        "workflowType": "orders",
        "version": 3,
        "correlationId": "c1",
        "reasonForIncompletion": "no stock",
        "schemaVersion": 2,
        "variables": {"v": 2},
    }


def test_what_a_workflow_does_not_have_is_null():
    members = workflow_members(Header("w1", "hash", "orders", 1), StartRecord(), {})
    assert members["output"] == {}
    for name in (
        "parentWorkflowId",
        "parentWorkflowTaskId",
        "correlationId",
        "reasonForIncompletion",
    ):
        assert members[name] is None


def test_task_members_are_those_of_the_reference():
    task = Task(
        "pick",
        4,
        "3",
        "pick_item",
        "pick_item",
        Kind.WORKER,
        status=TaskStatus.COMPLETED,
        attempt=2,
        epoch=3,
        iteration=(1, 5),
        input={"a": 1},
        output={"b": 2},
        worker_id="me",
        scheduled_at=10,
        started_at=20,
        ended_at=30,
        callback_after=7,
    )
    assert task_members(task, "w1.4.pick", "w1", "c1") == {
        "input": {"a": 1},
        "output": {"b": 2},
        "taskType": "pick_item",
        "status": "COMPLETED",
        "referenceTaskName": "pick__1__5",
        "retryCount": 2,
        "correlationId": "c1",
        "pollCount": 3,
        "taskDefName": "pick_item",
        "scheduledTime": 10,
        "startTime": 20,
        "endTime": 30,
        "workflowInstanceId": "w1",
        "taskId": "w1.4.pick",
        "reasonForIncompletion": None,
        "callbackAfterSeconds": 7,
        "workerId": "me",
        "iteration": 5,
    }


def test_the_iteration_of_a_loop_is_the_pass_it_got_to():
    loop = Task("loop", 1, "0", "DO_WHILE", "loop", Kind.FLOW, output={"iteration": 3})
    plain = Task("t", 1, "0", "t", "t", Kind.WORKER)
    assert task_members(loop, "id", "w1", None)["iteration"] == 3
    assert task_members(plain, "id", "w1", None)["iteration"] == 0
