"""The REST models WorkflowRun and TaskRun: answers of synchronous calls (models.md 3.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.domain.ids import TaskKey
from podium.domain.wire.tasks import update_time
from podium.domain.wire.workflows import view_tasks_json

if TYPE_CHECKING:
    from podium.domain.decision import ExecutionView
    from podium.domain.execution import Task
    from podium.domain.json import Json
    from podium.domain.signals import ReturnStrategy, Standstill


def workflow_run_json(
    view: ExecutionView,
    standstill: Standstill,
    strategy: ReturnStrategy,
    request_id: str,
    *,
    now: int = 0,
) -> dict[str, Json]:
    """The model WorkflowRun of ``view``, the target or the workflow of the blocking task."""
    header, start = view.header, view.start
    body: dict[str, Json] = {
        "responseType": strategy.value,
        **_target(standstill),
        "requestId": request_id,
        "workflowId": header.workflow_id,
        "input": start.input,
        "output": view.output,
        "priority": start.priority,
        "variables": view.variables,
        "tasks": view_tasks_json(view, now=now),
        "createTime": header.created_at,
        "status": header.status.value,
        "updateTime": header.committed_at,
    }
    optional: dict[str, Json] = {
        "correlationId": start.correlation_id,
        "createdBy": start.created_by,
    }
    return body | {key: value for key, value in optional.items() if value is not None}


def task_run_json(
    view: ExecutionView,
    task: Task,
    standstill: Standstill,
    strategy: ReturnStrategy,
    request_id: str,
) -> dict[str, Json]:
    """The model TaskRun of the blocking ``task``, which belongs to ``view``."""
    header, start = view.header, view.start

    def task_id(seq: int) -> str:
        return TaskKey(header.workflow_id, task.ref, seq).task_id

    body: dict[str, Json] = {
        "responseType": strategy.value,
        **_target(standstill),
        "requestId": request_id,
        "workflowId": header.workflow_id,
        "input": task.input,
        "output": task.output,
        "taskType": task.type,
        "taskId": task_id(task.seq),
        "referenceTaskName": task.wire_ref,
        "retryCount": task.attempt,
        "taskDefName": task.name or task.type,
        "workflowType": header.name,
        "priority": start.priority,
        "createTime": task.started_at,
        "updateTime": update_time(task),
        "status": task.status.value,
    }
    optional: dict[str, Json] = {
        "correlationId": start.correlation_id,
        "retriedTaskId": task_id(task.retried_seq) if task.retried_seq else None,
        "reasonForIncompletion": task.reason or None,
        "createdBy": task.worker_id or None,
    }
    return body | {key: value for key, value in optional.items() if value is not None}


def _target(standstill: Standstill) -> dict[str, Json]:
    return {
        "targetWorkflowId": standstill.target.workflow_id,
        "targetWorkflowStatus": standstill.target.status.value,
        "signalTimeout": standstill.is_timeout,
    }
