"""Fold: consume the end of a task and open what follows from it (protocol.md 3, Fold).

An end counts only when the header still waits for exactly it: entry of the same number and
incarnation, for a child workflow also of the same run generation.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from podium.domain.boundaries import boundary_of, notes, stops
from podium.domain.content import ended, new_task
from podium.domain.draft import Draft, Ending
from podium.domain.execution import Kind, OpenEntry, Task
from podium.domain.graph import Node, Place
from podium.domain.outcome import Outcome, TerminateWorkflowError
from podium.domain.retry import (
    Verdict,
    definition_for,
    verdict,
    workflow_reason,
    workflow_status,
)
from podium.domain.sizes import oversize
from podium.domain.state import node_of
from podium.domain.status import TaskStatus
from podium.domain.task_types import CHOICES, kind_of

if TYPE_CHECKING:
    from podium.domain.state import State


def fold(draft: Draft, end: Task) -> None:
    """Consume ``end`` if the header waits for it; raises MissingError."""
    entry = draft.open.get(end.seq)
    if entry is None or not awaits(entry, end):
        return
    draft.remember(end)
    if entry.closing:
        draft.drop(entry)
    else:
        conclude(draft, entry, draft.node(entry), end)


def awaits(entry: OpenEntry, end: Task) -> bool:
    """``end`` is the end that ``entry`` waits for."""
    if entry.kind is Kind.DUE or entry.inc != end.inc or not end.status.is_terminal:
        return False
    return entry.kind is not Kind.CHILD or entry.generation == end.child_generation


def end_here(draft: Draft, entry: OpenEntry, node: Node, task: Task) -> None:
    """``task`` ended within this decision: it is written with it, then consumed like any end.

    An output over the limit is not kept, and fails the task for good (engine.md 17).
    """
    limit = draft.context.payload_limits.task
    reason = oversize(f"output of task {task.wire_ref}", task.output, limit)
    if reason is not None:
        status = TaskStatus.FAILED_WITH_TERMINAL_ERROR
        task = replace(task, status=status, output={}, reason=reason)
    if not task.status.is_successful and _verdict(draft, node, task) is Verdict.TOLERATE:
        task = replace(task, status=TaskStatus.COMPLETED_WITH_ERRORS)
    draft.end_task(task)
    conclude(draft, entry, node, task)


def conclude(draft: Draft, entry: OpenEntry, node: Node, task: Task) -> None:
    """Close the entry of an ended task and open what follows (engine.md 3, steps 6c and 6d)."""
    if task.status.is_successful:
        _leave(draft, entry, node)
        return
    match _verdict(draft, node, task):
        case Verdict.RETRY:
            draft.drop(entry)
            attempt(draft, entry, node)
        case Verdict.TOLERATE:
            _leave(draft, entry, node)
        case Verdict.POSTPONE:
            if not notes(draft, node, entry, task):
                draft.failed_permissive = (*draft.failed_permissive, task.seq)
            _leave(draft, entry, node)
        case Verdict.END if stops(draft, node, entry, task):
            pass
        case Verdict.END:
            keep_failed(draft, entry)
            reason = workflow_reason(task, draft.state.header.workflow_id)
            draft.end(Ending(workflow_status(task), reason, task.seq))


def refuse(draft: Draft, entry: OpenEntry, error: TerminateWorkflowError) -> bool:
    """Let the task of ``entry``, which cannot be made, fail inside a boundary.

    False when there is none: the workflow fails then. Raises MissingError.
    """
    node = draft.node(entry)
    if boundary_of(draft, node, entry.iteration) is None:
        return False
    if entry.kind is Kind.DUE:
        entry = replace(entry, kind=Kind.FLOW)
    failure = Outcome(TaskStatus.FAILED_WITH_TERMINAL_ERROR, reason=str(error))
    task = ended(new_task(draft.view, entry, node), failure, draft.context.now)
    end_here(draft, entry, node, task)
    return True


def keep_failed(draft: Draft, entry: OpenEntry) -> None:
    """The entry of the task that ended the workflow stays open: a retry starts from it."""
    if entry.kind is Kind.DUE:
        entry = replace(entry, kind=Kind.FLOW)
    draft.put(entry)


def _leave(draft: Draft, entry: OpenEntry, node: Node) -> None:
    """The flow goes on behind ``entry``, unless it did so before the task was taken up again."""
    draft.drop(entry)
    if not entry.detached:
        go_on(draft, node, entry.iteration)


def attempt(draft: Draft, entry: OpenEntry, node: Node, *, by_hand: bool = False) -> None:
    """Open the next attempt of ``entry``'s task; ``by_hand``: an operator asked for it."""
    kind = kind_of(node.type)
    added = draft.add(
        node,
        kind,
        entry.iteration,
        attempt=entry.attempt + 1,
        by_hand=by_hand,
        detached=entry.detached,
    )
    if kind is Kind.DUE:
        # The peer runs these in its next round, without the delay (engine.md 3, step 10).
        draft.due.append(added.seq)


def go_on(draft: Draft, node: Node, iteration: tuple[int, ...]) -> None:
    """Put what follows ``node`` in line for creation (engine.md 4)."""
    following = successor(draft.view, node)
    if following is not None:
        draft.creates.append((following, iteration))


def successor(state: State, node: Node) -> Node | None:
    """The task after ``node``: its sibling, or that of the choice it is the last task of.

    None at the end of the workflow, of a branch (its JOIN exists already) and of a loop's body.
    """
    while True:
        if node.following:
            return node_of(state, node.following)
        if node.place is not Place.CASE:
            return None
        node = node_of(state, node.parent)
        if node.type not in CHOICES:
            return None


def _verdict(draft: Draft, node: Node, task: Task) -> Verdict:
    definition = definition_for(node, task.name, draft.context)
    return verdict(task, node, definition, draft.context.now)
