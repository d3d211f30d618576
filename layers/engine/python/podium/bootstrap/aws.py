"""Makes the ports of an installation on AWS, and the services over them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from podium.adapters.aws.blobs import S3Blobs
from podium.adapters.aws.clients import Clients
from podium.adapters.aws.definitions_reader import DynamoDefinitionReader
from podium.adapters.aws.executions import DynamoExecutions
from podium.adapters.aws.listeners import AwsListeners
from podium.adapters.aws.poll_data import DynamoPollData
from podium.adapters.aws.queues import (
    SqsGateQueue,
    SqsSystemTaskQueue,
    SqsTaskQueue,
    SqsTimerQueue,
)
from podium.adapters.aws.records import DynamoFailedRecords
from podium.adapters.aws.redelivery import SqsRedelivery
from podium.adapters.aws.registry import QueueRegistry
from podium.adapters.aws.secrets import ParameterStore, SecretsManager
from podium.adapters.aws.table import DynamoTable
from podium.adapters.engines.jq import JqPrograms
from podium.adapters.engines.jsonpath import JsonPaths
from podium.adapters.engines.quickjs import QuickJsScripts
from podium.adapters.engines.schemas import JsonSchemas
from podium.adapters.engines.zones import SystemZones
from podium.adapters.items.limit_store import ItemLimitStore
from podium.adapters.items.schema_store import ItemSchemaStore
from podium.adapters.items.search_store import ItemSearch
from podium.adapters.items.tag_store import ItemTagStore
from podium.adapters.stream import change, heard
from podium.adapters.system import RandomIds, SystemClock, sleep
from podium.adapters.web import UrllibHttpCaller
from podium.bootstrap.assembly import OnDemand, Switches, assemble
from podium.domain.engines import Engines
from podium.late import late
from podium.ports.bundle import Ports
from podium.settings import Settings

if TYPE_CHECKING:
    from podium.adapters.items.payloads import Payloads
    from podium.bootstrap.use_cases import Engine
    from podium.ports.dead_letters import DeadLetterQueues
    from podium.ports.definitions import DefinitionStore
    from podium.ports.events import (
        EventExecutionStore,
        EventHandlerStore,
        EventPublisher,
        EventSources,
    )
    from podium.ports.evidence import Evidence
    from podium.ports.kafka import KafkaProducer
    from podium.ports.outside import Clock, Ids, Sleep
    from podium.ports.schedules import ScheduleStore, Wakeups
    from podium.ports.secrets import SecretReader


def build(
    settings: Settings,
    *,
    clients: Clients | None = None,
    clock: Clock | None = None,
    sleep: Sleep = sleep,
    ids: Ids | None = None,
) -> Engine:
    """The engine on AWS; ``clock``, ``sleep`` and ``ids`` default to the machine's own."""
    clients = clients or Clients()
    clock = clock or SystemClock()
    blobs = S3Blobs(
        clients.deferred_s3,
        settings.payload_bucket,
        clients.signing_s3(settings.payload_endpoint_url),
    )
    executions = DynamoExecutions(
        clients.dynamodb,
        settings.executions_table,
        blobs,
        threshold=settings.payload_threshold_bytes,
    )
    table = DynamoTable(clients.dynamodb, settings.executions_table)
    registry = QueueRegistry(
        clients.sqs,
        clients.dynamodb,
        settings.metadata_table,
        settings.queue_prefix,
        settings.task_dead_letters_queue_arn,
        clock,
    )
    metadata = DynamoTable(clients.dynamodb, settings.metadata_table)
    secrets = SecretsManager(clients.deferred_secrets, settings.secret_prefix, clock)
    carriers = cache(lambda: _carriers(clients, settings, executions.payloads, secrets))
    ports = Ports(
        executions=executions,
        messages=executions,
        definitions=DynamoDefinitionReader(clients.dynamodb, settings.metadata_table),
        tasks=SqsTaskQueue(clients.sqs, registry, executions.payloads),
        system_tasks=SqsSystemTaskQueue(
            clients.sqs, settings.system_tasks_queue_url, executions.payloads
        ),
        blobs=blobs,
        timers=SqsTimerQueue(clients.sqs, settings.timers_queue_url),
        listeners=AwsListeners(
            clients.deferred_events,
            clients.sqs,
            settings.queue_prefix,
            settings.failures_queue_url,
        ),
        event_handlers=late(lambda: carriers().handlers),
        event_executions=late(lambda: carriers().executions),
        publisher=late(lambda: carriers().publisher),
        kafka=late(lambda: carriers().kafka),
        event_sources=late(lambda: carriers().sources),
        gates=SqsGateQueue(clients.sqs, settings.gates_queue_url),
        polls=DynamoPollData(clients.dynamodb, settings.metadata_table),
        limits=ItemLimitStore(table),
        search=ItemSearch(table),
        schemas=ItemSchemaStore(metadata),
        tags=ItemTagStore(metadata),
        secrets=secrets,
        environment=ParameterStore(clients.deferred_ssm, settings.environment_prefix, clock),
        engines=Engines(
            script=QuickJsScripts(),
            jq=JqPrograms(),
            path=JsonPaths(),
            zones=SystemZones(),
            schema=JsonSchemas(),
        ),
        http=UrllibHttpCaller(allow_private=settings.http_task_allow_private),
        clock=clock,
        sleep=sleep,
        ids=ids or RandomIds(),
        payload_limits=settings.payload_limits,
    )
    return assemble(
        ports,
        Switches.of(settings),
        records=DynamoFailedRecords(clients.deferred_streams, settings.executions_table),
        redelivery=SqsRedelivery(
            clients.sqs,
            (
                settings.system_tasks_queue_url,
                settings.timers_queue_url,
                settings.results_queue_url,
                settings.gates_queue_url,
                settings.schedules_queue_url,
                settings.event_messages_queue_url,
            ),
        ),
        read_record=lambda record: change(record, executions.payloads),
        hear_record=lambda record: heard(record, executions.payloads),
        on_demand=OnDemand(
            definitions=lambda: _definition_store(clients, settings),
            scheduler=lambda: _scheduler(clients, settings),
            evidence=lambda: _evidence(clients, settings),
            dead_letters=lambda: _dead_letters(clients, settings),
        ),
        configuration=settings.shown(),
    )


