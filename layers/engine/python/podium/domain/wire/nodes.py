"""From a task back to the WorkflowTask it is an attempt of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.domain.definitions import WorkflowTask, walk

if TYPE_CHECKING:
    from podium.domain.definitions import WorkflowDef
    from podium.domain.execution import Task


class Nodes:
    """The WorkflowTasks of one definition by node address (execution.OpenEntry)."""

    def __init__(self, definition: WorkflowDef) -> None:
        """Number the tasks in pre-order, as node addresses do."""
        self._static = tuple(walk(definition.tasks))

    def of(self, task: Task) -> WorkflowTask:
        """The WorkflowTask of ``task``; one made up from the task itself where a branch was forked
        at run time, for which the definition has no node.
        """
        number = int(task.node) if task.node.isdecimal() else len(self._static)
        if number < len(self._static):
            return self._static[number]
        return WorkflowTask(name=task.name, task_reference_name=task.ref, type=task.type)
