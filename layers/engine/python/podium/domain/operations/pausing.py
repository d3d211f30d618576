"""Pause and resume (engine.md 15.2, protocol.md 5)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from podium.domain.decision import Context, Decision
from podium.domain.status import WorkflowStatus
from podium.domain.timeouts import armed
from podium.errors import ConflictError

if TYPE_CHECKING:
    from podium.domain.state import State


def pause(state: State, context: Context, reason: str = "") -> Decision | None:
    """RUNNING to PAUSED: nothing new is handed out or scheduled. None when it is paused already.

    ``reason``: why Podium itself paused it; shown until somebody resumes it.
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
            reason=reason,
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
        reason="",
        last_retried_at=context.now,
        committed_at=context.now,
    )
    timer = armed(replace(state, header=resumed), (), context)
    return Decision(replace(resumed, timer=timer))
