"""What SQS-direct workers say of their messages, beside results (protocol.md 9).

Such a worker has its task by the message alone. A message cannot be kept for longer than twelve hours:
a task that takes longer is claimed for its worker, who detaches from the message, and for a task
that is not due yet another one is sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.domain.status import TaskStatus
from podium.errors import InvalidInputError, TransientError

if TYPE_CHECKING:
    from podium.domain.execution import Task
    from podium.domain.ids import TaskKey
    from podium.domain.requests import TaskResult
    from podium.ports.bundle import Ports
    from podium.services.timers import Timers
    from podium.services.updating import Updating


class Reporting:
    """Carries it into task items; ``inc`` and ``epoch`` are those of the message."""

    def __init__(self, ports: Ports, timers: Timers, updating: Updating) -> None:
        """Wire the parts; see ``bootstrap``."""
        self._ports = ports
        self._timers = timers
        self._updating = updating

    def detach(self, result: TaskResult, inc: int | None, epoch: int | None) -> None:
        """The task is claimed for its worker, who deletes the message and keeps the lease from now on.

        What the worker reports afterwards carries the next epoch. A stale one changes nothing. Raises
        TransientError for one that came too early, NotFoundError for one that names no task.
        """
        if inc is None or epoch is None:
            raise InvalidInputError("inc and epoch of the message are required to detach a task")
        key = self._updating.key_of(result)
        task = self._present(key, inc)
        self._timers.arm_short_lease(key, task.lease)
        worker_id, now = result.worker_id or "", self._ports.clock.now()
        # A pause came after the worker had the task.
        self._ports.executions.claim(key, inc, epoch, worker_id, now, even_held=True)

    def postpone(self, result: TaskResult, inc: int | None, epoch: int | None) -> None:
        """The message came before its moment and cannot be hidden any longer: another one is sent.

        The worker deletes its own. Raises as :meth:`detach` does.
        """
        key = self._updating.key_of(result)
        task = self._present(key, inc or 0)
        is_waiting = task.status is TaskStatus.SCHEDULED and (task.inc, task.epoch) == (inc, epoch)
        # One that is held is sent again by the resume.
        if is_waiting and not task.held:
            self._updating.send_again(key, task)

    def _present(self, key: TaskKey, inc: int) -> Task:
        task = self._ports.executions.read_task(key)
        if task is None or task.inc < inc:
            message = f"task {key.task_id} is not there yet"
            raise TransientError(message)
        return task
