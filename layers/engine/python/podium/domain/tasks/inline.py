"""INLINE: a script over the task's input (tasks.md 15)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.domain.engines import EngineError, EngineLimitError
from podium.domain.evaluators import run_evaluator
from podium.domain.outcome import Outcome
from podium.domain.status import TaskStatus

if TYPE_CHECKING:
    from podium.domain.engines import ScriptEngine
    from podium.domain.json import JsonMap


def run(task_input: JsonMap, script: ScriptEngine) -> Outcome:
    """``{result}``; what is wrong with the script is terminal, running too long is retriable."""
    evaluator_type = task_input.get("evaluatorType")
    if evaluator_type is None:
        evaluator_type = "javascript"
    expression = task_input.get("expression")
    for name, value in (("evaluatorType", evaluator_type), ("expression", expression)):
        if not isinstance(value, str) or not value.strip():
            return _failed(
                TaskStatus.FAILED_WITH_TERMINAL_ERROR,
                f"Empty '{name}' in Inline task's input parameters. "
                "A non-empty String value must be provided.",
            )
    try:
        result = run_evaluator(str(evaluator_type), str(expression), task_input, script)
    except EngineLimitError as error:
        return _failed(TaskStatus.FAILED, str(error))
    except EngineError as error:
        return _failed(TaskStatus.FAILED_WITH_TERMINAL_ERROR, str(error))
    return Outcome(output={"result": result})


def _failed(status: TaskStatus, message: str) -> Outcome:
    return Outcome(status, {"error": message}, message)
