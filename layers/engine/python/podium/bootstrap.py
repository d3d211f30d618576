"""The only place that wires services to adapters.

``assemble`` is pure wiring over any ports; ``engine`` is this process's engine on AWS, made from the
environment at first use. The local runtime and tests install their own.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

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
from podium.cross_origin import CrossOrigin
from podium.domain.engines import Engines
from podium.domain.sinks import parse_sink
from podium.late import late
from podium.ports.bundle import Ports
from podium.services.admitting import Admitting
from podium.services.advancing import Advancing
from podium.services.awaiting import Awaiting
from podium.services.children import Children
from podium.services.closing import Closing
from podium.services.committing import Committing
from podium.services.creating import Creating
from podium.services.deciding import Deciding
from podium.services.delivering import Delivering
from podium.services.describing import Describing
from podium.services.effects import Effects
from podium.services.ending import Ending
from podium.services.external_storage import ExternalStorage
from podium.services.fitting import Fitting
from podium.services.following import Following
from podium.services.gating import Gating
from podium.services.holding import Holding
from podium.services.indexing import Indexing
from podium.services.joining import Joining
from podium.services.keeping import Keeping
from podium.services.limiting import Limiting
from podium.services.listening import Listening
from podium.services.listing import Listing
from podium.services.mocking import Mocking
from podium.services.open_tasks import OpenTasks
from podium.services.operating import Operating
from podium.services.outlining import Outlining
from podium.services.polling import Polling
from podium.services.posting import Posting
from podium.services.reading import Reading
from podium.services.registering import Registering
from podium.services.removing import Removing
from podium.services.repairing import Repairing
from podium.services.repeating import Repeating
from podium.services.reporting import Reporting
from podium.services.requeuing import Requeuing
from podium.services.revealing import Revealing
from podium.services.reviving import Reviving
from podium.services.running import Running
from podium.services.signaling import Signaling
from podium.services.starting import Started, Starting
from podium.services.states import States
from podium.services.steering import Steering
from podium.services.stripping import Stripping
from podium.services.tagging import Tagging
from podium.services.timers import Timers
from podium.services.timing import Timing
from podium.services.trees import Trees
from podium.services.updating import Updating
from podium.services.validating import Validating
from podium.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from podium.adapters.items.payloads import Payloads
    from podium.domain.changes import Change, HeaderChange, TaskTransition
    from podium.domain.json import Json
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
    from podium.ports.queues import Redelivery
    from podium.ports.records import FailedRecords
    from podium.ports.schedules import ScheduleStore, Wakeups
    from podium.ports.secrets import SecretReader
    from podium.services.event_queues import EventQueues
    from podium.services.explaining import Explaining
    from podium.services.publishing import Publishing
    from podium.services.reacting import Reacting
    from podium.services.redriving import Redriving
    from podium.services.scheduling import Scheduling
    from podium.services.searching import Searching
    from podium.services.searching_tasks import SearchingTasks
    from podium.services.subscribing import Subscribing
    from podium.services.sweeping import Sweeping


@dataclass(frozen=True, slots=True)
class Engine:
    """The services of one process, by use case."""

    ports: Ports
    #: Starts of workflows for clients.
    starts: Started
    #: Polls over HTTP.
    polls: Polling
    #: Task updates and logs.
    updates: Updating
    #: What SQS-direct workers say of their messages.
    reports: Reporting
    #: Signals to the WAIT that blocks an execution.
    signals: Signaling
    #: Messages to executions.
    messages: Posting
    #: Tests of definitions with mocked tasks.
    mocking: Mocking
    #: Synchronous calls.
    awaiting: Awaiting
    #: Everything that is read for clients.
    reads: Reading
    #: Why executions wait: made when somebody asks.
    explaining: Explaining
    #: Searches for executions, and for tasks: made when somebody searches.
    searching: Callable[[], Searching]
    searching_tasks: Callable[[], SearchingTasks]
    #: Executions of a workflow that run, or that share a correlation id.
    listing: Listing
    #: Executions in batches, without their tasks.
    outlining: Outlining
    #: Pause, resume, terminate, decide.
    operations: Operating
    #: Removal, with or without an archived copy.
    removing: Removing
    #: Skip, jump, resetcallbacks.
    steering: Steering
    #: Open tasks of one type, over all executions.
    requeuing: Requeuing
    #: Restart, retry and rerun of executions that have ended.
    repeats: Repeating
    #: Stream changes.
    advancing: Advancing
    #: A stream record as Lambda delivers it, read as a change; None: nothing follows from it.
    read_record: Callable[[Mapping[str, Any]], Change | None]
    #: Timers and the minute's sweep.
    timing: Timing
    #: Answers with payloads too large for them.
    fitting: Fitting
    #: Payloads that clients read and write themselves.
    external_storage: ExternalStorage
    #: Registered schemas.
    describing: Describing
    #: Tags of definitions.
    tagging: Tagging
    #: Secrets and environment variables, for operators.
    keeping: Keeping
    #: System tasks with I/O.
    running: Running
    #: A stream record read as what listeners may hear of; None: nothing.
    hear_record: Callable[[Mapping[str, Any]], HeaderChange | TaskTransition | None]
    #: Status events.
    listening: Listening
    #: Event handlers.
    subscribing: Subscribing
    #: The default event queues, and the sizes of all.
    event_queues: EventQueues
    #: What event handlers do with a message.
    reacting: Reacting
    #: Slots of limited tasks.
    limiting: Limiting
    #: Limited tasks that wait for a slot.
    gating: Gating
    #: Poison records and dead messages.
    repairs: Repairing
    #: Executions that nothing moves: made when somebody sweeps.
    sweeping: Sweeping
    #: Messages that came before their moment.
    redelivery: Redelivery
    #: Pages of other origins that may call the API.
    cross_origin: CrossOrigin
    #: What this installation is set to, by the names of its settings; no secret among it.
    configuration: Mapping[str, Json]
    #: Constraints on what clients send; the API asks before it starts or registers anything.
    validating: Validating
    #: Makes the service of the metadata routes; only the API function asks for it.
    registering: Callable[[], Registering]
    #: Makes the service of dead letters; only the API asks for it.
    redriving: Callable[[], Redriving]
    #: Makes the services of the scheduler; only the API and the schedules function ask for them.
    scheduling: Callable[[], Scheduling]


@dataclass(frozen=True, slots=True)
class Switches:
    """Settings that choose what services do; described in ``settings.py``."""

    inline_advance: bool = True
    owner_email_mandatory: bool = False
    name_validation: bool = False
    task_status_events: bool = False
    listener_sink: str = "eventbridge"
    schedule_catch_up_seconds: int = 2_592_000
    cors_allowed_origins: str = ""

    @classmethod
    def of(cls, settings: Settings) -> Switches:
        """Those of ``settings``, by their names."""
        return cls(**{each.name: getattr(settings, each.name) for each in fields(cls)})


@dataclass(frozen=True, slots=True)
class OnDemand:
    """Stores that few functions use, made when somebody asks for them."""

    #: To register and list definitions.
    definitions: Callable[[], DefinitionStore]
    #: Schedules, and what wakes them.
    scheduler: Callable[[], tuple[ScheduleStore, Wakeups]]
    #: What can be seen of messages and records that are under way.
    evidence: Callable[[], Evidence]
    #: Messages that were received too often.
    dead_letters: Callable[[], DeadLetterQueues]


def assemble(
    ports: Ports,
    switches: Switches,
    *,
    records: FailedRecords,
    redelivery: Redelivery,
    read_record: Callable[[Mapping[str, Any]], Change | None],
    hear_record: Callable[[Mapping[str, Any]], HeaderChange | TaskTransition | None],
    on_demand: OnDemand,
    configuration: Mapping[str, Json] | None = None,
) -> Engine:
    """Wire every service over ``ports``.

    ``configuration`` is what operators are shown of the settings.
    """
    states = States(ports.executions)
    deciding = Deciding(ports)
    timers = Timers(ports.timers, ports.clock)
    limiting = Limiting(ports)
    committing = Committing(ports.executions, states, timers)
    admitting = Admitting(ports, limiting)
    starting = Starting(
        ports, states, deciding, committing, admitting, tasks_listened=switches.task_status_events
    )
    ending = Ending(ports, states, deciding)
    joining = Joining(ports, states, committing)
    children = Children(ports, states, deciding, committing, starting, joining, ending)
    creating = Creating(ports, states, deciding, children, ending)
    reading = Reading(ports, states)
    outlining = Outlining(ports, reading)
    closing = Closing(ports, states, deciding, committing, creating, children, reading, limiting)
    reviving = Reviving(ports, states, deciding, committing, closing)
    trees = Trees(ports, states, deciding, children, reviving)
    holding = Holding(ports, states, creating)
    effects = Effects(
        creating=creating,
        closing=closing,
        holding=holding,
        stripping=Stripping(ports),
        trees=trees,
        delivering=Delivering(ports, states, deciding, committing),
        admitting=admitting,
        indexing=Indexing(ports, states, reading),
        timers=timers,
    )
    advancing = Advancing(ports, states, deciding, committing, effects)
    following = Following(advancing, inline=switches.inline_advance)
    operating = Operating(ports, states, deciding, committing, advancing, following)
    open_tasks = OpenTasks(ports, states, advancing)
    revealing = Revealing(ports)
    updates = Updating(ports, states, creating, following, open_tasks, limiting, revealing, ending)
    validating = Validating(
        ports,
        owner_email_mandatory=switches.owner_email_mandatory,
        name_validation=switches.name_validation,
    )
    timing = Timing(ports, states, deciding, committing, creating, timers, ending)
    explaining = late(lambda: _explaining(ports, states, deciding, reading, on_demand.evidence()))
    registering = cache(lambda: Registering(on_demand.definitions(), validating, ports.clock))

    def scheduling() -> Scheduling:
        """Imported here and when needed: most functions know nothing of schedules."""
        from podium.services.scheduling import Scheduling

        store, wakeups = on_demand.scheduler()
        return Scheduling.over(
            ports,
            store,
            wakeups,
            validating=validating,
            starting=starting,
            longest_catch_up=switches.schedule_catch_up_seconds * 1000,
        )

    return Engine(
        ports=ports,
        starts=Started(ports, starting, following),
        polls=Polling(ports, states, timers, limiting, revealing),
        updates=updates,
        reports=Reporting(ports, timers, updates),
        signals=Signaling(open_tasks, updates),
        messages=Posting(ports, following),
        mocking=Mocking(ports, states, starting, following, open_tasks, updates),
        awaiting=Awaiting(ports, states),
        reads=reading,
        explaining=late(
            lambda: _explaining(ports, states, deciding, reading, on_demand.evidence())
        ),
        searching=cache(lambda: _searching(ports, outlining)),
        searching_tasks=cache(lambda: _searching_tasks(ports, reading, outlining)),
        listing=Listing(ports, reading),
        outlining=outlining,
        operations=operating,
        removing=Removing(ports, states, deciding, committing, closing, following, operating),
        steering=Steering(ports, states, deciding, committing, creating, following, starting),
        requeuing=Requeuing(ports, states, creating),
        repeats=Repeating(ports, states, starting, reviving, following),
        advancing=advancing,
        read_record=read_record,
        timing=timing,
        fitting=Fitting(ports),
        external_storage=ExternalStorage(ports),
        describing=Describing(ports),
        tagging=Tagging(ports, registering),
        keeping=Keeping(ports),
        running=Running(ports, revealing, ending, late(lambda: _publishing(ports))),
        hear_record=hear_record,
        listening=Listening(ports, states, deciding, reading, parse_sink(switches.listener_sink)),
        subscribing=late(lambda: _subscribing(ports, validating)),
        event_queues=late(lambda: _event_queues(ports)),
        reacting=late(
            lambda: _reacting(ports, starting, following, open_tasks, updates, operating)
        ),
        limiting=limiting,
        gating=Gating(ports, limiting, admitting),
        repairs=Repairing(ports.executions, advancing, updates, operating, records),
        sweeping=late(lambda: _sweeping(ports, states, advancing, creating, timing, explaining)),
        redelivery=redelivery,
        configuration=configuration or {},
        cross_origin=CrossOrigin.parse(switches.cors_allowed_origins),
        validating=validating,
        registering=registering,
        redriving=cache(lambda: _redriving(on_demand.dead_letters(), ports)),
        scheduling=cache(scheduling),
    )


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


def _explaining(
    ports: Ports, states: States, deciding: Deciding, reading: Reading, evidence: Evidence
) -> Explaining:
    """Imported here and when needed: hardly anybody asks."""
    from podium.services.explaining import Explaining

    return Explaining(ports, states, deciding, reading, evidence)


def _sweeping(
    ports: Ports,
    states: States,
    advancing: Advancing,
    creating: Creating,
    timing: Timing,
    explaining: Explaining,
) -> Sweeping:
    """Imported here and when needed: one function sweeps."""
    from podium.services.sweeping import Sweeping

    return Sweeping(ports, states, advancing, creating, timing, explaining)


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


def _searching(ports: Ports, outlining: Outlining) -> Searching:
    """Imported here and when needed: the language is for the API alone (design: hot path)."""
    from podium.services.searching import Searching

    return Searching(ports, outlining)


def _searching_tasks(ports: Ports, reading: Reading, outlining: Outlining) -> SearchingTasks:
    """As above."""
    from podium.services.searching_tasks import SearchingTasks

    return SearchingTasks(ports, reading, outlining)


def _redriving(queues: DeadLetterQueues, ports: Ports) -> Redriving:
    """As above."""
    from podium.services.redriving import Redriving

    return Redriving(queues, ports.clock)


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


def _subscribing(ports: Ports, validating: Validating) -> Subscribing:
    from podium.services.subscribing import Subscribing

    return Subscribing(ports, validating)


def _event_queues(ports: Ports) -> EventQueues:
    from podium.services.event_queues import EventQueues

    return EventQueues(ports)


def _publishing(ports: Ports) -> Publishing:
    from podium.services.publishing import Publishing

    return Publishing(ports)


def _reacting(
    ports: Ports,
    starting: Starting,
    following: Following,
    open_tasks: OpenTasks,
    updates: Updating,
    operating: Operating,
) -> Reacting:
    from podium.services.reacting import Reacting

    return Reacting(ports, starting, following, open_tasks, updates, operating)


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


_installed: list[Engine] = []


def engine() -> Engine:
    """This process's engine: the installed one, or one made from the environment at first use."""
    if not _installed:
        install(build(Settings.from_environment(os.environ)))
    return _installed[-1]


def install(replacement: Engine | None) -> None:
    """Make ``replacement`` this process's engine; None: forget it, the next use makes a new one."""
    _installed[:] = [] if replacement is None else [replacement]
