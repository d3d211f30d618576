"""JSON_JQ_TRANSFORM: a jq program over the task's input (tasks.md 17)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.domain.engines import EngineError
from podium.domain.outcome import Outcome
from podium.domain.status import TaskStatus

if TYPE_CHECKING:
    from podium.domain.engines import JqEngine
    from podium.domain.json import JsonMap


def run(task_input: JsonMap, jq: JqEngine) -> Outcome:
    """``{result, resultList}``: the first value and all values; the document is the whole input."""
    program = task_input.get("queryExpression")
    if not isinstance(program, str) or not program.strip():
        return _failed("Missing 'queryExpression' in input parameters")
    try:
        values = jq.transform(program, task_input)
    except EngineError as error:
        return _failed(str(error))
    return Outcome(output={"result": values[0] if values else None, "resultList": values})


def _failed(message: str) -> Outcome:
    return Outcome(TaskStatus.FAILED, {"error": message}, message)
