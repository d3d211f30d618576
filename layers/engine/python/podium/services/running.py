"""Run system tasks that do I/O: claim, call, end (tasks.md 14, 20, 21).

A crash after the claim repeats the run when its message comes again: at least once, as for any
worker. The lease is the net below that (protocol.md 8). Between two polls of an HTTP_POLL nobody
waits: the task goes back to its queue with a delay, as a worker's does (protocol.md 3, Re-queue).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from podium.domain.execution import TaskEnd
from podium.domain.ids import TaskKey
from podium.domain.outcome import Outcome
from podium.domain.status import TaskStatus
from podium.domain.tasks import http, http_poll
from podium.errors import PodiumError, TransientError
from podium.ports.outside import HttpError, HttpRequest
from podium.ports.queues import LONGEST_DELAY
from podium.services.timers import seconds_until

if TYPE_CHECKING:
    from podium.domain.execution import Task
    from podium.ports.bundle import Ports
    from podium.ports.queues import TaskMessage
    from podium.services.ending import Ending
    from podium.services.publishing import Publishing
    from podium.services.revealing import Revealing

WORKER_ID = "system"
#: The type that comes back to its queue until its condition holds.
POLLING = "HTTP_POLL"


class Running:
    """The system task worker."""

    def __init__(
        self, ports: Ports, revealing: Revealing, ending: Ending, publishing: Publishing
    ) -> None:
        """Wire the parts; see ``bootstrap``."""
        self._ports = ports
        self._publishing = publishing
        self._revealing = revealing
        self._ending = ending

    def run(self, message: TaskMessage) -> None:
        """Claim and run one task; a stale message does nothing.

        Raises TransientError while the task's item, or its re-queue, is still under way: the
        message has to come again.
        """
        key = TaskKey(message.workflow_id, message.ref, message.seq)
        now = self._ports.clock.now()
        if message.not_before > now:
            self._send(message, message.not_before)
            return
        outcome = self._ports.executions.claim(key, message.inc, message.epoch, WORKER_ID, now)
        task = outcome.task
        if task is None or not (outcome.applied or _has_died(task, message)):
            self._refused(key, message, task)
            return
        result = self._result(message, task)
        if isinstance(result, http_poll.Again):
            self._call_again(key, message, task, result)
            return
        at = self._ports.clock.now()
        end = TaskEnd(result.status, at, result.output, result.reason, WORKER_ID)
        end = self._ending.within_limits(key, end)
        if end.status.is_terminal:
            self._ending.end(key, end, inc=task.inc, epoch=task.epoch)
        else:
            self._ports.executions.update_open(key, end, inc=task.inc)

    def _result(self, message: TaskMessage, task: Task) -> Outcome | http_poll.Again:
        match task.type:
            case "HTTP_POLL":
                return self._poll(task)
            case "EVENT":
                # With its references to secrets as they are: who hears of it might keep the values.
                return self._publishing.publish(message.workflow_id, task)
            case _:
                return self._run(task)

    def _poll(self, task: Task) -> Outcome | http_poll.Again:
        refused = http_poll.refusal(task.input)
        if refused is not None:
            return refused
        called = self._run(task)
        elapsed = self._ports.clock.now() - task.started_at
        polled = http_poll.Polled(task.input, task.output, elapsed, called)
        return http_poll.after(polled, self._ports.engines.script)

    def _call_again(
        self, key: TaskKey, message: TaskMessage, task: Task, again: http_poll.Again
    ) -> None:
        """The message goes first: SCHEDULED without a message would be stuck (21c)."""
        now = self._ports.clock.now()
        update = TaskEnd(
            TaskStatus.IN_PROGRESS,
            now,
            again.output,
            again.reason,
            WORKER_ID,
            callback_after=again.delay,
        )
        update = self._ending.within_limits(key, update)
        if update.status.is_terminal:
            self._ending.end(key, update, inc=task.inc, epoch=task.epoch)
            return
        self._send(replace(message, epoch=task.epoch), now + again.delay * 1000)
        self._ports.executions.requeue(key, update, task.inc, task.epoch)

    def _send(self, message: TaskMessage, ready: int) -> None:
        """To be run at ``ready``; a delay that SQS does not take is gone on with by who receives it."""
        delay = seconds_until(ready, self._ports.clock.now())
        later = replace(message, not_before=ready if delay > LONGEST_DELAY else 0)
        self._ports.system_tasks.send(later, min(delay, LONGEST_DELAY))

    def _run(self, task: Task) -> Outcome:
        """Call with secrets in place, and hide in the result what was handed to the call."""
        if not task.holds_secrets:
            return self._call(task)
        try:
            values = self._revealing.look_up(task)
        except TransientError:
            raise
        except PodiumError as error:
            return Outcome(TaskStatus.FAILED, {}, f"Secrets cannot be looked up: {error}")
        result = self._call(self._revealing.reveal(task, values))
        mask = self._revealing.mask(task, values)
        return Outcome(result.status, mask.map(result.output), mask.text(result.reason))

    def _call(self, task: Task) -> Outcome:
        if task.type == "KAFKA_PUBLISH":
            return self._publishing.produce(task)
        request = http.request(task.input)
        if isinstance(request, Outcome):
            return request
        try:
            response = self._ports.http.call(
                HttpRequest(
                    method=request.method,
                    uri=request.uri,
                    headers=request.headers,
                    body=request.body,
                    connect_timeout=request.connect_timeout,
                    read_timeout=request.read_timeout,
                )
            )
        except HttpError as error:
            reason = f"Failed to invoke HTTP task due to: {error}"
            return Outcome(TaskStatus.FAILED, {"response": str(error)}, reason)
        return http.end(request, response)

    def _refused(self, key: TaskKey, message: TaskMessage, task: Task | None) -> None:
        """The claim table for a queue that Lambda reads: what may still come, comes again."""
        is_older = task is None or task.inc < message.inc
        is_requeued = (
            task is not None
            and task.inc == message.inc
            and task.status is TaskStatus.IN_PROGRESS
            and task.epoch == message.epoch
        )
        if is_requeued or (is_older and self._is_awaited(message)):
            text = f"task {key.task_id} cannot be claimed yet"
            raise TransientError(text)

    def _is_awaited(self, message: TaskMessage) -> bool:
        header = self._ports.executions.read_header(message.workflow_id)
        if header is None or header.status.is_terminal:
            return False
        entry = header.entry(message.seq)
        return entry is not None and entry.inc == message.inc


def _has_died(task: Task, message: TaskMessage) -> bool:
    """This very message claimed the task and is here again: the run before it did not finish.

    An asyncComplete task with an output has been run; somebody else is going to complete it. What
    an HTTP_POLL has for output is what its polls before this one left.
    """
    return (
        task.status is TaskStatus.IN_PROGRESS
        and task.inc == message.inc
        and task.epoch == message.epoch + 1
        and (task.type == POLLING or not task.output)
    )
