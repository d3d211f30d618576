"""Jump: a running execution goes on at another task, wherever it was (docs/api.md).

Everything open ends SKIPPED, with whatever a worker has done so far. What ran before at the task or
behind it is void, what lies between is not created. The task may stand at the top or in a case of a
choice: in a branch or a loop it would have nothing around it to go on in.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from podium.domain.decide import work_out
from podium.domain.draft import Draft
from podium.domain.execution import Given
from podium.domain.graph import Place
from podium.domain.memory import TaskMemory
from podium.domain.operations.reviving import settled, void_ranges
from podium.domain.operations.taking_up import reset
from podium.domain.positions import Position
from podium.domain.state import node_of
from podium.domain.status import TaskStatus, WorkflowStatus
from podium.domain.task_types import kind_of
from podium.errors import ConflictError, InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from podium.domain.decision import Context, Decision, Missing
    from podium.domain.execution import Task
    from podium.domain.graph import Node
    from podium.domain.json import JsonMap
    from podium.domain.state import State

REASON = "Skipped by a jump to {ref}"


def jump(
    state: State,
    ref: str,
    tasks: Sequence[Task],
    task_input: JsonMap | None,
    context: Context,
) -> Decision | Missing:
    """A RUNNING execution goes on at ``ref``; ``tasks`` are all items it has, or is about to have.

    ``task_input`` takes the place of the task's evaluated input. Raises ConflictError unless it is
    RUNNING and has begun, or when more is open than one commit can end; InvalidInputError for a reference name
    that the definition does not have, or that cannot be jumped to.
    """
    header = state.header
    if header.status is not WorkflowStatus.RUNNING:
        raise ConflictError(
            f"The workflow {header.workflow_id} is {header.status}, so it cannot jump to {ref}"
        )
    if header.waits:
        raise ConflictError(
            f"The workflow {header.workflow_id} waits for a slot of its rateLimitConfig and has not "
            f"begun, so it cannot jump to {ref}"
        )
    node = _node(state, ref)
    if len(header.open) > context.max_ended:
        raise ConflictError(
            f"The workflow {header.workflow_id} is {header.status} with {len(header.open)} open "
            f"tasks; a jump can end {context.max_ended} at most"
        )
    memory = TaskMemory()
    memory.remember_all(task for task in tasks if not header.is_gone(task.seq))
    known = replace(state, memory=memory)
    return settled(lambda: _jumped(known, node, tasks, task_input, context))


def _jumped(
    state: State,
    node: Node,
    tasks: Sequence[Task],
    task_input: JsonMap | None,
    context: Context,
) -> Decision:
    header = state.header
    position = Position.of(state, node.address, ())
    present = [task for task in tasks if not header.is_gone(task.seq)]
    kept = {
        task.seq for task in present if task.node != node.address and not position.is_before(task)
    }
    base = replace(
        header,
        open=(),
        gone=void_ranges(header.last_seq, kept),
        skipped=tuple(each for each in header.skipped if each[0] in kept),
        failed_permissive=tuple(seq for seq in header.failed_permissive if seq in kept),
    )
    draft = Draft.of(replace(state, header=base), context)
    found = tuple(
        task
        for task in present
        if header.entry(task.seq) is not None and not task.status.is_terminal
    )
    for task in found:
        draft.end_task(_skipped(task, node.ref, context))
    entry = draft.add(node, kind_of(node.type), ())
    if task_input is not None:
        draft.memory.remember_given(entry.seq, task_input)
    reset(draft, replace(entry, given=task_input is not None), node)
    given = None if task_input is None else Given(entry.seq, task_input)
    return replace(work_out(draft), given=given, found=found)


def _skipped(task: Task, ref: str, context: Context) -> Task:
    now = context.now
    reason = REASON.format(ref=ref)
    ended = replace(task, status=TaskStatus.SKIPPED, reason=reason, ended_at=now, updated_at=now)
    return replace(ended, lease_until=0, held=False)


def _node(state: State, ref: str) -> Node:
    """The static node under ``ref``, if nothing around it would have to be entered first."""
    found = node = state.graph.by_ref.get(ref)
    if found is None:
        raise InvalidInputError(
            f"The task referenced by {ref} does not exist in the definition {state.header.name} "
            f"of workflow {state.header.workflow_id}"
        )
    while node is not None and node.place is Place.CASE:
        node = node_of(state, node.parent)
    if node is None or node.place is not Place.TOP or state.graph.fork_before(found) is not None:
        raise InvalidInputError(
            f"Workflow {state.header.workflow_id} cannot jump to the task referenced by {ref}: "
            "it is part of a fork, a loop or another task that has to run around it"
        )
    return found
