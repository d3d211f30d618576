"""TRY_CATCH: which failures are caught, and what of a failure is visible (docs/task-types.md)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from podium.domain.status import TaskStatus

if TYPE_CHECKING:
    from podium.domain.definitions import WorkflowTask

#: What is caught unless ``catchOn`` says otherwise. CANCELED is not: somebody wanted the end.
CAUGHT = (TaskStatus.FAILED, TaskStatus.FAILED_WITH_TERMINAL_ERROR, TaskStatus.TIMED_OUT)
CATCHABLE = (*CAUGHT, TaskStatus.CANCELED)


def catches(task: WorkflowTask, status: TaskStatus) -> bool:
    """The catch tasks of ``task`` run after a failure with this status."""
    wanted: Sequence[str] = task.catch_on or [caught.value for caught in CAUGHT]
    return bool(task.catch_tasks) and status.value in wanted


def problems(task: WorkflowTask) -> list[str]:
    """What is wrong with the lists and statuses of a definition."""
    found = []
    if not task.try_tasks:
        found.append("tryTasks field is required")
    if not task.catch_tasks and not task.finally_tasks:
        found.append("catchTasks or finallyTasks field is required")
    known = [status.value for status in CATCHABLE]
    found += [
        f"catchOn: {status} is none of {', '.join(known)}"
        for status in task.catch_on
        if status not in known
    ]
    return found
