"""From a task back to the WorkflowTask it is an attempt of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.domain.definitions import WorkflowTask
from podium.domain.graph import Graph

if TYPE_CHECKING:
    from podium.domain.definitions import WorkflowDef
    from podium.domain.execution import Task


class Nodes:
    """The WorkflowTasks of one definition by node address (execution.OpenEntry)."""

    def __init__(self, definition: WorkflowDef) -> None:
        """Find the address of every task of ``definition``."""
        self._nodes = Graph(definition).nodes

    def of(self, task: Task) -> WorkflowTask:
        """The WorkflowTask of ``task``; one made up from the task itself where a branch was forked
        at run time, for which the definition has no node.
        """
        node = self._nodes.get(task.node)
        return made_up_node(task) if node is None else node.task


def made_up_node(task: Task) -> WorkflowTask:
    """A WorkflowTask that says of ``task`` what the task itself says."""
    return WorkflowTask(name=task.name, task_reference_name=task.ref, type=task.type)
