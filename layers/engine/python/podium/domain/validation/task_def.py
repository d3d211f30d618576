"""Validation of a task definition (models.md 6.5)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from podium.domain.validation.schemas import schema_violations
from podium.errors import Violation

if TYPE_CHECKING:
    from podium.domain.definitions import TaskDef
    from podium.domain.validation.context import ValidationContext


def validate_task_def(
    definition: TaskDef, context: ValidationContext, prefix: str = "registerTaskDef.arg0[0]"
) -> tuple[Violation, ...]:
    """All violations of ``definition``."""
    return tuple(_violations(definition, context, prefix))


def _violations(
    definition: TaskDef, context: ValidationContext, prefix: str
) -> Iterator[Violation]:
    if not definition.name:
        yield Violation(f"{prefix}.name", "TaskDef name cannot be null or empty")
    if context.owner_email_mandatory and not definition.owner_email:
        message = "ownerEmail cannot be empty"
        yield Violation(f"{prefix}.ownerEmail", message, definition.owner_email)
    for field, value, least, message in _minima(definition):
        if value is not None and value < least:
            yield Violation(f"{prefix}.{field}", message, str(value))
    for message in _timeout_problems(definition):
        yield Violation(prefix, message)
    yield from schema_violations(definition, context, prefix)


def _minima(definition: TaskDef) -> Iterator[tuple[str, int | None, int, str]]:
    """Field, value, least value allowed, message; the messages name the least value, as the peer's do."""
    for field, value in (
        ("retryCount", definition.retry_count),
        ("pollTimeoutSeconds", definition.poll_timeout_seconds),
        ("maxRetryDelaySeconds", definition.max_retry_delay_seconds),
        ("backoffJitterMs", definition.backoff_jitter_ms),
        ("totalTimeoutSeconds", definition.total_timeout_seconds),
    ):
        yield field, value, 0, f"TaskDef {field}: 0 must be >= 0"
    response = definition.response_timeout_seconds
    message = f"TaskDef responseTimeoutSeconds: {response} should be minimum 1 second"
    yield "responseTimeoutSeconds", response, 1, message
    message = "Backoff scale factor. Applicable for LINEAR_BACKOFF"
    yield "backoffScaleFactor", definition.backoff_scale_factor, 1, message


def _timeout_problems(definition: TaskDef) -> Iterator[str]:
    timeout = definition.timeout_seconds
    response, total = definition.response_timeout_seconds, definition.total_timeout_seconds
    if 0 < timeout < response:
        yield (
            f"TaskDef: {definition.name} responseTimeoutSeconds: {response} "
            f"must be less than timeoutSeconds: {timeout}"
        )
    if 0 < total < timeout:
        yield (
            f"TaskDef: {definition.name} timeoutSeconds: {timeout} "
            f"must be less than or equal to totalTimeoutSeconds: {total}"
        )
