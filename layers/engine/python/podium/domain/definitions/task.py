"""TaskDef: how a task of some name is retried, timed out and limited (models.md 1.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from podium.domain.definitions import codec
from podium.domain.definitions.enums import LimitDelivery, RetryLogic, TimeoutPolicy
from podium.domain.definitions.schema import Auditable, SchemaDef

if TYPE_CHECKING:
    from podium.domain.json import JsonMap


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDef(Auditable):
    """A registered, or embedded, task definition."""

    name: str = codec.name()
    description: str | None = codec.text()
    retry_count: int = codec.integer(3)
    retry_logic: RetryLogic = codec.choice(RetryLogic, RetryLogic.FIXED)
    retry_delay_seconds: int = codec.integer(60)
    backoff_scale_factor: int = codec.integer(1, null=1)
    max_retry_delay_seconds: int = codec.integer()
    backoff_jitter_ms: int = codec.integer()
    timeout_seconds: int = codec.long()
    timeout_policy: TimeoutPolicy = codec.choice(TimeoutPolicy, TimeoutPolicy.TIME_OUT_WF)
    response_timeout_seconds: int = codec.long(3600)
    total_timeout_seconds: int = codec.long()
    poll_timeout_seconds: int | None = codec.optional_integer()
    concurrent_exec_limit: int | None = codec.optional_integer()
    rate_limit_per_frequency: int = codec.integer()
    rate_limit_frequency_in_seconds: int = codec.integer(1, null=1)
    #: Ours, not the peer's: how a limited type reaches its workers; None is POLL.
    limit_delivery: LimitDelivery | None = codec.choice(LimitDelivery)
    input_keys: tuple[str, ...] = codec.texts()
    output_keys: tuple[str, ...] = codec.texts()
    input_template: JsonMap = codec.json_map()
    isolation_group_id: str | None = codec.text()
    execution_name_space: str | None = codec.text()
    owner_email: str | None = codec.text()
    #: Names of secrets and variables that are resolved into the polled task.
    runtime_metadata: tuple[str, ...] = codec.texts()
    base_type: str | None = codec.text()
    input_schema: SchemaDef | None = codec.record(lambda: SchemaDef)
    output_schema: SchemaDef | None = codec.record(lambda: SchemaDef)
    enforce_schema: bool = codec.flag()
    task_status_listener_enabled: bool = codec.flag(True)
