"""Check of the schemas that a definition enforces: each must be one that can be checked against."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from podium.domain.schemas import unusable
from podium.errors import Violation

if TYPE_CHECKING:
    from podium.domain.definitions import TaskDef, WorkflowDef
    from podium.domain.validation.context import ValidationContext


def schema_violations(
    definition: WorkflowDef | TaskDef, context: ValidationContext, prefix: str
) -> Iterator[Violation]:
    """Schemas that are carried and not enforced may be anything, as with the peer."""
    if not definition.enforce_schema:
        return
    for field, schema in (
        ("inputSchema", definition.input_schema),
        ("outputSchema", definition.output_schema),
    ):
        if schema is None:
            continue
        if schema.is_named_only:
            schema = context.schema_def(schema.name, schema.version) or schema
        reason = unusable(schema, context.schemas)
        if reason is not None:
            message = f"the schema {schema.name} cannot be used: {reason}"
            yield Violation(f"{prefix}.{field}", message)
