"""From a task back to the WorkflowTask it is an attempt of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.domain.decision import MissingError
from podium.domain.definitions import WorkflowTask
from podium.domain.graph import Graph
from podium.domain.showing import state_of
from podium.domain.state import node_of

if TYPE_CHECKING:
    from podium.domain.decision import ExecutionView
    from podium.domain.execution import Task


class Nodes:
    """The WorkflowTasks of one execution by node address (execution.OpenEntry)."""

    def __init__(self, view: ExecutionView) -> None:
        """Find the address of every task of the definition."""
        self._state = state_of(view, Graph(view.definition))

    def of(self, task: Task) -> WorkflowTask:
        """The WorkflowTask of ``task``; one made up from the task itself where the view lacks the
        FORK that made its branch, or the definition altogether.
        """
        try:
            return node_of(self._state, task.node).task
        except (KeyError, MissingError):
            return made_up_node(task)


def made_up_node(task: Task) -> WorkflowTask:
    """A WorkflowTask that says of ``task`` what the task itself says."""
    return WorkflowTask(name=task.name, task_reference_name=task.reference_name, type=task.type)
