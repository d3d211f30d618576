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

    from podium.domain.execution import Header, Task


@dataclass(frozen=True, slots=True)
class Remains:
    """What a closed execution left behind: the items of its open entries, by seq."""

    tasks: Mapping[int, Task] = field(default_factory=dict)


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
