"""Evaluators: how an ``evaluatorType`` reads an ``expression`` (tasks.md 3, 15)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.domain.engines import EngineError
from podium.domain.expressions import excerpt

if TYPE_CHECKING:
    from podium.domain.engines import ScriptEngine
    from podium.domain.json import Json, JsonMap

VALUE_PARAM = "value-param"
#: Both name JavaScript; scripts are sandboxed alike.
SCRIPTS = frozenset({"javascript", "graaljs"})


class UnknownEvaluatorError(EngineError):
    """There is no such evaluator, or (Python) none of that kind here."""


def run_evaluator(
    evaluator_type: str, expression: str, task_input: JsonMap, script: ScriptEngine
) -> Json:
    """Value of ``expression``: a script over ``$``, the task input, or the name of an input key.

    Raises UnknownEvaluatorError, and EngineError when the script fails or is cut off.
    """
    if evaluator_type == VALUE_PARAM:
        return task_input.get(expression)
    if evaluator_type in SCRIPTS:
        return script.evaluate(expression, {"$": task_input})
    raise UnknownEvaluatorError(f"Unknown evaluator '{excerpt(evaluator_type)}'")
