"""Conditions of event handlers (engine.md 19.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.domain.engines import EngineError
from podium.domain.evaluators import SCRIPTS, VALUE_PARAM, run_evaluator
from podium.domain.events.payload import expanded

if TYPE_CHECKING:
    from podium.domain.engines import ScriptEngine
    from podium.domain.events.handler import EventHandler
    from podium.domain.json import Json

#: What ``evaluatorType`` may be; none is a plain script, as ``javascript`` is.
EVALUATORS = SCRIPTS | {VALUE_PARAM}


def is_met(handler: EventHandler, payload: Json, script: ScriptEngine) -> bool:
    """The condition gives true, or a number above 0; an empty one always does.

    It sees the payload with inline JSON expanded. Raises EngineError when it fails.
    """
    condition = (handler.condition or "").strip()
    if not condition:
        return True
    value = expanded(payload)
    if handler.evaluator_type == VALUE_PARAM:
        found = run_evaluator(
            VALUE_PARAM, condition, value if isinstance(value, dict) else {}, script
        )
    else:
        found = script.evaluate(condition, {"$": value})
    if isinstance(found, (bool, int, float)):
        return found > 0
    return False


def condition_problem(handler: EventHandler, script: ScriptEngine) -> str | None:
    """Why the condition cannot be used, or None; nothing is run."""
    kind, condition = handler.evaluator_type, (handler.condition or "").strip()
    if kind and kind not in EVALUATORS:
        return f"evaluatorType: {kind} is not one of {', '.join(sorted(EVALUATORS))}"
    if not condition or kind == VALUE_PARAM:
        return None
    try:
        problem = script.check(condition)
    except EngineError as error:
        problem = str(error)
    return None if problem is None else f"condition is not well formatted: {problem}"
