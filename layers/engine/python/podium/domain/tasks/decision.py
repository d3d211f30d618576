"""DECISION (legacy): choose a case by a script or by an input key (tasks.md 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.domain.choice import Chosen, case_key
from podium.domain.engines import EngineError
from podium.domain.expressions import excerpt
from podium.domain.outcome import Outcome, TerminateWorkflowError

if TYPE_CHECKING:
    from podium.domain.definitions import WorkflowTask
    from podium.domain.engines import ScriptEngine
    from podium.domain.json import JsonMap


def choose(task: WorkflowTask, task_input: JsonMap, script: ScriptEngine) -> Chosen:
    """The case that ``caseExpression``, else the input key ``caseValueParam``, names.

    Raises TerminateWorkflowError when the script fails: unlike a SWITCH, a DECISION has no retry
    and no optional end for that.
    """
    expression = task.case_expression or ""
    if expression.strip():
        try:
            value = script.evaluate(expression, {"$": task_input})
        except EngineError as error:
            ref = task.task_reference_name
            reason = (
                f"Error while evaluating the script: {excerpt(expression)}: {error} in task {ref}"
            )
            raise TerminateWorkflowError(reason) from error
    else:
        value = task_input.get(task.case_value_param or "")
    case = case_key(value)
    return Chosen(Outcome(output={"caseOutput": [case]}), case)
