"""WorkflowSummary and TaskSummary: one line of a listing, and what listeners are told (models.md 3.3, 3.4).

Inputs and outputs are texts here, moments are ISO dates.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from podium.domain.search.rows import task_row, workflow_row

if TYPE_CHECKING:
    from podium.domain.decision import ExecutionView
    from podium.domain.execution import Header, StartRecord, Task
    from podium.domain.json import Json
    from podium.domain.search.rows import TaskRow, WorkflowRow


def workflow_summary_json(view: ExecutionView) -> dict[str, Json]:
    """The model WorkflowSummary; the tasks of ``view`` are needed for one that ended badly."""
    return workflow_row_json(workflow_row(view))


def workflow_row_json(row: WorkflowRow) -> dict[str, Json]:
    """The same of the row of a search; texts that were cut are shown as they are."""
    optional: dict[str, Json] = {
        "correlationId": row.correlation_id,
        "endTime": _moment(row.end_time) if row.end_time else None,
        "reasonForIncompletion": row.reason_for_incompletion,
        "event": row.event,
        "createdBy": row.created_by,
        "idempotencyKey": row.idempotency_key,
        "externalInputPayloadStoragePath": row.external_input_payload_storage_path,
        "externalOutputPayloadStoragePath": row.external_output_payload_storage_path,
    }
    body: dict[str, Json] = {
        "workflowType": row.workflow_type,
        "version": row.version,
        "workflowId": row.workflow_id,
        "startTime": _moment(row.start_time),
        "updateTime": _moment(row.update_time),
        "status": row.status.value,
        "input": row.input,
        "output": row.output,
        "inputSize": row.input_size,
        "outputSize": row.output_size,
        "executionTime": row.execution_time,
        "failedReferenceTaskNames": ",".join(row.failed_reference_task_names),
        "failedTaskNames": list(row.failed_task_names),
        "priority": row.priority,
        "taskToDomain": row.task_to_domain,
        "parentWorkflowId": row.parent_workflow_id,
        "classifier": row.classifier,
    }
    return body | {name: value for name, value in optional.items() if value is not None}


def task_summary_json(task: Task, header: Header, start: StartRecord) -> dict[str, Json]:
    """The model TaskSummary."""
    return task_row_json(task_row(task, header, start))


def task_row_json(row: TaskRow) -> dict[str, Json]:
    """The same of the row of a search; texts that were cut are shown as they are."""
    optional: dict[str, Json] = {
        "correlationId": row.correlation_id,
        "reasonForIncompletion": row.reason_for_incompletion,
        "externalInputPayloadStoragePath": row.external_input_payload_storage_path,
        "externalOutputPayloadStoragePath": row.external_output_payload_storage_path,
        "domain": row.domain,
    }
    body: dict[str, Json] = {
        "workflowId": row.workflow_id,
        "workflowType": row.workflow_type,
        "taskId": row.task_id,
        "taskDefName": row.task_def_name,
        "taskType": row.task_type,
        "status": row.status.value,
        "scheduledTime": _moment(row.scheduled_time),
        "startTime": _moment(row.start_time),
        "updateTime": _moment(row.update_time),
        "endTime": _moment(row.end_time),
        "executionTime": row.execution_time,
        "queueWaitTime": row.queue_wait_time,
        "input": row.input,
        "output": row.output,
        "workflowPriority": row.workflow_priority,
    }
    return body | {name: value for name, value in optional.items() if value is not None}


def _moment(milliseconds: int) -> str:
    moment = datetime.fromtimestamp(milliseconds // 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03d}Z"
