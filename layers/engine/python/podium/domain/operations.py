"""Operations on an execution as a whole: pause, resume, terminate, time out (engine.md 15, 7.1).

Each is one commit; what it means for tasks, children and messages follows from the header that it
writes (protocol.md 5, 6). A terminal header keeps its open entries: closing ends what is behind
them, and a later retry starts from them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from podium.domain.completion import terminal_decision
from podium.domain.decision import Context, Decision, Missing, MissingError
from podium.domain.draft import Draft, Ending
from podium.domain.status import WorkflowStatus
from podium.domain.tasks.set_variable import too_large
from podium.domain.timeouts import armed, workflow_timeout_reason
from podium.errors import ConflictError, PayloadTooLargeError

if TYPE_CHECKING:
    from podium.domain.json import JsonMap
    from podium.domain.state import State


def pause(state: State, context: Context) -> Decision | None:
    """RUNNING to PAUSED: nothing new is handed out or scheduled. None when it is paused already.

    Raises ConflictError when the execution has ended.
    """
    header = state.header
    if header.status.is_terminal:
        raise ConflictError(
            f"Workflow {header.workflow_id} is {header.status}: it cannot be paused"
        )
    if header.status is WorkflowStatus.PAUSED:
        return None
    return Decision(
        replace(
            header,
            version=header.version + 1,
            status=WorkflowStatus.PAUSED,
            hold=header.hold + 1,
            committed_at=context.now,
        )
    )


def resume(state: State, context: Context) -> Decision:
    """PAUSED to RUNNING; the clock of the workflow timeout begins again.

    Raises ConflictError when the execution is not paused.
    """
    header = state.header
    if header.status is not WorkflowStatus.PAUSED:
        raise ConflictError(
            f"The workflow {header.workflow_id} is not PAUSED so cannot resume. "
            f"Current status is {header.status}"
        )
    resumed = replace(
        header,
        version=header.version + 1,
        status=WorkflowStatus.RUNNING,
        hold=header.hold + 1,
        last_retried_at=context.now,
        committed_at=context.now,
    )
    timer = armed(replace(state, header=resumed), (), context)
    return Decision(replace(resumed, timer=timer))


def terminate(state: State, reason: str, context: Context) -> Decision | Missing | None:
    """To TERMINATED; one that has FAILED or TIMED_OUT becomes TERMINATED, too (engine.md 15.1).

    None when it is TERMINATED already. Raises ConflictError when it is COMPLETED.
    """
    header = state.header
    if header.status is WorkflowStatus.TERMINATED:
        return None
    if header.status is WorkflowStatus.COMPLETED:
        raise ConflictError(f"Cannot terminate a COMPLETED workflow: {header.workflow_id}")
    return _end(state, Ending(WorkflowStatus.TERMINATED, reason), context)


def time_out(state: State, context: Context) -> Decision | Missing | None:
    """RUNNING or PAUSED to TIMED_OUT; None when it has ended already."""
    if state.header.status.is_terminal:
        return None
    reason = workflow_timeout_reason(state, context.now)
    return _end(state, Ending(WorkflowStatus.TIMED_OUT, reason), context)


def update_variables(state: State, given: JsonMap, context: Context) -> Decision | None:
    """Put ``given`` over the variables, as SET_VARIABLE would (rest-api.md 3.5).

    Whatever is created from then on sees them; nothing is evaluated again. None for an empty map.
    Raises ConflictError when the execution has ended, PayloadTooLargeError.
    """
    header = state.header
    if header.status.is_terminal:
        raise ConflictError(
            f"Workflow {header.workflow_id} is {header.status}: its variables cannot be changed"
        )
    if not given:
        return None
    variables = {**state.variables, **given}
    reason = too_large(variables)
    if reason is not None:
        raise PayloadTooLargeError(
            f"{reason} (workflow {header.workflow_id}); keep what is large in a task's output"
        )
    changed = replace(
        header,
        version=header.version + 1,
        variables_version=header.variables_version + 1,
        committed_at=context.now,
    )
    return Decision(changed, variables=variables)


def _end(state: State, ending: Ending, context: Context) -> Decision | Missing:
    try:
        return terminal_decision(Draft.of(state, context), ending)
    except MissingError as missing:
        return Missing(missing.needs)
