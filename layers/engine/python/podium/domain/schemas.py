"""Schemas of inputs and outputs: what they refuse, and with which reason (engine.md 18).

A workflow's schemas count unless ``enforceSchema`` is false, a task's only when it is true. Bad
workflow input is not started; bad input or output of a task ends it FAILED_WITH_TERMINAL_ERROR; bad
workflow output fails the workflow.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from podium.domain.definitions import SchemaType, TaskDef, WorkflowDef, walk
from podium.domain.engines import EngineError
from podium.domain.outcome import LONGEST_REASON, Outcome
from podium.domain.status import TaskStatus

if TYPE_CHECKING:
    from collections.abc import Mapping

    from podium.domain.definitions import SchemaDef
    from podium.domain.engines import SchemaEngine
    from podium.domain.json import JsonMap

D = TypeVar("D", WorkflowDef, TaskDef)

#: Characters of a schema as JSON.
MAX_SCHEMA = 100_000
#: Put into the input of inline definitions by the engine itself (tasks.md 10).
SYSTEM_METADATA = "_systemMetadata"


def unusable(schema: SchemaDef, engine: SchemaEngine) -> str | None:
    """Why nothing can be checked against ``schema``; None when it can."""
    return _not_given(schema) or engine.check(schema.data or {})


def named_schemas(definition: WorkflowDef | TaskDef) -> set[tuple[str, int]]:
    """Names and versions of the registered schemas that are enforced in ``definition``, with those of
    the task definitions in a workflow.
    """
    definitions: list[WorkflowDef | TaskDef] = [definition]
    if isinstance(definition, WorkflowDef):
        definitions += [
            task.task_definition for task in walk(definition.tasks) if task.task_definition
        ]
    return {
        (schema.name, schema.version)
        for each in definitions
        if each.enforce_schema
        for schema in (each.input_schema, each.output_schema)
        if schema is not None and schema.is_named_only
    }


def with_schemas(definition: D, found: Mapping[tuple[str, int], SchemaDef | None]) -> D:
    """``definition`` itself with those of :func:`named_schemas` that were ``found``."""

    def whole(schema: SchemaDef | None) -> SchemaDef | None:
        if schema is None or not schema.is_named_only:
            return schema
        return found.get((schema.name, schema.version)) or schema

    if not definition.enforce_schema:
        return definition
    return replace(
        definition,
        input_schema=whole(definition.input_schema),
        output_schema=whole(definition.output_schema),
    )


def refused_start(definition: WorkflowDef, given: JsonMap, engine: SchemaEngine) -> str | None:
    """Why a workflow does not start with this input."""
    if not definition.enforce_schema:
        return None
    what = f"input of workflow {definition.name}"
    own = {name: value for name, value in given.items() if name != SYSTEM_METADATA}
    return _refused(definition.input_schema, own, what, engine)


def refused_result(definition: WorkflowDef, output: JsonMap, engine: SchemaEngine) -> str | None:
    """Why a workflow does not complete with this output."""
    if not definition.enforce_schema:
        return None
    what = f"output of workflow {definition.name}"
    return _refused(definition.output_schema, output, what, engine)


def refused_input(
    definition: TaskDef | None, task_input: JsonMap, engine: SchemaEngine
) -> Outcome | None:
    """The end of a task whose input is bad; None when it may run."""
    if definition is None or not definition.enforce_schema:
        return None
    what = f"input of task {definition.name}"
    reason = _refused(definition.input_schema, task_input, what, engine)
    return None if reason is None else _failed(reason, {})


def refused_output(
    definition: TaskDef | None, output: JsonMap, engine: SchemaEngine
) -> Outcome | None:
    """The end of a task whose output is bad, which it keeps; None when it completes."""
    if definition is None or not definition.enforce_schema:
        return None
    what = f"output of task {definition.name}"
    reason = _refused(definition.output_schema, output, what, engine)
    return None if reason is None else _failed(reason, output)


def _failed(reason: str, output: JsonMap) -> Outcome:
    return Outcome(TaskStatus.FAILED_WITH_TERMINAL_ERROR, output, reason)


def _refused(
    schema: SchemaDef | None, value: JsonMap, what: str, engine: SchemaEngine
) -> str | None:
    if schema is None:
        return None
    reason = _not_given(schema)
    if reason is None:
        try:
            problems = engine.problems(schema.data or {}, value)
        except EngineError as error:
            reason = str(error)
        else:
            if not problems:
                return None
            text = f"The {what} does not meet its schema {schema.name}: {'; '.join(problems)}"
            return text[:LONGEST_REASON]
    return f"The schema {schema.name} for the {what} cannot be used: {reason}"[:LONGEST_REASON]


def _not_given(schema: SchemaDef) -> str | None:
    """A registered schema has been put in the place of its name before."""
    if schema.type not in {None, SchemaType.JSON}:
        return f"schemas of type {schema.type} cannot be checked, JSON can"
    if schema.data is None:
        return (
            "it has no data, the JSON Schema itself, and none of this name is registered in version "
            f"{schema.version}"
        )
    if len(json.dumps(schema.data)) > MAX_SCHEMA:
        return f"it has more than {MAX_SCHEMA} characters"
    return None
