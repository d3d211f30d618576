"""LAMBDA (legacy): the body of a JavaScript function over the task's input (tasks.md 16)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.domain.engines import EngineError
from podium.domain.outcome import Outcome
from podium.domain.status import TaskStatus

if TYPE_CHECKING:
    from podium.domain.engines import ScriptEngine
    from podium.domain.json import JsonMap


def run(task_input: JsonMap, script: ScriptEngine) -> Outcome:
    """``{result}`` of what the function returns, or FAILED with ``{error}``."""
    body = task_input.get("scriptExpression")
    if not isinstance(body, str) or not body.strip():
        reason = (
            "Empty 'scriptExpression' in Lambda task's input parameters. "
            "A non-empty String value must be provided."
        )
        return Outcome(TaskStatus.FAILED, reason=reason)
    try:
        # The line feed ends a comment in the body's last line.
        result = script.evaluate(f"(function () {{ {body}\n}})()", {"$": task_input})
    except EngineError as error:
        return _failed(str(error))
    return Outcome(output={"result": result})


def _failed(message: str) -> Outcome:
    return Outcome(TaskStatus.FAILED, {"error": message}, message)
