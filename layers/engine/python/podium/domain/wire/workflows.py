"""The REST models Workflow and WorkflowStatus (models.md 3.1, 3.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.domain.failure import failed_tasks
from podium.domain.limits import shown_key
from podium.domain.wire.nodes import Nodes
from podium.domain.wire.tasks import Owner, Relations, task_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from podium.domain.decision import ExecutionView
    from podium.domain.execution import Header, StartRecord, Task
    from podium.domain.json import Json, JsonMap


def workflow_json(
    view: ExecutionView, *, include_tasks: bool = True, now: int = 0
) -> dict[str, Json]:
    """The model Workflow; ``tasks`` is empty without ``include_tasks`` (rest-api.md 3.4)."""
    header, start = view.header, view.start
    parent = header.parent
    references, names = failed_tasks(view)
    optional: dict[str, Json] = {
        "correlationId": start.correlation_id,
        "reasonForIncompletion": header.reason or None,
        "parentWorkflowId": parent.workflow_id if parent else None,
        "parentWorkflowTaskId": parent.key.task_id if parent else None,
        "event": start.event,
        "externalInputPayloadStoragePath": start.external_input_path,
        "idempotencyKey": start.idempotency_key,
        "rateLimitKey": shown_key(header.limit) if header.limit else None,
        "createdBy": start.created_by,
    }
    body: dict[str, Json] = {
        "ownerApp": "",
        "createTime": header.created_at,
        "updateTime": header.committed_at,
        "status": header.status.value,
        "endTime": header.ended_at,
        "workflowId": header.workflow_id,
        "tasks": view_tasks_json(view, now=now) if include_tasks else [],
        # An input that the client put there itself is answered as it came: by its path.
        "input": {} if start.external_input_path else start.input,
        "output": view.output,
        "taskToDomain": start.task_to_domain,
        "failedReferenceTaskNames": references,
        "failedTaskNames": names,
        "workflowDefinition": view.definition.to_json(),
        "priority": start.priority,
        "variables": view.variables,
        "lastRetriedTime": header.last_retried_at,
        "history": [],
        "rateLimited": header.waits,
        "startTime": header.created_at,
        "workflowName": view.definition.name,
        "workflowVersion": view.definition.version,
    }
    return body | {key: value for key, value in optional.items() if value is not None}


def view_tasks_json(
    view: ExecutionView, tasks: Sequence[Task] | None = None, *, now: int = 0
) -> list[dict[str, Json]]:
    """The models Task of ``tasks`` (default: all of the view), which belong to ``view``."""
    owner = _owner(view.header, view.start)
    relations = Relations.of(view.header, view.tasks)
    nodes = Nodes(view)
    return [
        task_json(task, owner, nodes.of(task), relations=relations, now=now)
        for task in (view.tasks if tasks is None else tasks)
    ]


def view_task_json(view: ExecutionView, task: Task, *, now: int = 0) -> dict[str, Json]:
    """The model Task of one task of ``view``."""
    return view_tasks_json(view, (task,), now=now)[0]


def workflow_status_json(
    header: Header,
    start: StartRecord,
    *,
    output: JsonMap | None = None,
    variables: JsonMap | None = None,
) -> dict[str, Json]:
    """The model WorkflowStatus; ``output`` and ``variables`` are shown when they are given."""
    body: dict[str, Json] = {"workflowId": header.workflow_id}
    if start.correlation_id:
        body["correlationId"] = start.correlation_id
    body["status"] = header.status.value
    if output is not None:
        body["output"] = output
    if variables is not None:
        body["variables"] = variables
    return body


def _owner(header: Header, start: StartRecord) -> Owner:
    return Owner(header.workflow_id, header.name, start.priority, start.correlation_id)
