"""Schemas of inputs and outputs: what they refuse, and with which reason (engine.md 18).

A workflow's schemas count unless ``enforceSchema`` is false, a task's only when it is true. Bad
workflow input is not started; bad input or output of a task ends it FAILED_WITH_TERMINAL_ERROR; bad
workflow output fails the workflow.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from podium.domain.definitions import SchemaType
from podium.domain.engines import EngineError
from podium.domain.outcome import LONGEST_REASON, Outcome
from podium.domain.status import TaskStatus

if TYPE_CHECKING:
    from podium.domain.definitions import SchemaDef, TaskDef, WorkflowDef
    from podium.domain.engines import SchemaEngine
    from podium.domain.json import JsonMap

#: Characters of a schema as JSON.
MAX_SCHEMA = 100_000
#: Put into the input of inline definitions by the engine itself (tasks.md 10).
SYSTEM_METADATA = "_systemMetadata"


def unusable(schema: SchemaDef, engine: SchemaEngine) -> str | None:
    """Why nothing can be checked against ``schema``; None when it can."""
    return _not_given(schema) or engine.check(schema.data or {})


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
    """Schemas are JSON Schemas within the definition; there is no other place to look for one."""
    if schema.type not in {None, SchemaType.JSON}:
        return f"schemas of type {schema.type} cannot be checked, JSON can"
    if schema.data is None:
        return "it has no data: the JSON Schema itself"
    if len(json.dumps(schema.data)) > MAX_SCHEMA:
        return f"it has more than {MAX_SCHEMA} characters"
    return None
