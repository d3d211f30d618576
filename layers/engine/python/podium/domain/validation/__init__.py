"""The peer's constraints on definitions and requests, with its messages (models.md 6).

Each function collects all violations; paths start with the given prefix, which names the call that
was made and its argument: ``registerWorkflowDef.arg0`` (rest-api.md 1.2). Whoever calls raises
``ValidationError`` when there are any.
"""

from __future__ import annotations

from podium.domain.validation.context import ValidationContext
from podium.domain.validation.places import MAX_NESTING
from podium.domain.validation.requests import (
    validate_mocks,
    validate_priority,
    validate_start_request,
    validate_task_result,
    validate_workflow_ids,
)
from podium.domain.validation.task_def import validate_task_def
from podium.domain.validation.workflow import validate_workflow

__all__ = [
    "MAX_NESTING",
    "ValidationContext",
    "validate_mocks",
    "validate_priority",
    "validate_start_request",
    "validate_task_def",
    "validate_task_result",
    "validate_workflow",
    "validate_workflow_ids",
]
