"""The small definition types that workflow and task definitions share (models.md 0, 1.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from podium.domain.definitions import codec
from podium.domain.definitions.enums import RateLimitPolicy, SchemaType
from podium.domain.definitions.record import Record

if TYPE_CHECKING:
    from podium.domain.json import JsonMap


@dataclass(frozen=True, slots=True, kw_only=True)
class Auditable(Record):
    """Who made and changed a definition, and when (epoch ms, 0 when unset)."""

    owner_app: str | None = codec.text()
    create_time: int = codec.long()
    update_time: int = codec.long()
    created_by: str | None = codec.text()
    updated_by: str | None = codec.text()


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaDef(Auditable):
    """A schema of inputs or outputs."""

    name: str = codec.name()
    version: int = codec.integer(1)
    type: SchemaType | None = codec.choice(SchemaType)
    data: JsonMap | None = codec.optional_map()
    external_ref: str | None = codec.text()

    @property
    def is_checkable(self) -> bool:
        """A JSON Schema that is ours to look at; others are kept as they are."""
        return self.type in {None, SchemaType.JSON} and not self.external_ref

    @property
    def is_named_only(self) -> bool:
        """It stands for the registered schema of its name and version."""
        return self.data is None and self.is_checkable


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimitConfig(Record):
    """How many executions with the same key may run at once."""

    rate_limit_key: str | None = codec.text()
    concurrent_exec_limit: int = codec.integer()
    policy: RateLimitPolicy = codec.choice(RateLimitPolicy, RateLimitPolicy.QUEUE)


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheConfig(Record):
    """For how long the result of a task is reused under a key."""

    key: str | None = codec.text()
    ttl_in_second: int = codec.integer()


@dataclass(frozen=True, slots=True, kw_only=True)
class StateChangeEvent(Record):
    """An event sent when a task changes its state."""

    type: str = codec.name()
    payload: JsonMap | None = codec.optional_map()
