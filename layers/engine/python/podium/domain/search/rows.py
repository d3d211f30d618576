"""What a search looks at: one row for an execution, one for a task (models.md 3.3, 3.4).

A row holds what WorkflowSummary and TaskSummary show, so that most searches are answered from rows
alone. Payloads are their JSON text, which whoever stores a row may cut. Who makes a row hides what
the definition masks first: a search must not find what a reader may not see.
Times are epoch milliseconds, 0 when unset.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from podium.domain.failure import failed_tasks
from podium.domain.ids import TaskKey

if TYPE_CHECKING:
    from podium.domain.decision import ExecutionView
    from podium.domain.execution import Header, StartRecord, Task
    from podium.domain.json import JsonMap
    from podium.domain.status import TaskStatus, WorkflowStatus

#: What an execution is classified as unless something says otherwise (rest-api.md 11.3).
CLASSIFIER = "workflow"


@dataclass(frozen=True, slots=True)
class WorkflowRow:
    """One execution."""

    workflow_id: str
    workflow_type: str
    version: int
    status: WorkflowStatus
    start_time: int
    update_time: int = 0
    #: 0 while it has not ended.
    end_time: int = 0
    correlation_id: str | None = None
    priority: int = 0
    parent_workflow_id: str = ""
    parent_workflow_task_id: str = ""
    classifier: str = CLASSIFIER
    reason_for_incompletion: str | None = None
    event: str | None = None
    created_by: str | None = None
    idempotency_key: str | None = None
    failed_reference_task_names: tuple[str, ...] = ()
    failed_task_names: tuple[str, ...] = ()
    task_to_domain: JsonMap = field(default_factory=dict)
    input: str = "{}"
    output: str = "{}"
    #: Characters of the whole texts, of which ``input`` and ``output`` may be the beginnings.
    input_size: int = 2
    output_size: int = 2
    external_input_payload_storage_path: str | None = None
    external_output_payload_storage_path: str | None = None

    @property
    def execution_time(self) -> int:
        """Milliseconds from start to end; 0 until it has ended."""
        return self.end_time - self.start_time if self.end_time else 0


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One task attempt."""

    workflow_id: str
    workflow_type: str
    task_id: str
    task_type: str
    task_def_name: str
    status: TaskStatus
    scheduled_time: int
    start_time: int = 0
    update_time: int = 0
    end_time: int = 0
    correlation_id: str | None = None
    workflow_priority: int = 0
    domain: str | None = None
    reason_for_incompletion: str | None = None
    input: str = "{}"
    output: str = "{}"
    external_input_payload_storage_path: str | None = None
    external_output_payload_storage_path: str | None = None

    @property
    def execution_time(self) -> int:
        """Milliseconds that it ran; 0 until it has ended."""
        return max(self.end_time - self.start_time, 0) if self.end_time else 0

    @property
    def queue_wait_time(self) -> int:
        """Milliseconds between being scheduled and being handed out; 0 until then."""
        return max(self.start_time - self.scheduled_time, 0) if self.start_time else 0


Row: TypeAlias = WorkflowRow | TaskRow


def workflow_row(view: ExecutionView) -> WorkflowRow:
    """The row of one execution; the tasks of ``view`` are needed for one that ended badly."""
    header, start = view.header, view.start
    references, names = failed_tasks(view)
    given, output = payload_text(start.input), payload_text(view.output)
    return WorkflowRow(
        workflow_id=header.workflow_id,
        workflow_type=header.name,
        version=header.name_version,
        status=header.status,
        start_time=header.created_at,
        update_time=header.committed_at,
        end_time=header.ended_at,
        correlation_id=start.correlation_id,
        priority=start.priority,
        parent_workflow_id=header.parent.workflow_id if header.parent else "",
        parent_workflow_task_id=header.parent.key.task_id if header.parent else "",
        reason_for_incompletion=header.reason or None,
        event=start.event,
        created_by=start.created_by,
        idempotency_key=start.idempotency_key,
        failed_reference_task_names=tuple(references),
        failed_task_names=tuple(names),
        task_to_domain=start.task_to_domain,
        input=given,
        output=output,
        input_size=len(given),
        output_size=len(output),
        external_input_payload_storage_path=start.external_input_path,
    )


def task_row(task: Task, header: Header, start: StartRecord) -> TaskRow:
    """The row of one task attempt."""
    return TaskRow(
        workflow_id=header.workflow_id,
        workflow_type=header.name,
        task_id=TaskKey(header.workflow_id, task.ref, task.seq).task_id,
        task_type=task.type,
        task_def_name=task.name,
        status=task.status,
        scheduled_time=task.scheduled_at,
        start_time=task.started_at,
        update_time=task.updated_at,
        end_time=task.ended_at,
        correlation_id=start.correlation_id,
        workflow_priority=start.priority,
        domain=task.domain or None,
        reason_for_incompletion=task.reason or None,
        input=payload_text(task.input),
        output=payload_text(task.output),
        external_input_payload_storage_path=task.external_input_path or None,
        external_output_payload_storage_path=task.external_output_path or None,
    )


def payload_text(value: JsonMap) -> str:
    """Input or output as a summary shows it: compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
