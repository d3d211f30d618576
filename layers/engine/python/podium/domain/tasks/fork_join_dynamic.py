"""FORK_JOIN_DYNAMIC: the branches that the input describes, in three forms (tasks.md 6).

A branch is one task. Its input stands in its inputParameters, where expressions in it are evaluated
like those of any other task.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from podium.domain.definitions import SubWorkflowParams, WorkflowTask
from podium.domain.expressions import as_text, excerpt
from podium.domain.outcome import TerminateWorkflowError
from podium.domain.task_types import SYSTEM_TYPES
from podium.errors import InvalidInputError

if TYPE_CHECKING:
    from podium.domain.json import Json, JsonMap

_INPUTS = "forkTaskInputs"


def branches(
    fork: WorkflowTask, task_input: JsonMap, *, is_first: bool = True
) -> list[WorkflowTask]:
    """The branches in the order of the input.

    ``is_first`` is False when another dynamic fork of this execution came before: the refs that are
    made up from names then begin with the fork's own. Raises TerminateWorkflowError for an input
    that describes no branches, and for a reference name that comes twice.
    """
    if isinstance(task_input.get(_INPUTS), (list, tuple)):
        made = list(_one_for_each(fork, task_input, is_first=is_first))
    elif fork.dynamic_fork_tasks_param:
        made = list(_listed(fork, task_input))
    elif fork.dynamic_fork_join_tasks_param:
        made = list(_legacy(fork, task_input))
    else:
        raise TerminateWorkflowError(
            f"The dynamic fork {fork.task_reference_name} has neither a list {_INPUTS} "
            "nor a parameter that names its branches"
        )
    _refuse_twins(fork, made)
    return made


def _one_for_each(
    fork: WorkflowTask, task_input: JsonMap, *, is_first: bool
) -> Iterator[WorkflowTask]:
    """Form 1: the same task, or the same workflow, for each element of ``forkTaskInputs``."""
    elements = task_input[_INPUTS]
    task_type = _text(task_input, "forkTaskType")
    name = _text(task_input, "forkTaskName")
    if not name:
        is_system = task_type in SYSTEM_TYPES
        name = task_type if task_type and is_system else fork.task_reference_name
    prefix = f"_{name}_" if is_first else f"_{fork.task_reference_name}_{name}_"
    workflow = _text(task_input, "forkTaskWorkflow")
    version = _version(task_input.get("forkTaskWorkflowVersion"))
    for index, element in enumerate(elements if isinstance(elements, (list, tuple)) else ()):
        fields = element if isinstance(element, Mapping) else {"input": element}
        if workflow:
            branch = _of_workflow(workflow, version, fields)
        else:
            branch = replace(_configured(fields), name=name, type=task_type or "SIMPLE")
        yield replace(
            branch,
            task_reference_name=f"{prefix}{index}",
            input_parameters={**fields, "__index": index},
            optional=fork.optional,
        )


def _of_workflow(name: str, version: int | None, fields: JsonMap) -> WorkflowTask:
    domains = fields.get("taskToDomain")
    return WorkflowTask(
        name=name,
        type="SUB_WORKFLOW",
        sub_workflow_param=SubWorkflowParams(
            name=name,
            version=version,
            task_to_domain=(
                {key: as_text(value) for key, value in domains.items()}
                if isinstance(domains, Mapping)
                else None
            ),
        ),
    )


def _configured(fields: JsonMap) -> WorkflowTask:
    """An element may hold settings of its task beside the input, if it can be read as one."""
    try:
        return replace(WorkflowTask.from_json(fields), extra={})
    except InvalidInputError:
        return WorkflowTask()


def _listed(fork: WorkflowTask, task_input: JsonMap) -> Iterator[WorkflowTask]:
    """Form 2: a list of task definitions, and a map from refs to inputs."""
    parameter = fork.dynamic_fork_tasks_param or ""
    value = task_input.get(parameter)
    if not isinstance(value, (list, tuple)):
        raise _not_a_list(parameter, value)
    inputs = task_input.get(fork.dynamic_fork_tasks_input_param_name or "")
    if not isinstance(inputs, Mapping):
        raise TerminateWorkflowError(
            "Input to the dynamically forked tasks is not a map -> expecting a map of K,V "
            f" but found {excerpt(inputs)}"
        )
    for element in value:
        branch = _task(parameter, value, element)
        own = inputs.get(branch.task_reference_name, {})
        if not isinstance(own, Mapping):
            raise TerminateWorkflowError(
                "Tasks could not be dynamically forked due to invalid input: the input of "
                f"{branch.task_reference_name} is {excerpt(own)}"
            )
        yield replace(branch, input_parameters={**branch.input_parameters, **own})


def _task(parameter: str, value: Json, element: Json) -> WorkflowTask:
    if not isinstance(element, Mapping):
        raise _not_a_list(parameter, value)
    try:
        task = WorkflowTask.from_json(element)
    except InvalidInputError as error:
        raise _not_a_list(parameter, value) from error
    # A workflow to start is named elsewhere; nobody could poll any other task without a name.
    if not task.task_reference_name or (not task.name and task.type == "SIMPLE"):
        raise _not_a_list(parameter, value)
    return task


def _legacy(fork: WorkflowTask, task_input: JsonMap) -> Iterator[WorkflowTask]:
    """Form 3: ``{dynamicTasks: [{taskName, referenceName, input, type}]}``."""
    parameter = fork.dynamic_fork_join_tasks_param or ""
    value = task_input.get(parameter)
    elements = value.get("dynamicTasks") if isinstance(value, Mapping) else None
    if not isinstance(elements, (list, tuple)):
        raise TerminateWorkflowError(
            f"Dynamic tasks could not be created. The value of {parameter} from task's input "
            f"{excerpt(task_input)} has no dynamic tasks to be scheduled"
        )
    for element in elements:
        fields = element if isinstance(element, Mapping) else {}
        name, ref = _text(fields, "taskName"), _text(fields, "referenceName")
        workflow, own = _text(fields, "workflowName"), fields.get("input")
        if not ref or not (name or workflow) or not isinstance(own or {}, Mapping):
            raise TerminateWorkflowError(
                f"Dynamic tasks could not be created. {excerpt(element)} is not a dynamic task"
            )
        yield WorkflowTask(
            name=name or workflow,
            task_reference_name=ref,
            type=_text(fields, "type") or "SIMPLE",
            input_parameters=own if isinstance(own, Mapping) else {},
            sub_workflow_param=SubWorkflowParams(name=workflow) if workflow else None,
        )


def _refuse_twins(fork: WorkflowTask, made: list[WorkflowTask]) -> None:
    seen: set[str] = set()
    for branch in made:
        if branch.task_reference_name in seen:
            raise TerminateWorkflowError(
                f"The dynamic fork {fork.task_reference_name} attempted to create a duplicate "
                f"task reference name: {branch.task_reference_name}"
            )
        seen.add(branch.task_reference_name)


def _not_a_list(parameter: str, value: Json) -> TerminateWorkflowError:
    return TerminateWorkflowError(
        f"Input '{parameter}' is invalid. Cannot deserialize a list of Workflow Tasks from "
        f"'{excerpt(value)}'"
    )


def _text(fields: JsonMap, key: str) -> str:
    value = fields.get(key)
    return "" if value is None else as_text(value)


def _version(value: Json) -> int | None:
    """A number or its text; anything else is the latest version."""
    text = "" if value is None else as_text(value).strip()
    return int(text) if text.isdecimal() and len(text) < 10 else None
