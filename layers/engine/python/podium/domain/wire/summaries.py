"""WorkflowSummary and TaskSummary: one line of a listing, and what listeners are told (models.md 3.3, 3.4).

Inputs and outputs are texts here, moments are ISO dates.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from podium.domain.ids import TaskKey
from podium.domain.wire.workflows import failed_tasks

if TYPE_CHECKING:
    from podium.domain.decision import ExecutionView
    from podium.domain.execution import Header, StartRecord, Task
    from podium.domain.json import Json, JsonMap

CLASSIFIER = "workflow"


def workflow_summary_json(view: ExecutionView) -> dict[str, Json]:
    """The model WorkflowSummary; the tasks of ``view`` are needed for one that ended badly."""
    header, start = view.header, view.start
    references, names = failed_tasks(view)
    given, output = _text(start.input), _text(view.output)
    optional: dict[str, Json] = {
        "correlationId": start.correlation_id,
        "endTime": _moment(header.ended_at) if header.ended_at else None,
        "reasonForIncompletion": header.reason or None,
        "event": start.event,
        "createdBy": start.created_by,
        "idempotencyKey": start.idempotency_key,
        "externalInputPayloadStoragePath": start.external_input_path,
    }
    body: dict[str, Json] = {
        "workflowType": header.name,
        "version": header.name_version,
        "workflowId": header.workflow_id,
        "startTime": _moment(header.created_at),
        "updateTime": _moment(header.committed_at),
        "status": header.status.value,
        "input": given,
        "output": output,
        "inputSize": len(given),
        "outputSize": len(output),
        "executionTime": header.ended_at - header.created_at if header.ended_at else 0,
        "failedReferenceTaskNames": ",".join(references),
        "failedTaskNames": names,
        "priority": start.priority,
        "taskToDomain": start.task_to_domain,
        "parentWorkflowId": header.parent.workflow_id if header.parent else "",
        "classifier": CLASSIFIER,
    }
    return body | {name: value for name, value in optional.items() if value is not None}


def task_summary_json(task: Task, header: Header, start: StartRecord) -> dict[str, Json]:
    """The model TaskSummary."""
    optional: dict[str, Json] = {
        "correlationId": start.correlation_id,
        "reasonForIncompletion": task.reason or None,
        "externalInputPayloadStoragePath": task.external_input_path or None,
        "externalOutputPayloadStoragePath": task.external_output_path or None,
        "domain": task.domain or None,
    }
    body: dict[str, Json] = {
        "workflowId": header.workflow_id,
        "workflowType": header.name,
        "taskId": TaskKey(header.workflow_id, task.ref, task.seq).task_id,
        "taskDefName": task.name,
        "taskType": task.type,
        "status": task.status.value,
        "scheduledTime": _moment(task.scheduled_at),
        "startTime": _moment(task.started_at),
        "updateTime": _moment(task.updated_at),
        "endTime": _moment(task.ended_at),
        "executionTime": max(task.ended_at - task.started_at, 0) if task.ended_at else 0,
        "queueWaitTime": max(task.started_at - task.scheduled_at, 0) if task.started_at else 0,
        "input": _text(task.input),
        "output": _text(task.output),
        "workflowPriority": start.priority,
    }
    return body | {name: value for name, value in optional.items() if value is not None}


def _text(value: JsonMap) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _moment(milliseconds: int) -> str:
    moment = datetime.fromtimestamp(milliseconds // 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03d}Z"
