"""Signals: complete the WAIT at which an execution has come to a stop (engine.md 9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.errors import LostRaceError

if TYPE_CHECKING:
    from podium.domain.execution import Task
    from podium.domain.json import JsonMap
    from podium.domain.status import TaskStatus
    from podium.services.open_tasks import OpenTasks
    from podium.services.updating import Updating

#: Targets that somebody else ended first before the caller is told to come again.
MAX_RACES = 25


class Signaling:
    """Finds the task a signal is for, and updates it."""

    def __init__(self, open_tasks: OpenTasks, updating: Updating) -> None:
        """Wire the parts; see ``bootstrap``."""
        self._open_tasks = open_tasks
        self._updating = updating

    def signal(self, workflow_id: str, status: TaskStatus, output: JsonMap) -> Task | None:
        """Give the first open WAIT of the tree this status, its output merged; None: there is none.

        Two signals never end the same task: of a task that somebody else ended first the signal
        goes on to the next one. Raises NotFoundError for an unknown workflow.
        """
        for _ in range(MAX_RACES):
            found = self._open_tasks.signalled(workflow_id)
            if found is None:
                return None
            outcome = self._updating.merge(found, status, output)
            if outcome.applied:
                return outcome.task
        message = f"workflow {workflow_id} is too busy; try again"
        raise LostRaceError(message)
