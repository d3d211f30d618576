"""SWITCH: choose a case by a script or by an input key (tasks.md 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.domain.choice import Chosen, case_key
from podium.domain.engines import EngineError
from podium.domain.evaluators import UnknownEvaluatorError, run_evaluator
from podium.domain.outcome import Outcome, TerminateWorkflowError
from podium.domain.status import TaskStatus

if TYPE_CHECKING:
    from podium.domain.definitions import WorkflowTask
    from podium.domain.engines import ScriptEngine
    from podium.domain.json import JsonMap


def choose(task: WorkflowTask, task_input: JsonMap, script: ScriptEngine) -> Chosen:
    """The case that ``expression`` names; a failing script ends the SWITCH FAILED.

    Raises TerminateWorkflowError when there is no such evaluator.
    """
    expression = task.expression or ""
    try:
        value = run_evaluator(task.evaluator_type or "", expression, task_input, script)
    except UnknownEvaluatorError as error:
        reason = f"{error} in SWITCH task {task.task_reference_name}"
        raise TerminateWorkflowError(reason) from error
    except EngineError as error:
        return Chosen(Outcome(TaskStatus.FAILED, {}, str(error)))
    case = case_key(value)
    return Chosen(Outcome(output={"evaluationResult": [case], "selectedCase": case}), case)
