"""What the peer demands of a task by its type (models.md 6.4); the messages are its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from podium.domain.events.names import sink_event
from podium.domain.validation.operators import (
    for_each_problems,
    http_poll_problems,
    try_catch_problems,
)
from podium.domain.validation.waits import wait_problems
from podium.errors import InvalidInputError

if TYPE_CHECKING:
    from podium.domain.definitions import WorkflowTask
    from podium.domain.validation.context import ValidationContext

Rule = Callable[["WorkflowTask", "ValidationContext"], Iterator[str]]


def _by_task_alone(rule: Callable[[WorkflowTask], Iterator[str]]) -> Rule:
    return lambda task, _: rule(task)


def _required(field: str, task: WorkflowTask) -> str:
    return f"{field} field is required for taskType: {task.type} taskName: {task.name}"


def _needs_field(field: str, attribute: str) -> Rule:
    def rule(task: WorkflowTask) -> Iterator[str]:
        if getattr(task, attribute) is None:
            yield _required(field, task)

    return _by_task_alone(rule)


def _needs_input(field: str, *keys: str) -> Rule:
    """One of ``keys`` is an input parameter, or the first one is in the template of the TaskDef."""

    def rule(task: WorkflowTask, context: ValidationContext) -> Iterator[str]:
        if any(key in task.input_parameters for key in keys):
            return
        definition = task.task_definition or context.task_def(task.name)
        if definition is None or keys[0] not in definition.input_template:
            yield _required(field, task)

    return rule


def _cases(task: WorkflowTask) -> Iterator[str]:
    if not task.decision_cases:
        yield (
            "decisionCases should have atleast one task for "
            f"taskType: {task.type} taskName: {task.name}"
        )


def _script(script: str, task: WorkflowTask, context: ValidationContext) -> Iterator[str]:
    """Syntax alone: what the script works on is not known before it runs."""
    problem = context.scripts.check(script)
    if problem is not None:
        yield (
            f"Expression is not well formatted: {problem}, "
            f"taskType: {task.type} taskName {task.name}"
        )


def _switch(task: WorkflowTask, context: ValidationContext) -> Iterator[str]:
    if task.evaluator_type is None:
        yield _required("evaluatorType", task)
    elif task.expression is None:
        yield _required("expression", task)
    yield from _cases(task)
    if task.evaluator_type == "javascript" and task.expression is not None:
        yield from _script(task.expression, task, context)


def _decision(task: WorkflowTask, context: ValidationContext) -> Iterator[str]:
    if task.case_value_param is None and task.case_expression is None:
        yield _required("caseValueParam or caseExpression", task)
    yield from _cases(task)
    if task.case_expression is not None:
        yield from _script(task.case_expression, task, context)


def _do_while(task: WorkflowTask) -> Iterator[str]:
    if task.loop_condition is None:
        yield _required("loopCondition", task)
    if not task.loop_over:
        yield _required("loopOver", task)


def _fork_join(task: WorkflowTask) -> Iterator[str]:
    if not task.fork_tasks:
        yield (
            f"forkTasks should have atleast one task for taskType: {task.type} "
            f"taskName: {task.name}"
        )


def _fork_join_dynamic(task: WorkflowTask) -> Iterator[str]:
    if "forkTaskInputs" in task.input_parameters:
        return
    tasks, inputs = task.dynamic_fork_tasks_param, task.dynamic_fork_tasks_input_param_name
    if task.dynamic_fork_join_tasks_param is not None:
        if tasks is not None or inputs is not None:
            yield (
                "dynamicForkJoinTasksParam or combination of dynamicForkTasksInputParamName and "
                f"dynamicForkTasksParam cam be used for taskType: {task.type} taskName: {task.name}"
            )
        return
    if tasks is None:
        yield _required("dynamicForkTasksParam", task)
    if inputs is None:
        yield _required("dynamicForkTasksInputParamName", task)


def _terminate(task: WorkflowTask) -> Iterator[str]:
    if task.optional:
        yield f"terminate task cannot be optional, taskName: {task.name}"
    status = task.input_parameters.get("terminationStatus")
    if status not in ("COMPLETED", "FAILED", "TERMINATED"):
        yield (
            "terminate task must have an terminationStatus parameter and must be set to "
            f"COMPLETED or FAILED, taskName: {task.name}"
        )


def _event(task: WorkflowTask) -> Iterator[str]:
    if task.sink is None:
        yield _required("sink", task)
    elif "${" not in task.sink:
        try:
            sink_event(task.sink, "workflow", task.task_reference_name)
        except InvalidInputError as error:
            yield f"{error}, taskName: {task.name}"


_HTTP = _needs_input(
    "inputParameters.http_request or inputParameters.uri", "http_request", "uri", "method"
)


def _http_poll(task: WorkflowTask, context: ValidationContext) -> Iterator[str]:
    yield from _HTTP(task, context)
    yield from http_poll_problems(task, context)


TYPE_RULES: dict[str, Rule] = {
    "DECISION": _decision,
    "DO_WHILE": _by_task_alone(_do_while),
    "DYNAMIC": _needs_field("dynamicTaskNameParam", "dynamic_task_name_param"),
    "EVENT": _by_task_alone(_event),
    "FOR_EACH": _by_task_alone(for_each_problems),
    "FORK_JOIN": _by_task_alone(_fork_join),
    "FORK_JOIN_DYNAMIC": _by_task_alone(_fork_join_dynamic),
    "HTTP": _HTTP,
    "HTTP_POLL": _http_poll,
    "JSON_JQ_TRANSFORM": _needs_input("inputParameters.queryExpression", "queryExpression"),
    "KAFKA_PUBLISH": _needs_input("inputParameters.kafka_request", "kafka_request"),
    "SUB_WORKFLOW": _needs_field("subWorkflowParam", "sub_workflow_param"),
    "SWITCH": _switch,
    "TERMINATE": _by_task_alone(_terminate),
    "TRY_CATCH": _by_task_alone(try_catch_problems),
    "WAIT": _by_task_alone(lambda task: wait_problems(task.input_parameters)),
}

#: The peer checks no task inside a loop (models.md 6.2). We do where the task could not run at all;
#: the others either fail with a reason at run time or even work (an expression as terminationStatus).
REQUIRED_IN_LOOPS = frozenset(
    {"DO_WHILE", "DYNAMIC", "FOR_EACH", "FORK_JOIN", "HTTP_POLL", "SUB_WORKFLOW", "TRY_CATCH"}
)
