"""Retry: what ended badly runs again, what ended well is kept (engine.md 15.4, protocol.md 6).

The entries that are open in the terminal header are the candidates, and the tasks of permissive
failures, whose successors have run already. Everything else that ended badly has been replaced by a
newer attempt, or was optional.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from podium.domain.decision import Decision, Missing, MissingError
from podium.domain.draft import Draft
from podium.domain.operations.reviving import has_retryable, refuse_running, running_again
from podium.domain.operations.taking_up import Revival, resumed, revive
from podium.domain.permissive import permissive_failures
from podium.domain.status import WorkflowStatus
from podium.errors import ConflictError, NotFoundError

if TYPE_CHECKING:
    from podium.domain.decision import Context
    from podium.domain.execution import Header, Task
    from podium.domain.operations.reviving import Remains
    from podium.domain.state import State


def refuse_retry(header: Header) -> None:
    """Raise NotFoundError while it runs (rest-api.md 3.5), ConflictError when there is nothing to do."""
    if not header.status.is_terminal:
        raise NotFoundError(
            f"Workflow {header.workflow_id} is still running.  status={header.status}"
        )
    refuse_running(header, "retry")
    is_lost = header.status is not WorkflowStatus.TIMED_OUT and not has_retryable(header)
    if header.status is WorkflowStatus.COMPLETED or is_lost:
        raise _nothing(header)


def retry(
    state: State, remains: Remains, context: Context, *, resume: bool = False
) -> Decision | Missing:
    """New attempts of what a closed execution left unfinished or failed.

    ``resume``: child workflows that did not complete go on where they were, and the other tasks
    beside them are reset in place. Raises ConflictError when there is nothing to retry.
    """
    header = state.header
    is_sound = not header.failed_permissive and all(map(remains.ended_well, header.open))
    if is_sound and header.status is not WorkflowStatus.TIMED_OUT:
        raise _nothing(header)
    return _retried(state, remains, context, header.generation + 1, resume=resume)


def resume_child(
    state: State, remains: Remains, generation: int, context: Context
) -> Decision | Missing | None:
    """Bring a child to run ``generation``, in which the task above it waits for it (protocol.md 7).

    One that ended badly is retried; one that runs, has completed, or has nothing to retry is told the
    generation only. None when it is there already.
    """
    header = state.header
    if header.generation >= generation:
        return None
    is_bad = header.status.is_terminal and header.status is not WorkflowStatus.COMPLETED
    if is_bad and has_retryable(header):
        return _retried(state, remains, context, generation, resume=True)
    return tell_generation(state, generation, context)


def tell_generation(state: State, generation: int, context: Context) -> Decision | None:
    """The execution counts as being in run ``generation``; None when it has come that far."""
    header = state.header
    if header.generation >= generation:
        return None
    return Decision(
        replace(header, version=header.version + 1, generation=generation, committed_at=context.now)
    )


def _retried(
    state: State, remains: Remains, context: Context, generation: int, *, resume: bool
) -> Decision | Missing:
    header = state.header
    try:
        folded = _permissive_failures(state, context)
    except MissingError as missing:
        return Missing(missing.needs)
    going_on = [
        again
        for entry in header.open
        if resume and not remains.ended_well(entry)
        for again in [resumed(entry, remains)]
        if again is not None
    ]
    base = replace(
        running_again(header, context),
        generation=generation,
        last_retried_at=context.now,
        failed_permissive=(),
    )
    revival = Revival(base, remains, going_on, folded, in_place=bool(going_on))
    return revive(state, revival, context)


def _permissive_failures(state: State, context: Context) -> list[Task]:
    if not state.header.failed_permissive:
        return []
    return permissive_failures(Draft.of(state, context))


def _nothing(header: Header) -> ConflictError:
    return ConflictError(
        f"There are no retryable tasks in workflow {header.workflow_id}, which is {header.status}! "
        "Use restart if you want to attempt entire workflow execution again."
    )
