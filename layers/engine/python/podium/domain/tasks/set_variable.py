"""SET_VARIABLE: put the task's input into the workflow's variables (tasks.md 18)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.domain.outcome import Outcome
from podium.domain.sizes import excess
from podium.domain.status import TaskStatus

if TYPE_CHECKING:
    from podium.domain.json import Json, JsonMap


def run(
    task_input: JsonMap, variables: JsonMap, limit: int
) -> tuple[Outcome, dict[str, Json] | None]:
    """The variables after it; None when they would exceed ``limit`` bytes and stay as they are.

    Values replace those before as a whole, null included.
    """
    changed = {**variables, **task_input}
    reason = too_large(changed, limit)
    if reason is not None:
        return Outcome(TaskStatus.FAILED_WITH_TERMINAL_ERROR, {}, reason), None
    return Outcome(), changed


def too_large(variables: JsonMap, limit: int) -> str | None:
    """Why a workflow cannot keep these variables, all of them; None when it can."""
    size = excess(variables, limit)
    if not size:
        return None
    return (
        f"The variables payload size: {size} bytes is greater than "
        f"the permissible limit: {limit} bytes"
    )
