"""TERMINATE: end the workflow with a status, a reason and an output (tasks.md 19)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from podium.domain.expressions import excerpt
from podium.domain.outcome import Outcome
from podium.domain.status import TaskStatus, WorkflowStatus

if TYPE_CHECKING:
    from podium.domain.json import JsonMap

STATUSES = frozenset({WorkflowStatus.COMPLETED, WorkflowStatus.FAILED, WorkflowStatus.TERMINATED})


def run(task_input: JsonMap) -> Outcome:
    """End of the task itself; its output becomes the workflow's.

    COMPLETED also when the workflow is to fail; FAILED when the status to end with is not one.
    """
    status = task_input.get("terminationStatus")
    if not isinstance(status, str) or status not in STATUSES:
        reason = f"given termination status is not valid: {excerpt(status)}"
        return Outcome(TaskStatus.FAILED, {}, reason)
    output = task_input.get("workflowOutput")
    if output is None:
        return Outcome()
    return Outcome(output=output if isinstance(output, Mapping) else {"output": output})


def status_of(task_input: JsonMap) -> WorkflowStatus:
    """How the workflow ends, once :func:`run` has accepted the input."""
    return WorkflowStatus(str(task_input["terminationStatus"]))


def reason_of(task_input: JsonMap, task_id: str) -> str:
    """Why the workflow ends: what the input says, else a text naming the task."""
    reason = task_input.get("terminationReason")
    if isinstance(reason, str) and reason:
        return reason
    return f"Workflow is {status_of(task_input)} by TERMINATE task: {task_id}"
