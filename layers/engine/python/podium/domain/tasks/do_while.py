"""DO_WHILE: when it goes on, over what, and what it keeps (tasks.md 9)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from podium.domain.engines import EngineError
from podium.domain.expressions import excerpt
from podium.domain.outcome import Outcome
from podium.domain.status import TaskStatus

if TYPE_CHECKING:
    from podium.domain.definitions import WorkflowTask
    from podium.domain.engines import ScriptEngine
    from podium.domain.json import Json, JsonMap

#: Key of inputParameters that holds the list; ``items`` there is an ordinary parameter.
_ITEMS = "_items"


def condition(
    loop_condition: str | None, document: JsonMap, script: ScriptEngine
) -> bool | Outcome:
    """Whether another iteration follows; an Outcome when the condition cannot be evaluated.

    ``document`` is ``$``: the loop's input, its own output and its children's latest outputs by
    ref. Boolean true and numbers above zero go on; text never does, nor does no condition.
    """
    if loop_condition is None or not loop_condition.strip():
        return False
    try:
        value = script.evaluate(loop_condition, {"$": document})
    except EngineError as error:
        reason = f"Unable to evaluate condition {excerpt(loop_condition)}, exception {error}"
        return Outcome(TaskStatus.FAILED_WITH_TERMINAL_ERROR, {}, reason)
    return isinstance(value, (bool, int, float)) and value > 0


def items(task: WorkflowTask, evaluate: Callable[[Json], Json]) -> list[Json] | None:
    """What the loop goes over, as it is now; None for a loop without a list.

    The list is ``items`` of the task, else ``_items`` of its inputParameters; null is an empty
    list, any other single value a list of one.
    """
    template: Json = task.items
    if not template:
        if _ITEMS not in task.input_parameters:
            return None
        template = task.input_parameters[_ITEMS]
    value = evaluate(template)
    if value is None or value == "":
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def keep_last_n(task_input: JsonMap) -> int:
    """How many iterations are kept; 0 keeps all, and so does what is not a whole number above 0."""
    value = task_input.get("keepLastN")
    if isinstance(value, str) and value.strip().isdecimal():
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return 0
    return max(value, 0)
