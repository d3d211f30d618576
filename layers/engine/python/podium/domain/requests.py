"""What clients and workers send, as values: a start request and a task result (models.md 2).

Both are read with ``from_json``; what breaks the peer's constraints is listed by
``domain.validation``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from podium.domain.definitions import IdempotencyStrategy, Record, WorkflowDef, codec
from podium.domain.status import REPORTABLE, TaskStatus
from podium.errors import InvalidInputError

if TYPE_CHECKING:
    from podium.domain.json import JsonMap

#: Longest reasonForIncompletion that is kept; the rest is cut off (models.md 2.3).
MAX_REASON = 500
#: Logs of a task result beyond this number are dropped (models.md 2.3).
MAX_RESULT_LOGS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class StartWorkflowRequest(Record):
    """A request to start a workflow by name, or by the definition it carries (models.md 2.1)."""

    name: str | None = codec.text()
    #: None is the highest registered version.
    version: int | None = codec.optional_integer()
    correlation_id: str | None = codec.text()
    input: JsonMap | None = codec.nullable_map()
    task_to_domain: Mapping[str, str | None] = codec.text_map()
    workflow_def: WorkflowDef | None = codec.record(lambda: WorkflowDef)
    external_input_payload_storage_path: str | None = codec.text()
    #: 0 lowest, 99 highest.
    priority: int = codec.integer()
    created_by: str | None = codec.text()
    idempotency_key: str | None = codec.text()
    idempotency_strategy: IdempotencyStrategy | None = codec.choice(IdempotencyStrategy)

    def given_input(self) -> JsonMap:
        """The input; empty when it lies in external storage.

        Raises InvalidInputError when it is null and no external path is given.
        """
        if self.input is not None:
            return self.input
        if not (self.external_input_payload_storage_path or "").strip():
            raise InvalidInputError("NULL input passed when starting workflow")
        return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskMock(Record):
    """How one attempt of a task ends in a test (models.md 2.2)."""

    status: TaskStatus = codec.choice(TaskStatus, TaskStatus.COMPLETED, among=REPORTABLE)
    output: JsonMap = codec.json_map()
    #: Milliseconds that the task is to have been with a worker, and to have waited for one.
    execution_time: int = codec.long()
    queue_wait_time: int = codec.long()


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowTestRequest(StartWorkflowRequest):
    """A start whose tasks end as it says: one mock for each attempt, in order (rest-api.md 3.3)."""

    task_ref_to_mock_output: Mapping[str, tuple[TaskMock, ...]] = codec.record_map(lambda: TaskMock)
    #: Mocks for the executions that SUB_WORKFLOW tasks start, by reference name; the rest counts not.
    sub_workflow_test_request: Mapping[str, WorkflowTestRequest] = codec.record_by_name(
        lambda: WorkflowTestRequest
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RerunWorkflowRequest(Record):
    """From where an ended execution is to run again, and with what (models.md 2.2)."""

    re_run_from_task_id: str | None = codec.text()
    workflow_input: JsonMap | None = codec.optional_map()
    task_input: JsonMap | None = codec.optional_map()
    correlation_id: str | None = codec.text()


@dataclass(frozen=True, slots=True, kw_only=True)
class SkipTaskRequest(Record):
    """Input and output of a task that is not to run (models.md 2.2)."""

    task_input: JsonMap = codec.json_map()
    task_output: JsonMap = codec.json_map()


@dataclass(frozen=True, slots=True, kw_only=True)
class UpgradeWorkflowRequest(Record):
    """With which version an execution is to go on (models.md 2.2); None is the highest."""

    name: str = codec.name()
    version: int | None = codec.optional_integer()
    workflow_input: JsonMap | None = codec.optional_map()
    task_output: JsonMap | None = codec.optional_map()


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskExecLog(Record):
    """One line of the log of a task."""

    log: str | None = codec.text()
    task_id: str | None = codec.text()
    #: Epoch ms, as the client says.
    created_time: int = codec.long()


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskResult(Record):
    """What a worker reports about a task (models.md 2.3)."""

    workflow_instance_id: str = codec.name()
    task_id: str = codec.name()
    status: TaskStatus | None = codec.choice(TaskStatus, among=REPORTABLE)
    reason_for_incompletion: str | None = codec.text()
    #: Seconds.
    callback_after_seconds: int = codec.long()
    worker_id: str | None = codec.text()
    output_data: JsonMap = codec.json_map()
    logs: tuple[TaskExecLog, ...] = codec.records(lambda: TaskExecLog)
    external_output_payload_storage_path: str | None = codec.text()
    sub_workflow_id: str | None = codec.text()
    extend_lease: bool = codec.flag()
    supports_cancellation: bool = codec.flag()
    execution_metadata: JsonMap | None = codec.optional_map()

    @property
    def reason(self) -> str:
        """The reason as it is stored: empty when there is none, cut to MAX_REASON characters."""
        return (self.reason_for_incompletion or "")[:MAX_REASON]

    @property
    def stored_logs(self) -> tuple[TaskExecLog, ...]:
        """The logs that are kept."""
        return self.logs[:MAX_RESULT_LOGS]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowStateUpdate(Record):
    """A change of one execution from outside: of a task, of variables, or of both (models.md 2.2)."""

    task_reference_name: str | None = codec.text()
    task_result: TaskResult | None = codec.record(lambda: TaskResult)
    variables: JsonMap = codec.json_map()

    def result(self) -> tuple[str, TaskStatus, TaskResult] | None:
        """Reference name, status and result of the task to update; None when there is none.

        Raises InvalidInputError for half a task, and for an update that changes nothing.
        """
        name, result = (self.task_reference_name or "").strip(), self.task_result
        if not name and result is None:
            if not self.variables:
                raise InvalidInputError("either variables or taskReferenceName is required")
            return None
        if not name:
            raise InvalidInputError("taskReferenceName is required to update a task")
        if result is None or result.status is None:
            raise InvalidInputError(f"taskResult.status is required to update task {name}")
        return name, result.status, result
