"""DYNAMIC: the task to run is named by the input (tasks.md 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.domain.expressions import as_text, excerpt
from podium.domain.outcome import TerminateWorkflowError

if TYPE_CHECKING:
    from podium.domain.definitions import WorkflowTask
    from podium.domain.json import JsonMap


def task_name(task: WorkflowTask, task_input: JsonMap) -> str:
    """Name of the task to run; raises TerminateWorkflowError when the input has none."""
    parameter = task.dynamic_task_name_param or ""
    value = task_input.get(parameter)
    name = "" if value is None else as_text(value)
    if not name.strip():
        raise TerminateWorkflowError(
            "Cannot map a dynamic task based on the parameter and input. "
            f"Parameter= {parameter}, input= {excerpt(task_input)}"
        )
    return name
