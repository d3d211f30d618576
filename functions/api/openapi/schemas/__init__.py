"""Every model of the REST API as JSON Schema, by its name (docs/reference/models.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.api.openapi.schemas import (
    answers,
    definitions,
    events,
    executions,
    requests,
    schedules,
    why,
)

if TYPE_CHECKING:
    from functions.api.openapi.terms import Schema

SCHEMAS: dict[str, Schema] = {
    **definitions.SCHEMAS,
    **requests.SCHEMAS,
    **executions.SCHEMAS,
    **answers.SCHEMAS,
    **events.SCHEMAS,
    **schedules.SCHEMAS,
    **why.SCHEMAS,
}
