"""Clocks of tasks and workflows: when they run out, and what that means (engine.md 7, protocol.md 8).

A clock that runs out ends the task item; it is never decided in the header. The header's timer is
no later than any clock of an open task: a bound is taken when the task is created, and a later
claim only moves its clocks out.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from podium.domain.decision import Missing, MissingError
from podium.domain.definitions import TimeoutPolicy, WorkflowTimeoutPolicy
from podium.domain.execution import Kind, Task, TaskEnd
from podium.domain.ids import TaskKey
from podium.domain.retry import definition_for
from podium.domain.state import node_of
from podium.domain.status import TaskStatus
from podium.domain.task_types import HANDED_OVER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from podium.domain.decision import Context
    from podium.domain.definitions import TaskDef
    from podium.domain.graph import Node
    from podium.domain.state import State

#: A task nobody has claimed yet is looked at no sooner than this.
UNCLAIMED_MS = 60_000
#: Queues keep messages for 14 days; one that still waits is sent again before.
RESEND_MS = 12 * 24 * 3_600_000
#: Kinds whose claim takes a lease.
_LEASED = frozenset({Kind.WORKER, Kind.SYSTEM})


class Deadline(StrEnum):
    """What a moment is to whoever waits for it."""

    WAIT = "WAIT"
    START_DELAY = "START_DELAY"
    RETRY_DELAY = "RETRY_DELAY"
    CALLBACK = "CALLBACK"
    POLL_TIMEOUT = "POLL_TIMEOUT"
    RESPONSE_TIMEOUT = "RESPONSE_TIMEOUT"
    TIMEOUT = "TIMEOUT"
    TOTAL_TIMEOUT = "TOTAL_TIMEOUT"
    WORKFLOW_TIMEOUT = "WORKFLOW_TIMEOUT"


@dataclass(frozen=True, slots=True)
class _Clock:
    """One clock of one open task: the moment it runs out and what it then ends the task with."""

    name: Deadline
    at: int
    status: TaskStatus
    reason: str = ""


def due_ends(
    state: State, open_tasks: Sequence[Task], now: int, context: Context
) -> tuple[tuple[Task, TaskEnd], ...] | Missing:
    """Ends of those of ``open_tasks`` (items as just read) of which a clock has run out by ``now``."""
    try:
        found = [(task, _due(_Watch.of(state, task, now, context))) for task in open_tasks]
    except MissingError as missing:
        return Missing(missing.needs)
    return tuple((task, end) for task, end in found if end is not None)


def next_timer(
    state: State, open_tasks: Sequence[Task], now: int, context: Context
) -> int | Missing:
    """Earliest moment at which something of the execution may be due; 0 when nothing can."""
    try:
        bounds = [*_bounds(state, open_tasks, now, context), *_workflow_bounds(state)]
    except MissingError as missing:
        return Missing(missing.needs)
    return min(bounds, default=0)


def running_clocks(
    state: State, task: Task, now: int, context: Context
) -> tuple[tuple[Deadline, int], ...]:
    """The clocks of an open task that run, each with its moment (epoch ms). Raises MissingError."""
    return tuple((clock.name, clock.at) for clock in _Watch.of(state, task, now, context).clocks())


def workflow_deadline(state: State) -> int:
    """When the workflow's own timeout ends it (epoch ms); 0 when nothing does."""
    return min(_workflow_bounds(state), default=0)


def workflow_is_due(state: State, now: int) -> bool:
    """The workflow's own timeout has run out and its policy ends it."""
    return any(bound <= now for bound in _workflow_bounds(state))


def workflow_timeout_reason(state: State, now: int) -> str:
    """reasonForIncompletion of a workflow that timed out (engine.md 7.2)."""
    definition = state.graph.definition
    elapsed = (now - _clock_start(state)) // 1000
    return (
        f"Workflow timed out after {elapsed} seconds. "
        f"Timeout configured as {definition.timeout_seconds} seconds. "
        f"Timeout policy configured to {definition.timeout_policy}"
    )


def armed(state: State, created: Iterable[Task], context: Context) -> int:
    """Timer of a header that opens ``created`` now: never later than the one armed before.

    Raises MissingError.
    """
    bounds = [*_bounds(state, created, context.now, context), *_workflow_bounds(state)]
    if state.header.timer:
        bounds.append(state.header.timer)
    return min(bounds, default=0)


def _bounds(state: State, tasks: Iterable[Task], now: int, context: Context) -> Iterator[int]:
    """For each clock that runs, or may begin to run, a moment no later than its end."""
    for task in tasks:
        watch = _Watch.of(state, task, now, context)
        yield from (clock.at for clock in watch.clocks())
        yield from watch.unstarted()


def _due(watch: _Watch) -> TaskEnd | None:
    for clock in watch.clocks():
        if clock.at <= watch.now:
            return TaskEnd(
                clock.status,
                watch.now,
                reason=clock.reason,
                callback_after=watch.task.callback_after,
            )
    return None


