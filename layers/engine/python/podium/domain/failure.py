"""Which tasks failed; the failure workflow: which one, with what input (engine.md 14)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from podium.domain.ids import TaskKey
from podium.domain.status import TaskStatus, WorkflowStatus

if TYPE_CHECKING:
    from collections.abc import Iterable

    from podium.domain.decision import ExecutionView
    from podium.domain.definitions import WorkflowDef
    from podium.domain.json import Json, JsonMap

#: Output key that names the failure workflow's id, or says why there is none.
FAILURE_OUTPUT_KEY = "conductor.failure_workflow"

_FAILED = frozenset({TaskStatus.FAILED, TaskStatus.FAILED_WITH_TERMINAL_ERROR})
#: Blanks behind the key are cut off later: a pattern that looks for their end goes over them again and again.
_FROM_INPUT = re.compile(r"\$\{?\s*workflow\.input\.(?P<key>[^}]+)\}?")


def failure_target(
    definition: WorkflowDef, start_input: JsonMap, status: WorkflowStatus, failed_seq: int
) -> tuple[str, int | None] | None:
    """Name and version (None: the latest) of the failure workflow that this end starts.

    None when there is none to start: the workflow did not fail, or an operator, or its parent's
    end, terminated it, which leaves no failed task behind.
    """
    name = definition.failure_workflow
    if not name or status.is_successful:
        return None
    if status is WorkflowStatus.TERMINATED and not failed_seq:
        return None
    match = _FROM_INPUT.fullmatch(name)
    if match is not None:
        given = start_input.get(match["key"].rstrip())
        if not isinstance(given, str) or not given:
            return None
        name = given
    return name, definition.failure_workflow_version


def failure_input(view: ExecutionView, execution: JsonMap) -> dict[str, Json]:
    """Input of the failure workflow; ``execution`` is the failed one as clients see it."""
    header = view.header
    failed = next((task for task in view.tasks if task.seq == header.failed_seq), None)
    result: dict[str, Json] = {
        **view.start.input,
        "workflowId": header.workflow_id,
        "reason": header.reason,
        "failureStatus": header.status.value,
        "failedWorkflow": execution,
    }
    if failed is not None:
        key = TaskKey(header.workflow_id, failed.ref, failed.seq)
        result["failureTaskId"] = key.task_id
    return result


def failed_tasks(view: ExecutionView) -> tuple[list[str], list[str]]:
    """References and names of the tasks that ended badly; empty until the run has ended."""
    if not view.header.status.is_terminal:
        return [], []
    failed = [task for task in view.tasks if task.status in _FAILED]
    return _distinct(task.wire_ref for task in failed), _distinct(task.name for task in failed)


def _distinct(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(value for value in values if value))
