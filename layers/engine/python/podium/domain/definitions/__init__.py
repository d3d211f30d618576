"""Definitions as values: workflows, their tasks, task definitions (models.md 1).

``X.from_json`` and ``x.to_json`` are lossless: unknown fields and the key order of maps are kept.
"""

from __future__ import annotations

from podium.domain.definitions.enums import (
    IdempotencyStrategy,
    JoinMode,
    LimitDelivery,
    RateLimitPolicy,
    RetryLogic,
    SchemaType,
    TimeoutPolicy,
    WorkflowTimeoutPolicy,
)
from podium.domain.definitions.record import Record
from podium.domain.definitions.schema import (
    Auditable,
    CacheConfig,
    RateLimitConfig,
    SchemaDef,
    StateChangeEvent,
)
from podium.domain.definitions.task import TaskDef
from podium.domain.definitions.workflow import SubWorkflowParams, WorkflowDef, WorkflowTask, walk

__all__ = [
    "Auditable",
    "CacheConfig",
    "IdempotencyStrategy",
    "JoinMode",
    "LimitDelivery",
    "RateLimitConfig",
    "RateLimitPolicy",
    "Record",
    "RetryLogic",
    "SchemaDef",
    "SchemaType",
    "StateChangeEvent",
    "SubWorkflowParams",
    "TaskDef",
    "TimeoutPolicy",
    "WorkflowDef",
    "WorkflowTask",
    "WorkflowTimeoutPolicy",
    "walk",
]