def _evidence(clients: Clients, settings: Settings) -> Evidence:
    from podium.adapters.aws.evidence import SqsEvidence
    from podium.ports.evidence import OwnQueue

    beside, _, _ = settings.results_queue_url.rpartition("/")
    _, _, letters = settings.task_dead_letters_queue_arn.rpartition(":")
    urls = {
        OwnQueue.SYSTEM_TASKS: settings.system_tasks_queue_url,
        OwnQueue.RESULTS: settings.results_queue_url,
        OwnQueue.TASK_DEAD_LETTERS: f"{beside}/{letters}",
    }
    return SqsEvidence(clients.sqs, urls)


def _dead_letters(clients: Clients, settings: Settings) -> DeadLetterQueues:
    from podium.adapters.aws.dead_letters import SqsDeadLetters

    names = [name for name in settings.dead_letter_queues.split(",") if name]
    return SqsDeadLetters(clients.sqs, names, settings.queue_prefix, settings.results_queue_url)


class _Carriers(NamedTuple):
    """The adapters that only events use."""

    handlers: EventHandlerStore
    executions: EventExecutionStore
    publisher: EventPublisher
    kafka: KafkaProducer
    sources: EventSources


def _carriers(
    clients: Clients, settings: Settings, payloads: Payloads, secrets: SecretReader
) -> _Carriers:
    """Imported here and when needed: hot functions see an event now and then, or never."""
    from podium.adapters.aws.event_publisher import AwsEventPublisher
    from podium.adapters.aws.event_sources import AwsEventSources
    from podium.adapters.items.event_executions import ItemEventExecutions
    from podium.adapters.items.event_handlers import ItemEventHandlers
    from podium.adapters.kafka import KafkaAccess, PythonKafkaProducer

    servers = [part.strip() for part in settings.kafka_bootstrap_servers.split(",")]
    access = KafkaAccess(
        servers=tuple(part for part in servers if part),
        protocol=settings.kafka_security_protocol,
        mechanism=settings.kafka_sasl_mechanism,
        secret=settings.kafka_secret,
    )
    kafka = PythonKafkaProducer(access, secrets)
    return _Carriers(
        handlers=ItemEventHandlers(DynamoTable(clients.dynamodb, settings.metadata_table)),
        executions=ItemEventExecutions(DynamoTable(clients.dynamodb, settings.executions_table)),
        publisher=AwsEventPublisher(
            clients.sqs,
            clients.deferred_sns,
            clients.deferred_events,
            own_queue_url=settings.event_messages_queue_url,
            own_queue_arn=settings.event_messages_queue_arn,
            prefix=settings.queue_prefix,
            payloads=payloads,
            kafka=kafka,
        ),
        kafka=kafka,
        sources=AwsEventSources(
            clients.sqs,
            clients.deferred_sns,
            clients.deferred_events,
            clients.deferred_functions,
            function=settings.events_function,
            own_queue_arn=settings.event_messages_queue_arn,
            dead_letters_arn=settings.event_dead_letters_queue_arn,
            prefix=settings.queue_prefix,
        ),
    )


def _definition_store(clients: Clients, settings: Settings) -> DefinitionStore:
    """Imported here and when needed, since pynamodb would slow every cold start (design: hot path)."""
    from podium.adapters.aws.metadata import DynamoDefinitions

    return DynamoDefinitions(clients.dynamodb, settings.metadata_table)


def _scheduler(clients: Clients, settings: Settings) -> tuple[ScheduleStore, Wakeups]:
    from podium.adapters.aws.schedules import DynamoSchedules
    from podium.adapters.aws.wakeups import AwsWakeups, CallTarget

    target = CallTarget(
        group=settings.schedule_group,
        queue_arn=settings.schedules_queue_arn,
        dead_letters_arn=settings.schedules_dead_letters_queue_arn,
        role_arn=settings.scheduler_role_arn,
    )
    wakeups = AwsWakeups(
        clients.sqs, clients.deferred_scheduler, settings.schedules_queue_url, target
    )
    return DynamoSchedules(clients.dynamodb, settings.metadata_table), wakeups
