"""Update of the variables from outside (rest-api.md 3.5)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from podium.domain.decision import Context, Decision
from podium.domain.tasks.set_variable import too_large
from podium.errors import ConflictError, PayloadTooLargeError

if TYPE_CHECKING:
    from podium.domain.json import Json, JsonMap
    from podium.domain.state import State


def appended(variables: JsonMap, given: JsonMap) -> JsonMap:
    """``given`` with each list put behind the list that ``variables`` has under its name."""

    def joined(name: str, value: Json) -> Json:
        old = variables.get(name)
        return [*old, *value] if isinstance(old, list) and isinstance(value, list) else value

    return {name: joined(name, value) for name, value in given.items()}


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
    reason = too_large(variables, context.payload_limits.variables)
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
