"""The words of the topology: tables, queues, functions, triggers, grants; and how names are made.

Sizes are MB, times are seconds unless a name
says otherwise. Names are logical; :func:`physical_name` turns them into those of one installation.
Limits of the services are those of aws.md 5.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, TypeAlias

DAY = 86_400

#: EventBridge and Lambda filter patterns are JSON: lists of accepted values at the leaves.
FilterPattern: TypeAlias = "Mapping[str, FilterPattern | tuple[str, ...]]"


# --- What stores and carries -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Key:
    """A key attribute; type ``S`` (string) or ``N`` (number)."""

    name: str
    type: Literal["S", "N"] = "S"


@dataclass(frozen=True, slots=True)
class Index:
    """A global secondary index; items without its keys are not in it."""

    name: str
    partition_key: Key
    sort_key: Key
    #: What it holds of an item: a write of the item is paid again where any of that changes.
    projection: Literal["KEYS_ONLY", "ALL"] = "KEYS_ONLY"


@dataclass(frozen=True, slots=True)
class Table:
    """A DynamoDB table, billed per request; its stream, if any, carries new and old images."""

    name: str
    partition_key: Key = field(default_factory=lambda: Key("pk"))
    sort_key: Key = field(default_factory=lambda: Key("sk"))
    indexes: tuple[Index, ...] = ()
    stream: bool = False
    ttl_attribute: str = ""


@dataclass(frozen=True, slots=True)
class Bucket:
    """A private S3 bucket; objects are removed when they are older than any execution kept."""

    name: str
    expire_after_days: int


@dataclass(frozen=True, slots=True)
class EventBus:
    """A bus of EventBridge; who is to hear of its events is said by rules that are not ours."""

    name: str


@dataclass(frozen=True, slots=True)
class ScheduleGroup:
    """A group of EventBridge Scheduler for one-time schedules made at run time, all of which send to
    ``queue``; what cannot be sent goes to ``dead_letters``.
    """

    name: str
    queue: str
    dead_letters: str


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """Where a message goes that was received ``max_receive_count`` times and never deleted."""

    queue: str
    max_receive_count: int


@dataclass(frozen=True, slots=True)
class Queue:
    """A standard SQS queue."""

    name: str
    visibility: int = 30
    retention: int = 7 * DAY
    dead_letters: DeadLetters | None = None
    #: Topics and rules of the installation may send to it.
    takes_notifications: bool = False


# --- What runs, and when ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HttpRoute:
    """A route of the HTTP API (payload format 2.0)."""

    method: str
    path: str


@dataclass(frozen=True, slots=True)
class StreamTrigger:
    """Records of a table's stream that match ``filter``; order is kept per item only."""

    table: str
    filter: FilterPattern
    on_failure: str
    batch_size: int = 100
    window: int = 0
    parallelization: int = 10
    bisect: bool = True
    retries: int = 10
    #: Half of the 24 hours a stream keeps: what waits longer goes to ``on_failure``, never unseen away.
    max_record_age: int = DAY // 2
    report_item_failures: bool = True


@dataclass(frozen=True, slots=True)
class QueueTrigger:
    """Messages of a queue; those a handler names in ``batchItemFailures`` come again."""

    queue: str
    batch_size: int = 10
    window: int = 0
    max_concurrency: int = 50
    report_item_failures: bool = True


@dataclass(frozen=True, slots=True)
class MappedQueuesTrigger:
    """Queues for events that handlers are registered for: the mappings are made at run time."""

    batch_size: int = 10
    max_concurrency: int = 10


@dataclass(frozen=True, slots=True)
class ScheduleTrigger:
    """A tick at a fixed rate."""

    name: str
    rate_minutes: int


Trigger: TypeAlias = (
    HttpRoute | StreamTrigger | QueueTrigger | MappedQueuesTrigger | ScheduleTrigger
)


# --- What it may touch -----------------------------------------------------------------------------


class Kind(StrEnum):
    """Kinds of things that a permission or a variable can name."""

    TABLE = "table"
    #: ``<table>/<index>``.
    INDEX = "index"
    #: The stream of a table.
    STREAM = "stream"
    BUCKET = "bucket"
    #: Every object of a bucket.
    OBJECTS = "objects"
    QUEUE = "queue"
    #: The queues of task types, which are made at run time: known by their prefix only.
    TASK_QUEUES = "task-queues"
    #: Queues of sinks and of event handlers, made at run time: known by their prefix only.
    SINK_QUEUES = "sink-queues"
    #: Topics of sinks and of event handlers: known by their prefix only.
    SINK_TOPICS = "sink-topics"
    #: Rules for event handlers, on any bus of the installation.
    EVENT_RULES = "event-rules"
    #: Mappings of queues to the function with this name, which alone they may call.
    MAPPINGS = "mappings"
    #: Whatever mappings there are: listing them cannot be narrowed.
    ALL_MAPPINGS = "all-mappings"
    #: Event buses called by the installation's prefix, its own among them.
    EVENT_BUSES = "event-buses"
    #: Every secret of the installation: known by their prefix only.
    SECRETS = "secrets"
    #: Whatever secrets there are: listing their names cannot be narrowed.
    ALL_SECRETS = "all-secrets"
    #: Every variable of the installation's environment, and the path they lie under.
    PARAMETERS = "parameters"
    #: Every schedule of the schedule group.
    SCHEDULES = "schedules"
    #: The role with which EventBridge Scheduler sends.
    SCHEDULER_ROLE = "scheduler-role"


