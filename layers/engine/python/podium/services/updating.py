"""Task updates: what workers and clients report (engine.md 9, protocol.md 3 End and Re-queue)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from podium.domain.changes import TaskChange
from podium.domain.execution import Kind, TaskEnd
from podium.domain.ids import TaskKey, parse_task_id
from podium.domain.status import TaskStatus
from podium.errors import (
    InvalidInputError,
    LostRaceError,
    NotFoundError,
    PayloadTooLargeError,
    TransientError,
)
from podium.ports.executions import LogLine, Outcome
from podium.services.ending import without_output
from podium.services.external_storage import ExternalStorage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from podium.domain.execution import Task
    from podium.domain.json import JsonMap
    from podium.domain.requests import TaskResult
    from podium.ports.bundle import Ports
    from podium.services.creating import Creating
    from podium.services.ending import Ending
    from podium.services.following import Following
    from podium.services.limiting import Limiting
    from podium.services.open_tasks import OpenTask, OpenTasks
    from podium.services.revealing import Revealing
    from podium.services.states import States

MAX_RACES = 10


class Updating:
    """Carries results into task items."""

    def __init__(
        self,
        ports: Ports,
        states: States,
        creating: Creating,
        following: Following,
        open_tasks: OpenTasks,
        limiting: Limiting,
        revealing: Revealing,
        ending: Ending,
    ) -> None:
        """Wire the parts; see ``bootstrap``."""
        self._ports = ports
        self._states = states
        self._creating = creating
        self._following = following
        self._open_tasks = open_tasks
        self._limiting = limiting
        self._revealing = revealing
        self._ending = ending
        self._external = ExternalStorage(ports)

    def update(
        self, result: TaskResult, *, inc: int | None = None, epoch: int | None = None
    ) -> Task:
        """Apply a worker's result and return the task as it then is.

        A task that has ended already stays as it is: that is no error. ``inc`` and ``epoch`` come
        from SQS-direct workers, whose message carried them; of their task TransientError is raised
        when it has not come as far as the worker has. Raises NotFoundError.
        """
        key = self.key_of(result)
        if result.extend_lease:
            return self._extend_lease(key, inc, epoch)
        if result.status is None:
            message = f"the result of task {result.task_id} has no status"
            raise InvalidInputError(message)
        self._keep_logs(key, result)
        update = TaskEnd(
            status=result.status,
            at=self._now(),
            output=result.output_data,
            reason=result.reason,
            worker_id=result.worker_id or "",
            callback_after=result.callback_after_seconds,
            is_unmasked=True,
        )
        path = (result.external_output_payload_storage_path or "").strip()
        if path:
            update = self._with_output(update, path, result.task_id, can_ask=inc is None)
        return self._existing(key, self._apply(key, update, inc, epoch).task)

    def _with_output(self, update: TaskEnd, path: str, task_id: str, *, can_ask: bool) -> TaskEnd:
        """``update`` with the output that lies at ``path``, under what it brings itself.

        One over the limit ends the task. So does one that cannot be read, when there is nobody to
        tell (``can_ask``): a result in a queue gets no answer. Otherwise InvalidInputError.
        """
        try:
            stored = self._external.task_output(path, task_id)
        except PayloadTooLargeError as error:
            return without_output(update, str(error))
        except InvalidInputError as error:
            if can_ask:
                raise
            return without_output(update, str(error))
        if update.output:
            return replace(update, output={**stored, **update.output})
        return replace(update, output=stored, external_output_path=path)

    def update_by_ref(
        self, workflow_id: str, ref: str, status: TaskStatus, output: JsonMap, worker_id: str
    ) -> Task | None:
        """End or update the open task with this reference name; its output is merged, not replaced.

        In loops the base name finds the open iteration. None when no such task is open. Raises
        NotFoundError for an unknown workflow.
        """
        found = self._open_tasks.named(workflow_id, ref)
        if found is None:
            return None
        return self.merge(found, status, output, worker_id).task

    def open_task(self, workflow_id: str, ref: str) -> OpenTask:
        """The open task with this reference name; raises NotFoundError when there is none."""
        found = self._open_tasks.named(workflow_id, ref)
        if found is None:
            message = f"Found no running task {ref} in workflow {workflow_id}"
            raise NotFoundError(message)
        return found

    def merge(
        self, found: OpenTask, status: TaskStatus, output: JsonMap, worker_id: str = ""
    ) -> Outcome:
        """End or update an open task, its output laid over what it has; the rest of it stays.

        Not applied: somebody else has ended it first.
        """
        key, task = found
        update = TaskEnd(
            status,
            self._now(),
            output={**task.output, **output},
            reason=task.reason,
            worker_id=worker_id,
            callback_after=task.callback_after,
        )
        return self._apply(key, self._revealing.masked(task, update), task.inc, None)

    def apply(self, found: OpenTask, update: TaskEnd) -> Outcome:
        """End or update an open task as ``update`` says; for one that was handed to nobody."""
        key, task = found
        return self._apply(key, update, task.inc, None)

    def end_of_dead_letter(self, key: TaskKey, inc: int, epoch: int, reason: str) -> None:
        """A message nobody could settle ends its task FAILED (protocol.md 9).

        Raises TransientError while the task is still to be put.
        """
        end = TaskEnd(TaskStatus.FAILED, self._now(), reason=reason)
        outcome = self._ports.executions.end(key, end, inc=inc, epoch=epoch)
        is_gone = (
            outcome.task is None and self._ports.executions.read_header(key.workflow_id) is None
        )
        if not is_gone:
            _refuse_early(key, outcome, inc, epoch)

    def append_logs(self, task_id: str, lines: Sequence[str]) -> None:
        """Add lines to a task's log; the task need not exist (rest-api.md 5)."""
        now = self._now()
        self._log(parse_task_id(task_id), [LogLine(line, task_id, now) for line in lines])

    def _apply(self, key: TaskKey, update: TaskEnd, inc: int | None, epoch: int | None) -> Outcome:
        update = self._ending.within_limits(key, update)
        if not update.status.is_terminal:
            return self._report_progress(key, update, inc, epoch)
        outcome = self._ending.end(key, update, inc=inc, epoch=epoch)
        if update.is_unmasked and _was_handed_secrets(outcome):
            masked = self._revealing.masked(self._existing(key, outcome.task), update)
            outcome = self._ending.end(key, masked, inc=inc, epoch=epoch)
        _refuse_early(key, outcome, inc, epoch)
        if outcome.applied:
            task = self._existing(key, outcome.task)
            self._following.follow([TaskChange(key.workflow_id, task)])
        return outcome

    def _report_progress(
        self, key: TaskKey, update: TaskEnd, inc: int | None, epoch: int | None
    ) -> Outcome:
        """IN_PROGRESS: a worker task goes back to its queue, a system task stays where it is."""
        for _ in range(MAX_RACES):
            found = self._ports.executions.read_task(key)
            _refuse_early(key, Outcome(applied=False, task=found), inc, epoch)
            task = self._existing(key, found)
            if task.status.is_terminal or inc not in {None, task.inc}:
                return Outcome(applied=False, task=task)
            update = self._revealing.masked(task, update)
            if task.kind is not Kind.WORKER:
                outcome = self._ports.executions.update_open(key, update, inc=task.inc)
                if outcome.applied:
                    return outcome
                continue
            if inc is not None and epoch is not None:
                held = self._handed_out(key, task, update.worker_id, (inc, epoch))
                if held is None:
                    return Outcome(applied=False, task=task)
                task = held
            outcome = self._requeue(key, task, update)
            if outcome.applied:
                return outcome
        message = f"task {key.task_id} is too busy; try again"
        raise LostRaceError(message)

    def _requeue(self, key: TaskKey, task: Task, update: TaskEnd) -> Outcome:
        """The message goes first: SCHEDULED without a message would be stuck (21c).

        A task that nobody claimed still has its message.
        """
        if task.status is TaskStatus.IN_PROGRESS:
            self.send_again(key, task, update.at + update.callback_after * 1000)
        outcome = self._ports.executions.requeue(key, update, task.inc, task.epoch)
        self._free_slot(key, task)
        return outcome

    def _free_slot(self, key: TaskKey, task: Task) -> None:
        """A re-queued task is not out, but at a gate, which it has passed, it keeps its slot.

        Whether the re-queue was this one or an earlier try of it: that hand-out is over.
        """
        if task.limit is not None and not task.limit.at_gate:
            self._limiting.release(key.workflow_id, task)

    def send_again(self, key: TaskKey, task: Task, ready: int | None = None) -> None:
        """Send the message that hands out the task at its present epoch, to be handed out at ``ready``.

        Raises NotFoundError.
        """
        state = self._states.recent(key.workflow_id) or self._states.fresh(key.workflow_id)
        if state is None:
            raise NotFoundError(_no_task(key.task_id))
        self._creating.send_again(state, task, ready=ready)

    def _handed_out(
        self, key: TaskKey, task: Task, worker_id: str, hand_out: tuple[int, int]
    ) -> Task | None:
        """The task in the hands of the SQS-direct worker that reports it; None: it is there no more.

        Such a worker has not claimed its task: that is done now, on its behalf, since it will delete
        the message it has it by. An earlier try of its report may have got as far as that.
        """
        inc, epoch = hand_out
        if (task.inc, task.epoch) == hand_out and task.status is TaskStatus.SCHEDULED:
            outcome = self._ports.executions.claim(
                key, inc, epoch, worker_id, self._now(), even_held=True
            )
            if outcome.applied or outcome.task is None:
                return outcome.task
            task = outcome.task
        if task.inc != inc or task.status is not TaskStatus.IN_PROGRESS:
            return None
        is_ours = task.epoch == epoch + 1 and task.worker_id == worker_id
        return task if task.epoch == epoch or is_ours else None

    def _keep_logs(self, key: TaskKey, result: TaskResult) -> None:
        lines = [
            LogLine(line.log or "", key.task_id, line.created_time or self._now())
            for line in result.stored_logs
        ]
        self._log(key, lines)

    def _log(self, key: TaskKey | None, lines: Sequence[LogLine]) -> None:
        """Keep ``lines`` without the secrets that the task was handed."""
        if not lines:
            return
        task = None if key is None else self._ports.executions.read_task(key)
        if task is not None and task.holds_secrets:
            mask = self._revealing.mask_of_report(task)
            lines = [replace(line, log=mask.text(line.log)) for line in lines]
        self._ports.executions.append_logs(lines)

    def _extend_lease(self, key: TaskKey, inc: int | None, epoch: int | None) -> Task:
        outcome = self._ports.executions.extend_lease(key, self._now(), inc=inc, epoch=epoch)
        _refuse_early(key, outcome, inc, epoch)
        return self._existing(key, outcome.task)

    def key_of(self, result: TaskResult) -> TaskKey:
        """Key of the task a result is about; raises NotFoundError for an id that was not made by us."""
        key = parse_task_id(result.task_id)
        if key is None or key.workflow_id != result.workflow_instance_id:
            raise NotFoundError(_no_task(result.task_id))
        return key

    def _existing(self, key: TaskKey, task: Task | None) -> Task:
        if task is None:
            raise NotFoundError(_no_task(key.task_id))
        return task

    def _now(self) -> int:
        return self._ports.clock.now()


def _refuse_early(key: TaskKey, outcome: Outcome, inc: int | None, epoch: int | None) -> None:
    """What an SQS-direct worker reports may overtake what put its task where the worker is.

    Its item may still have to be put, or to be handed out (``services/reporting.py``); then the
    report has to come again.
    """
    task = outcome.task
    if outcome.applied or inc is None:
        return
    if task is None or (task.inc, task.epoch) < (inc, epoch or 0):
        if task is not None and task.status.is_terminal and task.inc == inc:
            return
        message = f"task {key.task_id} is not there yet"
        raise TransientError(message)


def _was_handed_secrets(outcome: Outcome) -> bool:
    """Refused by an open task, whose secrets the update may hold."""
    task = outcome.task
    return (
        not outcome.applied
        and task is not None
        and task.holds_secrets
        and not task.status.is_terminal
    )


def _no_task(task_id: str) -> str:
    return f"No such task found by id: {task_id}"
