"""Validation of what clients and workers send (models.md 2.1, 2.3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from podium.domain.validation.workflow import validate_workflow
from podium.errors import Violation

if TYPE_CHECKING:
    from podium.domain.requests import StartWorkflowRequest, TaskResult, WorkflowTestRequest
    from podium.domain.validation.context import ValidationContext

_MAX_PRIORITY = 99
#: Executions in one bulk request (rest-api.md 4).
MAX_BULK_IDS = 1000


def validate_start_request(
    request: StartWorkflowRequest,
    context: ValidationContext,
    prefix: str = "startWorkflow.arg0",
) -> tuple[Violation, ...]:
    """All violations of ``request``, the definition in it included; an empty name is not one."""
    return tuple(_start_violations(request, context, prefix))


def _start_violations(
    request: StartWorkflowRequest, context: ValidationContext, prefix: str
) -> Iterator[Violation]:
    if request.name is None:
        yield Violation(f"{prefix}.name", "Workflow name cannot be null or empty")
    priority = request.priority
    if priority < 0:
        message = f"priority: {priority} should be minimum 0"
        yield Violation(f"{prefix}.priority", message, str(priority))
    if priority > _MAX_PRIORITY:
        message = f"priority: {priority} should be maximum {_MAX_PRIORITY}"
        yield Violation(f"{prefix}.priority", message, str(priority))
    if request.workflow_def is not None:
        yield from validate_workflow(request.workflow_def, context, f"{prefix}.workflowDef")


def validate_mocks(
    request: WorkflowTestRequest, prefix: str = "testWorkflow.arg0"
) -> tuple[Violation, ...]:
    """All violations of the mocks of a test, and of those for its sub-workflows."""
    return tuple(_mock_violations(request, prefix))


def _mock_violations(request: WorkflowTestRequest, prefix: str) -> Iterator[Violation]:
    for ref, mocks in request.task_ref_to_mock_output.items():
        for index, mock in enumerate(mocks):
            path = f"{prefix}.taskRefToMockOutput[{ref}].<map value>[{index}]"
            for name, value in (
                ("executionTime", mock.execution_time),
                ("queueWaitTime", mock.queue_wait_time),
            ):
                if value < 0:
                    message = "must be greater than or equal to 0"
                    yield Violation(f"{path}.{name}", message, str(value))
    for ref, below in request.sub_workflow_test_request.items():
        yield from _mock_violations(below, f"{prefix}.subWorkflowTestRequest[{ref}].<map value>")


def validate_priority(priority: int, path: str = "startWorkflow.arg3") -> tuple[Violation, ...]:
    """The priority as a query parameter of ``POST /workflow/{name}``."""
    if priority < 0:
        return (Violation(path, "0 is the minimum priority value", str(priority)),)
    if priority > _MAX_PRIORITY:
        message = f"{_MAX_PRIORITY} is the maximum priority value"
        return (Violation(path, message, str(priority)),)
    return ()


def validate_task_result(
    result: TaskResult, prefix: str = "updateTask.arg0"
) -> tuple[Violation, ...]:
    """All violations of ``result``."""
    found = []
    if not result.workflow_instance_id:
        message = "Workflow Id cannot be null or empty"
        found.append(Violation(f"{prefix}.workflowInstanceId", message))
    if not result.task_id:
        found.append(Violation(f"{prefix}.taskId", "Task ID cannot be null or empty"))
    return tuple(found)


def validate_workflow_ids(ids: Sequence[str], path: str) -> tuple[Violation, ...]:
    """The ids of a bulk request; ``path`` names the call: ``pauseWorkflow.arg0``."""
    if not ids:
        return (Violation(path, "WorkflowIds list cannot be null."),)
    if len(ids) > MAX_BULK_IDS:
        message = f"{len(ids)} workflows are more than the {MAX_BULK_IDS} of one request"
        return (Violation(path, message),)
    return ()