@dataclass(frozen=True, slots=True)
class Resource:
    """A thing by kind and logical name; what is known by its prefix has no name."""

    kind: Kind
    name: str = ""


@dataclass(frozen=True, slots=True)
class Grant:
    """IAM actions (``service:Action``) on one resource."""

    on: Resource
    actions: tuple[str, ...]


class Attribute(StrEnum):
    """What of a resource an environment variable holds."""

    TABLE_NAME = "table-name"
    BUCKET_NAME = "bucket-name"
    QUEUE_URL = "queue-url"
    QUEUE_ARN = "queue-arn"
    FUNCTION_NAME = "function-name"
    #: First part of the name of every queue of the installation.
    QUEUE_PREFIX = "queue-prefix"
    #: First part of the name of every secret.
    SECRET_PREFIX = "secret-prefix"  # noqa: S105  # a name
    #: First part of the name of every variable.
    ENVIRONMENT_PREFIX = "environment-prefix"
    SCHEDULE_GROUP_NAME = "schedule-group-name"
    SCHEDULER_ROLE_ARN = "scheduler-role-arn"
    #: ``Variable.of`` is the value itself.
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Variable:
    """An environment variable: an attribute of the resource called ``of``, or a text."""

    name: str
    attribute: Attribute
    of: str = ""


@dataclass(frozen=True, slots=True)
class Function:
    """A Lambda function; its code is the folder ``functions/<name>``."""

    name: str
    memory: int
    timeout: int
    triggers: tuple[Trigger, ...]
    #: What the code asks for; what its triggers need comes on top (:func:`all_grants`).
    grants: tuple[Grant, ...]
    environment: tuple[Variable, ...]
    runtime: str = "python3.13"
    architecture: Literal["arm64", "x86_64"] = "arm64"

    @property
    def handler(self) -> str:
        """Import path of the handler, the same in Lambda, on the laptop and in tests."""
        return f"functions.{self.name}.handler.handler"


@dataclass(frozen=True, slots=True)
class Topology:
    """One installation."""

    tables: tuple[Table, ...]
    bucket: Bucket
    event_bus: EventBus
    schedule_group: ScheduleGroup
    queues: tuple[Queue, ...]
    functions: tuple[Function, ...]

    def table(self, name: str) -> Table:
        """The table with this logical name."""
        return next(table for table in self.tables if table.name == name)

    def queue(self, name: str) -> Queue:
        """The queue with this logical name."""
        return next(queue for queue in self.queues if queue.name == name)

    def function(self, name: str) -> Function:
        """The function with this name."""
        return next(function for function in self.functions if function.name == name)


def physical_name(name: str, stack: str = "podium") -> str:
    """Name of a table, bucket, queue, function, role or rule of the installation ``stack``.

    A deployed bucket gets account and region on top, since bucket names are global.
    """
    return f"{stack}-{name}".replace("_", "-")


def queue_prefix(stack: str = "podium") -> str:
    """PODIUM_QUEUE_PREFIX of the installation."""
    return f"{stack}-"


def task_queue_prefix(stack: str = "podium") -> str:
    """How the name of every queue of a task type starts; no queue of the topology does."""
    return queue_prefix(stack) + "task-"


def sink_queue_prefix(stack: str = "podium") -> str:
    """How the name of every queue for status events starts; no queue of the topology does."""
    return queue_prefix(stack) + "sink-"


def event_rule_prefix(stack: str = "podium") -> str:
    """How the name of every rule for event handlers starts."""
    return queue_prefix(stack) + "event-"


def secret_prefix(stack: str = "podium") -> str:
    """PODIUM_SECRET_PREFIX: how the name of every secret in Secrets Manager starts."""
    return f"{stack}/secrets/"


def environment_prefix(stack: str = "podium") -> str:
    """PODIUM_ENVIRONMENT_PREFIX: how the name of every variable in the parameter store starts."""
    return f"/{stack}/environment/"


def all_grants(function: Function) -> tuple[Grant, ...]:
    """Everything ``function`` may do (beside writing its log): its own grants and its triggers'."""
    return function.grants + tuple(
        grant for trigger in function.triggers for grant in _trigger_grants(trigger)
    )


def _trigger_grants(trigger: Trigger) -> tuple[Grant, ...]:
    """Lambda polls streams and queues, and reports failed batches, as the function's role."""
    match trigger:
        case StreamTrigger(table=table, on_failure=on_failure):
            read = ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")
            return (
                grant(Kind.STREAM, table, "dynamodb", *read),
                grant(Kind.QUEUE, on_failure, "sqs", "SendMessage"),
            )
        case QueueTrigger(queue=queue):
            receive = ("DeleteMessage", "GetQueueAttributes", "ReceiveMessage")
            return (grant(Kind.QUEUE, queue, "sqs", *receive),)
        case MappedQueuesTrigger():
            receive = ("DeleteMessage", "GetQueueAttributes", "ReceiveMessage")
            return (grant(Kind.SINK_QUEUES, "", "sqs", *receive),)
        case _:
            return ()


def grant(kind: Kind, name: str, service: str, *actions: str) -> Grant:
    """The actions of one service on one resource."""
    return Grant(Resource(kind, name), tuple(f"{service}:{action}" for action in actions))
