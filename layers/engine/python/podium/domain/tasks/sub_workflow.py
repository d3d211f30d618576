"""SUB_WORKFLOW: its stored input, and the child that this input describes (tasks.md 10)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from podium.domain.definitions import IdempotencyStrategy, WorkflowDef
from podium.domain.idempotency import is_key
from podium.domain.outcome import Outcome
from podium.domain.status import TaskStatus
from podium.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from podium.domain.definitions import SubWorkflowParams, WorkflowTask
    from podium.domain.json import Json, JsonMap


@dataclass(frozen=True, slots=True)
class Child:
    """The workflow to start; ``version`` None is the latest at launch."""

    name: str
    version: int | None
    definition: WorkflowDef | None
    input: JsonMap
    priority: int
    #: None: the parent's.
    task_to_domain: JsonMap | None
    idempotency_key: str | None
    idempotency_strategy: IdempotencyStrategy | None


def task_input(
    task: WorkflowTask, workflow_input: JsonMap, evaluate: Callable[[Json], Json]
) -> dict[str, Json]:
    """Stored input of the task: which workflow, and the input it gets.

    An inline definition is taken as it is: its own expressions belong to the child.
    """
    param = task.sub_workflow_param
    if param is None:
        return {"workflowInput": workflow_input}
    definition = _definition(param, evaluate)
    return {
        "subWorkflowName": evaluate(param.name),
        "subWorkflowVersion": None if definition is not None else param.version,
        "subWorkflowTaskToDomain": evaluate(param.task_to_domain),
        "subWorkflowDefinition": definition,
        "priority": evaluate(param.priority),
        "idempotencyKey": _key(param.idempotency_key, evaluate),
        "idempotencyStrategy": param.idempotency_strategy,
        "workflowInput": workflow_input,
    }


def child(stored: JsonMap) -> Child | Outcome:
    """The child described by a task's stored input; FAILED when it describes none."""
    definition = None
    given = stored.get("subWorkflowDefinition")
    if given is not None:
        if not isinstance(given, dict):
            return _failed("subWorkflowDefinition is not a workflow definition")
        try:
            definition = WorkflowDef.from_json(given)
        except InvalidInputError as error:
            return _failed(f"subWorkflowDefinition is not a workflow definition: {error}")
    name = definition.name if definition is not None else stored.get("subWorkflowName")
    if not isinstance(name, str) or (not name and definition is None):
        return _failed("The sub-workflow has neither a name nor a definition")
    key = stored.get("idempotencyKey")
    if key is not None and not (isinstance(key, str) and is_key(key)):
        return _failed("The idempotencyKey of the sub-workflow does not evaluate to a text")
    return Child(
        name=name,
        version=_version(stored.get("subWorkflowVersion")),
        definition=definition,
        input=_input(stored, is_inline=definition is not None),
        priority=_number(stored.get("priority")) or 0,
        task_to_domain=_map(stored.get("subWorkflowTaskToDomain")),
        idempotency_key=key,
        idempotency_strategy=_strategy(stored.get("idempotencyStrategy")),
    )


def _key(given: str | None, evaluate: Callable[[Json], Json]) -> Json:
    """The key as a text, None when none is asked for.

    What evaluates to nothing is kept as the empty text: starting without the key would be wrong.
    """
    if not is_key(given):
        return None
    value = evaluate(given)
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return value


def _strategy(value: Json) -> IdempotencyStrategy | None:
    return IdempotencyStrategy(value) if isinstance(value, str) else None


def _definition(param: SubWorkflowParams, evaluate: Callable[[Json], Json]) -> Json:
    given = param.workflow_definition
    if isinstance(given, WorkflowDef):
        return given.to_json()
    return evaluate(given)


def _input(stored: JsonMap, *, is_inline: bool) -> JsonMap:
    given = _map(stored.get("workflowInput")) or {}
    return {**given, "_systemMetadata": {"dynamic": True}} if is_inline else given


def _version(value: Json) -> int | None:
    """0 is the latest, like none."""
    return _number(value) or None


def _number(value: Json) -> int | None:
    if isinstance(value, str) and value.strip().isdecimal():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _map(value: Json) -> JsonMap | None:
    return value if isinstance(value, dict) else None


def _failed(reason: str) -> Outcome:
    return Outcome(TaskStatus.FAILED, reason=reason)
