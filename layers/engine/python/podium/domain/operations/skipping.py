"""Skip: a task that does not exist yet is stepped over when its turn comes (engine.md 15.6)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from podium.domain.decision import Decision, Missing, MissingError
from podium.domain.execution import Kind, Task
from podium.domain.status import TaskStatus, WorkflowStatus
from podium.errors import ConflictError, InvalidInputError

if TYPE_CHECKING:
    from podium.domain.decision import Context
    from podium.domain.graph import Node
    from podium.domain.requests import SkipTaskRequest
    from podium.domain.state import State


def skip(state: State, ref: str, request: SkipTaskRequest, context: Context) -> Decision | Missing:
    """A SKIPPED task with the given input and output stands in for the one under ``ref``.

    Raises ConflictError unless the execution is RUNNING, and when the task exists already;
    InvalidInputError for a reference name that the definition does not have, or that cannot be skipped.
    """
    header = state.header
    if header.status is not WorkflowStatus.RUNNING:
        raise ConflictError(
            f"The workflow {header.workflow_id} is {header.status}, "
            f"so the task referenced by {ref} cannot be skipped"
        )
    node = _node(state, ref)
    try:
        exists = state.memory.latest(ref, header) is not None
    except MissingError as missing:
        return Missing(missing.needs)
    if exists or any(state.graph.ref(entry) == ref for entry in header.open):
        raise ConflictError(
            f"The task referenced by {ref} exists already in workflow {header.workflow_id}, "
            f"which is {header.status}: it cannot be skipped"
        )
    seq, now = header.last_seq + 1, context.now
    skipped = Task(
        ref=ref,
        seq=seq,
        node=node.address,
        type=node.task.name,
        name=node.task.name,
        kind=Kind.FLOW,
        status=TaskStatus.SKIPPED,
        input=request.task_input,
        output=request.task_output,
        scheduled_at=now,
        ended_at=now,
    )
    changed = replace(
        header,
        version=header.version + 1,
        last_seq=seq,
        skipped=(*header.skipped, (seq, node.address)),
        committed_at=now,
    )
    return Decision(changed, ended=(skipped,))


def _node(state: State, ref: str) -> Node:
    node = state.graph.by_ref.get(ref)
    if node is None:
        raise InvalidInputError(
            f"The task referenced by {ref} does not exist in the definition {state.header.name} "
            f"of workflow {state.header.workflow_id}"
        )
    if node.loops:
        raise InvalidInputError(
            f"The task referenced by {ref} is inside a loop of workflow "
            f"{state.header.workflow_id}: it cannot be skipped"
        )
    if state.graph.fork_before(node) is not None:
        raise InvalidInputError(
            f"The task referenced by {ref} joins a fork of workflow "
            f"{state.header.workflow_id}: skip the fork instead"
        )
    return node
