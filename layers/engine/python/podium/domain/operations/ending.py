"""Terminate, and the workflow's own timeout (engine.md 15.1, 7.1).

A terminal header keeps its open entries: closing ends what is behind them, and a later retry starts
from them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.domain.completion import terminal_decision
from podium.domain.decision import Context, Decision, Missing, MissingError
from podium.domain.draft import Draft, Ending
from podium.domain.status import WorkflowStatus
from podium.domain.timeouts import workflow_timeout_reason
from podium.errors import ConflictError

if TYPE_CHECKING:
    from podium.domain.state import State


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


def _end(state: State, ending: Ending, context: Context) -> Decision | Missing:
    try:
        return terminal_decision(Draft.of(state, context), ending)
    except MissingError as missing:
        return Missing(missing.needs)
