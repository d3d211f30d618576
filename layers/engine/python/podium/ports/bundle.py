"""All ports together, as the services receive them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from podium.domain.sizes import DEFAULT_LIMITS, PayloadLimits

if TYPE_CHECKING:
    from podium.domain.engines import Engines
    from podium.ports.definitions import DefinitionReader
    from podium.ports.events import (
        EventExecutionStore,
        EventHandlerStore,
        EventPublisher,
        EventSources,
    )
    from podium.ports.executions import ExecutionStore
    from podium.ports.kafka import KafkaProducer
    from podium.ports.limits import LimitStore
    from podium.ports.listeners import Listeners
    from podium.ports.outside import Blobs, Clock, HttpCaller, Ids, Sleep
    from podium.ports.poll_data import PollDataStore
    from podium.ports.queues import GateQueue, SystemTaskQueue, TaskQueue, TimerQueue
    from podium.ports.schemas import SchemaStore
    from podium.ports.search import Search
    from podium.ports.secrets import EnvironmentStore, SecretStore
    from podium.ports.tags import TagStore
    from podium.ports.workflow_messages import WorkflowMessageStore


@dataclass(frozen=True, slots=True)
class Ports:
    """What one process works with; wired in ``bootstrap``."""

    executions: ExecutionStore
    messages: WorkflowMessageStore
    definitions: DefinitionReader
    tasks: TaskQueue
    system_tasks: SystemTaskQueue
    timers: TimerQueue
    blobs: Blobs
    schemas: SchemaStore
    tags: TagStore
    limits: LimitStore
    listeners: Listeners
    event_handlers: EventHandlerStore
    event_executions: EventExecutionStore
    publisher: EventPublisher
    kafka: KafkaProducer
    event_sources: EventSources
    secrets: SecretStore
    environment: EnvironmentStore
    gates: GateQueue
    polls: PollDataStore
    search: Search
    engines: Engines
    http: HttpCaller
    clock: Clock
    sleep: Sleep
    ids: Ids
    payload_limits: PayloadLimits = DEFAULT_LIMITS