@dataclass(frozen=True, slots=True)
class _Watch:
    """One open task, looked at at one moment."""

    state: State
    task: Task
    node: Node
    definition: TaskDef | None
    now: int

    @classmethod
    def of(cls, state: State, task: Task, now: int, context: Context) -> _Watch:
        """Raises MissingError when the task's definition is not known."""
        node = node_of(state, task.node)
        return cls(state, task, node, definition_for(node, task.name, context), now)

    def clocks(self) -> Iterator[_Clock]:
        """Clocks that run, in the order in which they are looked at (engine.md 7.2)."""
        task = self.task
        if task.status.is_terminal:
            return
        if task.wait_until:
            yield _Clock(Deadline.WAIT, task.wait_until, TaskStatus.COMPLETED)
        if self.definition is not None:
            yield from self._defined(self.definition)
        is_claimed = task.status is TaskStatus.IN_PROGRESS and task.lease_until > 0
        if is_claimed and not is_handed_over(task, self.node):
            yield _response_timeout(self.state, task)

    def unstarted(self) -> Iterator[int]:
        """Bounds of the clocks that the claim, or the launch of a child, will start."""
        task, definition = self.task, self.definition
        if task.status is not TaskStatus.SCHEDULED:
            return
        ready, is_leased = max(self.now, ready_at(task)), task.kind in _LEASED
        if is_leased:
            sent = sent_at(task) + RESEND_MS
            yield sent if sent > self.now else self.now + RESEND_MS
        elif task.start_delay_ms:
            # The launch of the child is due then.
            yield ready
        if task.lease:
            yield ready + max(task.lease, UNCLAIMED_MS)
        if definition is not None and definition.timeout_seconds > 0 and not task.started_at:
            yield ready + max(definition.timeout_seconds * 1000, UNCLAIMED_MS * is_leased)

    def _defined(self, definition: TaskDef) -> Iterator[_Clock]:
        task, policy, now = self.task, definition.timeout_policy, self.now
        if policy is TimeoutPolicy.ALERT_ONLY:
            return
        if definition.total_timeout_seconds > 0 and task.first_scheduled_at:
            total = definition.total_timeout_seconds
            yield _timeout(Deadline.TOTAL_TIMEOUT, task.first_scheduled_at, total, policy, now)
        if definition.timeout_seconds > 0 and task.started_at:
            seconds = definition.timeout_seconds
            yield _timeout(Deadline.TIMEOUT, task.started_at, seconds, policy, now)
        if definition.poll_timeout_seconds and task.status is TaskStatus.SCHEDULED:
            yield _poll_timeout(task, definition.poll_timeout_seconds, policy, now)


def _timeout(name: Deadline, begin: int, seconds: int, policy: TimeoutPolicy, now: int) -> _Clock:
    reason = (
        f"Task timed out after {(now - begin) // 1000} seconds. "
        f"Timeout configured as {seconds} seconds. Timeout policy configured to {policy}"
    )
    return _Clock(name, begin + seconds * 1000, TaskStatus.TIMED_OUT, reason)


def _poll_timeout(task: Task, seconds: int, policy: TimeoutPolicy, now: int) -> _Clock:
    """The clock begins when the task is first ready; a callback asked for later moves it out."""
    begin = task.scheduled_at + task.start_delay_ms
    callback = task.callback_after * 1000 if task.epoch else 0
    reason = (
        f"Task poll timed out after {(now - begin) // 1000} seconds. "
        f"Poll timeout configured as {seconds} seconds. Timeout policy configured to {policy}"
    )
    at = begin + callback + seconds * 1000
    return _Clock(Deadline.POLL_TIMEOUT, at, TaskStatus.TIMED_OUT, reason)


def _response_timeout(state: State, task: Task) -> _Clock:
    task_id = TaskKey(state.header.workflow_id, task.ref, task.seq).task_id
    reason = (
        f"responseTimeout: {task.lease // 1000} exceeded for the taskId: {task_id} "
        f"with Task Definition: {task.name}"
    )
    # Our own function died or was cut off: that is a failure of the task, not of a worker.
    status = TaskStatus.FAILED if task.kind is Kind.SYSTEM else TaskStatus.TIMED_OUT
    return _Clock(Deadline.RESPONSE_TIMEOUT, task.lease_until, status, reason)


def is_handed_over(task: Task, node: Node) -> bool:
    """An asyncComplete task whose work is done: somebody outside completes it, in their own time."""
    return task.type in HANDED_OVER and node.task.async_complete and bool(task.output)


def sent_at(task: Task) -> int:
    """Moment (ms) at which the message of a waiting task was sent, which may be long before its hand-out."""
    return task.updated_at if task.epoch else task.scheduled_at


def ready_at(task: Task) -> int:
    """Moment of the next hand-out: the start delay at first, the callback once re-queued."""
    if task.epoch:
        return task.updated_at + task.callback_after * 1000
    return task.scheduled_at + task.start_delay_ms


def _workflow_bounds(state: State) -> list[int]:
    definition = state.graph.definition
    if definition.timeout_seconds <= 0:
        return []
    if definition.timeout_policy is not WorkflowTimeoutPolicy.TIME_OUT_WF:
        return []
    return [_clock_start(state) + definition.timeout_seconds * 1000]


def _clock_start(state: State) -> int:
    header = state.header
    return max(header.last_retried_at, header.rerun_at) or header.created_at
