"""SET_VARIABLE: put the task's input into the workflow's variables (tasks.md 18)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from podium.domain.outcome import Outcome
from podium.domain.status import TaskStatus

if TYPE_CHECKING:
    from podium.domain.json import Json, JsonMap

#: Bytes of all variables as JSON (engine.md 17).
MAX_VARIABLES = 256 * 1024


def run(task_input: JsonMap, variables: JsonMap) -> tuple[Outcome, dict[str, Json] | None]:
    """The variables after it; None when they would be too large and stay as they are.

    Values replace those before as a whole, null included.
    """
    changed = {**variables, **task_input}
    reason = too_large(changed)
    if reason is not None:
        return Outcome(TaskStatus.FAILED_WITH_TERMINAL_ERROR, {}, reason), None
    return Outcome(), changed


def too_large(variables: JsonMap) -> str | None:
    """Why a workflow cannot keep these variables; None when it can."""
    size = len(json.dumps(variables, ensure_ascii=False, separators=(",", ":")).encode())
    if size <= MAX_VARIABLES:
        return None
    return (
        f"The variables payload size: {size} bytes is greater than "
        f"the permissible limit: {MAX_VARIABLES} bytes"
    )
