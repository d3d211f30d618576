"""Validation of a whole workflow definition (models.md 6.3)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from podium.domain.definitions import walk
from podium.domain.validation.inputs import input_problems
from podium.domain.validation.listeners import sink_violations, state_change_violations
from podium.domain.validation.places import places
from podium.domain.validation.runnable import duplicate_references, runnable_violations
from podium.domain.validation.schemas import schema_violations
from podium.domain.validation.types import REQUIRED_IN_LOOPS, TYPE_RULES
from podium.errors import Violation

if TYPE_CHECKING:
    from podium.domain.definitions import WorkflowDef
    from podium.domain.validation.context import ValidationContext
    from podium.domain.validation.places import Place

_NAME = re.compile(r"[A-Za-z0-9_<>{}#\s-]+", re.ASCII)


def validate_workflow(
    definition: WorkflowDef,
    context: ValidationContext,
    prefix: str = "validateWorkflowDef.arg0",
) -> tuple[Violation, ...]:
    """All violations of ``definition``, each once; empty when it may be registered and started."""
    found = [
        *_own_violations(definition, context, prefix),
        *schema_violations(definition, context, prefix),
        *sink_violations(definition, prefix),
        *duplicate_references(definition, prefix),
        *_input_violations(definition, context, prefix),
    ]
    for place in places(definition.tasks, prefix):
        found += _task_violations(place, context)
    found += runnable_violations(definition, prefix)
    return tuple(dict.fromkeys(found))


def _own_violations(
    definition: WorkflowDef, context: ValidationContext, prefix: str
) -> Iterator[Violation]:
    name = definition.name
    if not name:
        yield Violation(f"{prefix}.name", "WorkflowDef name cannot be null or empty")
    elif context.name_validation and not _NAME.fullmatch(name):
        message = (
            f"Invalid name '{name}'. Allowed characters are alphanumeric, underscores, spaces, "
            "hyphens, and special characters like <, >, {, }, #"
        )
        yield Violation(f"{prefix}.name", message, name)
    if not definition.tasks:
        yield Violation(f"{prefix}.tasks", "WorkflowTask list cannot be empty")
    if definition.schema_version != 2:
        message = "workflowDef schemaVersion: 2 is only supported"
        yield Violation(f"{prefix}.schemaVersion", message, str(definition.schema_version))
    if context.owner_email_mandatory and not definition.owner_email:
        message = "ownerEmail cannot be empty"
        yield Violation(f"{prefix}.ownerEmail", message, definition.owner_email)


def _input_violations(
    definition: WorkflowDef, context: ValidationContext, prefix: str
) -> Iterator[Violation]:
    """Expressions in the input of top-level tasks; the peer looks at no others."""
    references = frozenset(task.task_reference_name for task in walk(definition.tasks))
    for index, task in enumerate(definition.tasks):
        found = input_problems(task.input_parameters, task.name, references, context.paths)
        for message, below in found:
            place = f"{prefix}.tasks[{index}].inputParameters{below}"
            yield Violation(prefix, message, place=place)


def _task_violations(place: Place, context: ValidationContext) -> Iterator[Violation]:
    task = place.task
    if not task.name:
        yield Violation(f"{place.path}.name", "WorkflowTask name cannot be empty or null")
    if not task.task_reference_name:
        message = "WorkflowTask taskReferenceName name cannot be empty or null"
        yield Violation(f"{place.path}.taskReferenceName", message)
    if not task.type:
        # Null is refused when the definition is read.
        yield Violation(f"{place.path}.type", "WorkTask type cannot be null or empty")
    if task.start_delay < 0:
        message = "must be greater than or equal to 0"
        yield Violation(f"{place.path}.startDelay", message, str(task.start_delay))
    yield from state_change_violations(task, place.path)
    cache = task.cache_config
    if cache is not None and cache.ttl_in_second > 0 and not (cache.key or "").strip():
        yield Violation(f"{place.path}.cacheConfig.key", "cacheConfig key cannot be null or empty")
    if task.task_definition is not None:
        path = f"{place.path}.taskDefinition"
        yield from schema_violations(task.task_definition, context, path)
    rule = TYPE_RULES.get(task.type)
    if rule is None or (place.in_loop and task.type not in REQUIRED_IN_LOOPS):
        return
    for message in rule(task, context):
        yield Violation(place.path, message)
