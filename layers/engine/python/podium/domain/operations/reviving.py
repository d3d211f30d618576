"""What restart, retry and rerun have in common: an ended execution runs again (engine.md 15).

Its run generation grows, so that nothing of an earlier run (an end of a child, a cached memory) is
taken for one of this run. It has been closed before: everything open at its end has an item that
has ended, and no put, claim or cancel of the earlier run is under way (protocol.md 6, (11)).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from podium.domain.decision import Context, Decision, Missing, MissingError
from podium.domain.status import WorkflowStatus
from podium.errors import ConflictError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from collections.abc import Set as AbstractSet

    from podium.domain.execution import Header, OpenEntry, Task


@dataclass(frozen=True, slots=True)
class Remains:
    """What a closed execution left behind, by the seq of its open entries."""

    #: Items; of every entry but those that are DUE.
    tasks: Mapping[int, Task] = field(default_factory=dict)
    #: Headers of the child workflows of SUB_WORKFLOW tasks, as far as there are any.
    children: Mapping[int, Header] = field(default_factory=dict)

    def ended_well(self, entry: OpenEntry) -> bool:
        """The task of ``entry`` succeeded and was never folded."""
        task = self.tasks.get(entry.seq)
        return task is not None and task.status.is_terminal and task.status.is_successful

    def child_to_resume(self, entry: OpenEntry) -> Header | None:
        """The child of a task that did not succeed, if it can go on where it was.

        A stub, and a child that failed although nothing of it is left to retry, cannot.
        """
        child = self.children.get(entry.seq)
        if child is None or not child.definition:
            return None
        is_bad = child.status.is_terminal and child.status is not WorkflowStatus.COMPLETED
        return None if is_bad and not has_retryable(child) else child


def has_retryable(header: Header) -> bool:
    """Something of an ended execution can be retried."""
    return bool(header.open or header.failed_permissive)


def running_again(header: Header, context: Context) -> Header:
    """``header`` in a new run; what is open in it is the caller's to say."""
    return replace(
        header,
        status=WorkflowStatus.RUNNING,
        closed=False,
        generation=header.generation + 1,
        reason="",
        failed_seq=0,
        pulled=0,
        ended_at=0,
        committed_at=context.now,
    )


def refuse_running(header: Header, operation: str) -> None:
    """Raise ConflictError unless the execution has ended, or if it never began."""
    if not header.definition:
        raise ConflictError(
            f"Workflow: {header.workflow_id} is {header.status} and was never started, "
            f"unable to {operation}."
        )
    if not header.status.is_terminal:
        raise ConflictError(
            f"Workflow: {header.workflow_id} is {header.status}, not in terminal state, "
            f"unable to {operation}."
        )


def settled(step: Callable[[], Decision]) -> Decision | Missing:
    """What ``step`` decides, or what it lacks."""
    try:
        return step()
    except MissingError as missing:
        return Missing(missing.needs)


def void_ranges(last_seq: int, kept: AbstractSet[int]) -> tuple[tuple[int, int], ...]:
    """The numbers up to ``last_seq`` but for ``kept``, as ranges (Header.gone)."""
    ranges: list[tuple[int, int]] = []
    begin_at = 1
    for seq in (*sorted(kept), last_seq + 1):
        if begin_at < seq:
            ranges.append((begin_at, seq - 1))
        begin_at = seq + 1
    return tuple(ranges)
