"""WorkflowSummary and TaskSummary (models.md 3.3, 3.4)."""

from __future__ import annotations

from podium.domain.decision import ExecutionView
from podium.domain.definitions import WorkflowDef
from podium.domain.execution import Parent, StartRecord
from podium.domain.status import TaskStatus, WorkflowStatus
from podium.domain.wire import task_summary_json, workflow_summary_json
from tests.support.executions import NOW, header, task

START = StartRecord(
    input={"o": "é"}, correlation_id="c", priority=3, task_to_domain={"*": "blue"}, created_by="ann"
)


def _view(head, tasks=(), output=None):
    return ExecutionView(head, START, WorkflowDef(name="orders"), {}, output or {}, tuple(tasks))


def test_a_running_workflow():
    found = workflow_summary_json(_view(header("wf", created_at=NOW, committed_at=NOW + 5)))
    assert found == {
        "workflowType": "orders",
        "version": 1,
        "workflowId": "wf",
        "correlationId": "c",
        "startTime": "2026-01-01T00:00:00.000Z",
        "updateTime": "2026-01-01T00:00:00.005Z",
        "status": "RUNNING",
        "input": '{"o":"é"}',
        "output": "{}",
        "inputSize": 9,
        "outputSize": 2,
        "executionTime": 0,
        "failedReferenceTaskNames": "",
        "failedTaskNames": [],
        "priority": 3,
        "taskToDomain": {"*": "blue"},
        "createdBy": "ann",
        "parentWorkflowId": "",
        "classifier": "workflow",
    }


def test_a_failed_child_workflow():
    head = header(
        "wf",
        status=WorkflowStatus.FAILED,
        created_at=NOW,
        ended_at=NOW + 1234,
        reason="because",
        parent=Parent("up", "sub", 1, 0),
    )
    failed = [
        task(1, ref="a", name="x", status=TaskStatus.FAILED),
        task(2, ref="b", name="x", status=TaskStatus.FAILED),
    ]
    found = workflow_summary_json(_view(head, failed, {"n": None}))
    assert found["endTime"] == "2026-01-01T00:00:01.234Z"
    assert found["executionTime"] == 1234
    assert found["reasonForIncompletion"] == "because"
    assert found["failedReferenceTaskNames"] == "a,b"
    assert found["failedTaskNames"] == ["x"]
    assert found["parentWorkflowId"] == "up"
    assert found["output"] == '{"n":null}'


def test_a_task():
    done = task(
        7,
        status=TaskStatus.COMPLETED,
        started_at=NOW + 100,
        updated_at=NOW + 300,
        ended_at=NOW + 300,
        input={"a": 1},
        output={"b": 2},
        domain="blue",
    )
    assert task_summary_json(done, header("wf"), START) == {
        "workflowId": "wf",
        "workflowType": "orders",
        "correlationId": "c",
        "taskId": "wf.7.charge",
        "taskDefName": "charge_card",
        "taskType": "charge_card",
        "status": "COMPLETED",
        "scheduledTime": "2026-01-01T00:00:00.000Z",
        "startTime": "2026-01-01T00:00:00.100Z",
        "updateTime": "2026-01-01T00:00:00.300Z",
        "endTime": "2026-01-01T00:00:00.300Z",
        "executionTime": 200,
        "queueWaitTime": 100,
        "input": '{"a":1}',
        "output": '{"b":2}',
        "workflowPriority": 3,
        "domain": "blue",
    }


def test_a_task_nobody_took_has_moments_that_never_were():
    found = task_summary_json(task(), header("wf"), StartRecord())
    assert found["startTime"] == found["endTime"] == "1970-01-01T00:00:00.000Z"
    assert (found["executionTime"], found["queueWaitTime"]) == (0, 0)
    assert "correlationId" not in found
