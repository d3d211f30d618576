"""What expressions can name: the members under ``workflow.`` and under a reference name.

Exactly the list of engine.md 10.3. Text that is not set is null, and no variable of the process is
among the members.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from podium.domain.execution import Header, StartRecord, Task
    from podium.domain.json import Json, JsonMap


def workflow_members(
    header: Header, start: StartRecord, variables: JsonMap, output: JsonMap | None = None
) -> dict[str, Json]:
    """What ``${workflow.<member>}`` can name; ``output`` is empty until the workflow ends."""
    parent = header.parent
    return {
        "input": start.input,
        "output": output or {},
        "status": header.status.value,
        "workflowId": header.workflow_id,
        "parentWorkflowId": parent.workflow_id if parent else None,
        "parentWorkflowTaskId": parent.key.task_id if parent else None,
        "workflowType": header.name,
        "version": header.name_version,
        "correlationId": start.correlation_id,
        "reasonForIncompletion": header.reason or None,
        # Definitions of another schema version do not pass validation (engine.md 1.6).
        "schemaVersion": 2,
        "variables": variables,
    }


def task_members(
    task: Task, task_id: str, workflow_id: str, correlation_id: str | None
) -> dict[str, Json]:
    """What ``${<ref>.<member>}`` can name; times in epoch milliseconds, 0 when unset."""
    return {
        "input": task.input,
        "output": task.output,
        "taskType": task.type,
        "status": task.status.value,
        "referenceTaskName": task.wire_ref,
        "retryCount": task.attempt,
        "correlationId": correlation_id,
        "pollCount": task.epoch,
        "taskDefName": task.name,
        "scheduledTime": task.scheduled_at,
        "startTime": task.started_at,
        "endTime": task.ended_at,
        "workflowInstanceId": workflow_id,
        "taskId": task_id,
        "reasonForIncompletion": task.reason or None,
        "callbackAfterSeconds": task.callback_after,
        "workerId": task.worker_id or None,
        "iteration": _iteration(task),
    }


def _iteration(task: Task) -> Json:
    """The loop pass the task ran in; for a loop itself, the pass it got to."""
    if task.type == "DO_WHILE":
        return task.output.get("iteration", 0)
    return task.iteration[-1] if task.iteration else 0
