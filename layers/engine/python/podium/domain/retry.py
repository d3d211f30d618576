"""What follows from a bad end of a task: a new attempt, tolerance, or the end of the workflow.

Rules of engine.md 6. The delay of an attempt is a function of its predecessor and of the seed of
its jitter, so that an attempt created twice is the same attempt.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from podium.domain.decision import Context, MissingError, NeedTaskDef
from podium.domain.definitions import RetryLogic, TaskDef
from podium.domain.ids import TaskKey
from podium.domain.status import TaskStatus, WorkflowStatus
from podium.domain.task_types import NEVER_RETRIED

if TYPE_CHECKING:
    from podium.domain.execution import Task
    from podium.domain.graph import Node

#: The peer computes delays in 32 bits; what overflows becomes this.
LONGEST_DELAY_SECONDS = 2**31 - 1

_RETRIED = frozenset({TaskStatus.FAILED, TaskStatus.TIMED_OUT})
#: Reasons of ends that the policy TIME_OUT_WF turns into the end of the workflow (engine.md 7.2).
_WORKFLOW_TIMEOUT_BEGINS = ("Task timed out after ", "Task poll timed out after ")
_WORKFLOW_TIMEOUT_ENDS = "Timeout policy configured to TIME_OUT_WF"


class Verdict(Enum):
    """What a bad end leads to."""

    #: A new attempt.
    RETRY = "retry"
    #: Optional: counts as COMPLETED_WITH_ERRORS and the flow goes on.
    TOLERATE = "tolerate"
    #: Permissive: stays bad, the flow goes on, the workflow fails at its natural end.
    POSTPONE = "postpone"
    #: The workflow ends at once.
    END = "end"


def verdict(task: Task, node: Node, definition: TaskDef | None, now: int) -> Verdict:
    """What follows from the bad end of ``task``."""
    if times_out_workflow(task):
        return Verdict.END
    if _has_attempts_left(task, node, definition):
        return Verdict.END if _is_over_budget(task, definition, now) else Verdict.RETRY
    if node.task.optional:
        return Verdict.TOLERATE
    return Verdict.POSTPONE if node.task.permissive else Verdict.END


def workflow_status(task: Task) -> WorkflowStatus:
    """Status of a workflow that the bad end of ``task`` ends."""
    match task.status:
        case TaskStatus.CANCELED:
            return WorkflowStatus.TERMINATED
        case TaskStatus.TIMED_OUT:
            return WorkflowStatus.TIMED_OUT
        case _:
            return WorkflowStatus.FAILED


def workflow_reason(task: Task, workflow_id: str) -> str:
    """reasonForIncompletion of that workflow."""
    if times_out_workflow(task):
        return task.reason
    task_id = TaskKey(workflow_id, task.ref, task.seq).task_id
    status = workflow_status(task)
    return f"Task {task_id} failed with status: {status} and reason: '{told_reason(task)}'"


def told_reason(task: Task) -> str:
    """The reason of a task within another text; the peer's word where there is none."""
    return task.reason or "null"


def times_out_workflow(task: Task) -> bool:
    """A timeout whose policy is TIME_OUT_WF: no retry, not even optional counts.

    The item is all that is left of the clock that ran out, hence the look at its reason.
    """
    return (
        task.status is TaskStatus.TIMED_OUT
        and task.reason.startswith(_WORKFLOW_TIMEOUT_BEGINS)
        and task.reason.endswith(_WORKFLOW_TIMEOUT_ENDS)
    )


def definition_for(node: Node, name: str, context: Context) -> TaskDef | None:
    """TaskDef of a task: the embedded one, for DYNAMIC that of the name it resolved to.

    Raises MissingError when it has to be looked up first.
    """
    embedded = node.task.task_definition
    if embedded is not None or node.type != "DYNAMIC":
        return embedded
    if name not in context.task_defs:
        raise MissingError(NeedTaskDef(name))
    return context.task_defs[name] or TaskDef(name=name)


def delay_seconds(definition: TaskDef | None, attempt: int) -> int:
    """Seconds before the attempt that follows ``attempt`` (0 for the first); jitter not included."""
    if definition is None:
        return 0
    base = definition.retry_delay_seconds
    match definition.retry_logic:
        case RetryLogic.FIXED:
            delay = base
        case RetryLogic.LINEAR_BACKOFF:
            delay = base * definition.backoff_scale_factor * (attempt + 1)
        case RetryLogic.EXPONENTIAL_BACKOFF:
            # More doublings than bits overflow in any case.
            delay = base * 2 ** min(attempt, 32)
    delay = min(delay, LONGEST_DELAY_SECONDS)
    cap = definition.max_retry_delay_seconds
    return min(delay, cap) if cap > 0 else delay


def jitter_ms(definition: TaskDef | None, seed: str, context: Context) -> int:
    """Milliseconds added to the delay: 0 to backoffJitterMs, always the same for a seed."""
    if definition is None or definition.backoff_jitter_ms <= 0:
        return 0
    return int(context.jitter(seed) * (definition.backoff_jitter_ms + 1))


def _has_attempts_left(task: Task, node: Node, definition: TaskDef | None) -> bool:
    if task.status not in _RETRIED or node.type in NEVER_RETRIED:
        return False
    allowed = node.task.retry_count
    if allowed is None:
        allowed = 0 if definition is None else definition.retry_count
    return allowed > task.attempt


def _is_over_budget(task: Task, definition: TaskDef | None, now: int) -> bool:
    if definition is None or definition.total_timeout_seconds <= 0 or not task.first_scheduled_at:
        return False
    return now - task.first_scheduled_at >= definition.total_timeout_seconds * 1000
