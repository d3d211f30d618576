"""What Podium consists of, as data: the stacks are built from it and the laptop runtime runs from it.

Nothing here imports the CDK, boto3 or Podium itself (ADR 0007). The words are those of infra.shapes.
"""

from __future__ import annotations

from infra.shapes import (
    DAY,
    Attribute,
    Bucket,
    DeadLetters,
    EventBus,
    FilterPattern,
    Function,
    Grant,
    HttpRoute,
    Index,
    Key,
    Kind,
    MappedQueuesTrigger,
    Queue,
    QueueTrigger,
    ScheduleGroup,
    ScheduleTrigger,
    StreamTrigger,
    Table,
    Topology,
    Variable,
    grant,
)

EXECUTIONS = "executions"
METADATA = "metadata"
PAYLOADS = "payloads"
SYSTEM_TASKS = "system-tasks"
SYSTEM_TASKS_DEAD_LETTERS = "system-tasks-dead-letters"
TIMERS = "timers"
TIMERS_DEAD_LETTERS = "timers-dead-letters"
RESULTS = "results"
RESULTS_DEAD_LETTERS = "results-dead-letters"
#: Calls for a look at the gate of a limit (protocol.md 9).
GATES = "gates"
GATES_DEAD_LETTERS = "gates-dead-letters"
#: Wakeups of schedules, delayed or sent by EventBridge Scheduler (docs/schedules.md).
SCHEDULES = "schedules"
SCHEDULES_DEAD_LETTERS = "schedules-dead-letters"
DECIDER_FAILURES = "decider-failures"
#: Dead letters of the task types' own queues. Not "task-...": those names belong to task types.
TASKS_DEAD_LETTERS = "tasks-dead-letters"
REPAIR_DEAD_LETTERS = "repair-dead-letters"
#: Events of Podium's own, and what topics and buses tell that handlers listen to.
EVENT_MESSAGES = "event-messages"
#: Dead letters of that queue, and of every queue that a handler listens to.
EVENT_DEAD_LETTERS = "event-dead-letters"
#: Where messages end that were received too often: an operator lists them and gives them back from there.
DEAD_LETTER_QUEUES = (
    SYSTEM_TASKS_DEAD_LETTERS,
    TIMERS_DEAD_LETTERS,
    RESULTS_DEAD_LETTERS,
    GATES_DEAD_LETTERS,
    SCHEDULES_DEAD_LETTERS,
    EVENT_DEAD_LETTERS,
    TASKS_DEAD_LETTERS,
    REPAIR_DEAD_LETTERS,
)
#: The bus of status events.
EVENTS = "events"

#: Where executions are searched, beside reading them by id (ADR 13): all by start time and id.
SEARCH_INDEXES = (
    Index("types", Key("iy"), Key("so"), "ALL"),
    Index("statuses", Key("is"), Key("so"), "ALL"),
    # These never change after a start, so the end of an execution writes nothing in them.
    Index("times", Key("it"), Key("so")),
    Index("correlations", Key("ic"), Key("so")),
    Index("parents", Key("ip"), Key("so")),
)

#: Record images that need a handler carry ``x`` = "1" (protocol.md 4).
DECIDER_FILTER: FilterPattern = {
    "eventName": ("INSERT", "MODIFY"),
    "dynamodb": {"NewImage": {"x": {"S": ("1",)}}},
}

#: Listeners hear of marked items only: where nobody listens, nothing matches (docs/listeners.md).
LISTENER_FILTER: FilterPattern = {
    "eventName": ("INSERT", "MODIFY"),
    "dynamodb": {"NewImage": {"ls": {"S": ("1",)}}},
}

ENVIRONMENT = (
    Variable("PODIUM_EXECUTIONS_TABLE", Attribute.TABLE_NAME, EXECUTIONS),
    Variable("PODIUM_METADATA_TABLE", Attribute.TABLE_NAME, METADATA),
    Variable("PODIUM_PAYLOAD_BUCKET", Attribute.BUCKET_NAME, PAYLOADS),
    Variable("PODIUM_QUEUE_PREFIX", Attribute.QUEUE_PREFIX),
    Variable("PODIUM_SYSTEM_TASKS_QUEUE_URL", Attribute.QUEUE_URL, SYSTEM_TASKS),
    Variable("PODIUM_TIMERS_QUEUE_URL", Attribute.QUEUE_URL, TIMERS),
    Variable("PODIUM_RESULTS_QUEUE_URL", Attribute.QUEUE_URL, RESULTS),
    Variable("PODIUM_GATES_QUEUE_URL", Attribute.QUEUE_URL, GATES),
    Variable("PODIUM_TASK_DEAD_LETTERS_QUEUE_ARN", Attribute.QUEUE_ARN, TASKS_DEAD_LETTERS),
    Variable("PODIUM_SECRET_PREFIX", Attribute.SECRET_PREFIX),
    Variable("PODIUM_ENVIRONMENT_PREFIX", Attribute.ENVIRONMENT_PREFIX),
    Variable("PODIUM_FAILURES_QUEUE_URL", Attribute.QUEUE_URL, DECIDER_FAILURES),
    Variable("PODIUM_SCHEDULES_QUEUE_URL", Attribute.QUEUE_URL, SCHEDULES),
    Variable("PODIUM_SCHEDULES_QUEUE_ARN", Attribute.QUEUE_ARN, SCHEDULES),
    Variable(
        "PODIUM_SCHEDULES_DEAD_LETTERS_QUEUE_ARN", Attribute.QUEUE_ARN, SCHEDULES_DEAD_LETTERS
    ),
    Variable("PODIUM_SCHEDULE_GROUP", Attribute.SCHEDULE_GROUP_NAME),
    Variable("PODIUM_SCHEDULER_ROLE_ARN", Attribute.SCHEDULER_ROLE_ARN),
    Variable("PODIUM_EVENT_MESSAGES_QUEUE_URL", Attribute.QUEUE_URL, EVENT_MESSAGES),
    Variable("PODIUM_EVENT_MESSAGES_QUEUE_ARN", Attribute.QUEUE_ARN, EVENT_MESSAGES),
    Variable("PODIUM_EVENT_DEAD_LETTERS_QUEUE_ARN", Attribute.QUEUE_ARN, EVENT_DEAD_LETTERS),
    Variable("PODIUM_DEAD_LETTER_QUEUES", Attribute.TEXT, ",".join(DEAD_LETTER_QUEUES)),
    Variable("PODIUM_EVENTS_FUNCTION", Attribute.FUNCTION_NAME, "events"),
    Variable("PODIUM_INLINE_ADVANCE", Attribute.TEXT, "true"),
    Variable("PODIUM_PAYLOAD_THRESHOLD_BYTES", Attribute.TEXT, "32768"),
    Variable("PODIUM_TASK_PAYLOAD_THRESHOLD_BYTES", Attribute.TEXT, "3145728"),
    Variable("PODIUM_WORKFLOW_PAYLOAD_THRESHOLD_BYTES", Attribute.TEXT, "5242880"),
    Variable("PODIUM_TASK_PAYLOAD_LIMIT_BYTES", Attribute.TEXT, "10485760"),
    Variable("PODIUM_WORKFLOW_PAYLOAD_LIMIT_BYTES", Attribute.TEXT, "10485760"),
    Variable("PODIUM_VARIABLES_LIMIT_BYTES", Attribute.TEXT, "262144"),
    Variable("PODIUM_OWNER_EMAIL_MANDATORY", Attribute.TEXT, "false"),
    Variable("PODIUM_NAME_VALIDATION", Attribute.TEXT, "false"),
    Variable("PODIUM_HTTP_TASK_ALLOW_PRIVATE", Attribute.TEXT, "false"),
    Variable("PODIUM_TASK_STATUS_EVENTS", Attribute.TEXT, "false"),
    Variable("PODIUM_LISTENER_SINK", Attribute.TEXT, "eventbridge"),
    Variable("PODIUM_CORS_ALLOWED_ORIGINS", Attribute.TEXT, ""),
    Variable("PODIUM_SCHEDULE_CATCH_UP_SECONDS", Attribute.TEXT, "2592000"),
    Variable("PODIUM_KAFKA_BOOTSTRAP_SERVERS", Attribute.TEXT, ""),
    Variable("PODIUM_KAFKA_SECURITY_PROTOCOL", Attribute.TEXT, "PLAINTEXT"),
    Variable("PODIUM_KAFKA_SASL_MECHANISM", Attribute.TEXT, ""),
    Variable("PODIUM_KAFKA_SECRET", Attribute.TEXT, ""),
    Variable("PODIUM_LOG_LEVEL", Attribute.TEXT, "INFO"),
)

#: A transaction is authorized as the writes it holds.
_EXECUTIONS_WRITE = grant(
    Kind.TABLE,
    EXECUTIONS,
    "dynamodb",
    "ConditionCheckItem",
    "GetItem",
    "PutItem",
    "Query",
    "UpdateItem",
)
_EXECUTIONS_UPDATE = grant(Kind.TABLE, EXECUTIONS, "dynamodb", "GetItem", "UpdateItem")
_METADATA_READ = grant(Kind.TABLE, METADATA, "dynamodb", "BatchGetItem", "GetItem", "Query")
#: The registry of task queues lives in the metadata table; the first task of a type writes it.
_REGISTER_QUEUE = grant(Kind.TABLE, METADATA, "dynamodb", "UpdateItem")
_TASKS_SEND = grant(Kind.TASK_QUEUES, "", "sqs", "CreateQueue", "SendMessage")
_TASKS_RECEIVE = grant(
    Kind.TASK_QUEUES, "", "sqs", "ChangeMessageVisibility", "DeleteMessage", "ReceiveMessage"
)
_TASKS_COUNT = grant(Kind.TASK_QUEUES, "", "sqs", "GetQueueAttributes")
_OWN_QUEUES_COUNT = tuple(
    grant(Kind.QUEUE, name, "sqs", "GetQueueAttributes")
    for name in (SYSTEM_TASKS, RESULTS, TASKS_DEAD_LETTERS)
)
_SYSTEM_TASKS_SEND = grant(Kind.QUEUE, SYSTEM_TASKS, "sqs", "SendMessage")
_TIMERS_SEND = grant(Kind.QUEUE, TIMERS, "sqs", "SendMessage")
#: Whoever parks a limited task, or frees the slot that it waits for, calls for the gate.
_GATES_CALL = grant(Kind.QUEUE, GATES, "sqs", "SendMessage")
#: Without this S3 says "forbidden" of an object that is not there, and a lost payload looks like a fault.
_PAYLOADS_SEEK = grant(Kind.BUCKET, PAYLOADS, "s3", "ListBucket")
_PAYLOADS_READ = grant(Kind.OBJECTS, PAYLOADS, "s3", "GetObject")
_PAYLOADS_WRITE = grant(Kind.OBJECTS, PAYLOADS, "s3", "PutObject")
#: Functions that hand secrets out, or search for them in what comes back.
_SECRETS_READ = grant(Kind.SECRETS, "", "secretsmanager", "GetSecretValue")
#: Functions that create tasks or hand them out.
_VARIABLES_READ = grant(Kind.PARAMETERS, "", "ssm", "GetParameters")
_PUBLISH = (
    grant(Kind.EVENT_BUSES, "", "events", "PutEvents"),
    grant(Kind.SINK_QUEUES, "", "sqs", "CreateQueue", "GetQueueUrl", "SendMessage"),
)
#: EVENT tasks write to what is there; nothing is made for them.
_EVENTS_SEND = (
    grant(Kind.QUEUE, EVENT_MESSAGES, "sqs", "SendMessage"),
    grant(Kind.SINK_QUEUES, "", "sqs", "GetQueueUrl", "SendMessage"),
    grant(Kind.SINK_TOPICS, "", "sns", "Publish"),
    grant(Kind.EVENT_BUSES, "", "events", "PutEvents"),
)
#: Whoever registers an event handler opens its source; updates through a queue are sent there.
_EVENTS_LISTEN = (
    grant(
        Kind.SINK_QUEUES,
        "",
        "sqs",
        "CreateQueue",
        "GetQueueAttributes",
        "GetQueueUrl",
        "SendMessage",
        "SetQueueAttributes",
    ),
    grant(
        Kind.SINK_TOPICS,
        "",
        "sns",
        "CreateTopic",
        "ListSubscriptionsByTopic",
        "Subscribe",
        "Unsubscribe",
    ),
    grant(Kind.EVENT_RULES, "", "events", "DeleteRule", "PutRule", "PutTargets", "RemoveTargets"),
    grant(
        Kind.MAPPINGS, "events", "lambda", "CreateEventSourceMapping", "DeleteEventSourceMapping"
    ),
    # How many messages wait.
    grant(Kind.QUEUE, EVENT_MESSAGES, "sqs", "GetQueueAttributes", "GetQueueUrl"),
    grant(Kind.ALL_MAPPINGS, "", "lambda", "ListEventSourceMappings"),
)
_PAYLOADS = (_PAYLOADS_SEEK, _PAYLOADS_READ, _PAYLOADS_WRITE)

#: Whoever gives dead letters back sends them to where they came from: what ``advance`` and events may
#: not send to is listed here.
_REDRIVE = (
    *(
        grant(
            Kind.QUEUE,
            name,
            "sqs",
            "DeleteMessage",
            "GetQueueAttributes",
            "ListDeadLetterSourceQueues",
            "ReceiveMessage",
        )
        for name in DEAD_LETTER_QUEUES
    ),
    *(
        grant(Kind.QUEUE, name, "sqs", "SendMessage")
        for name in (RESULTS, EVENT_MESSAGES, DECIDER_FAILURES, TASKS_DEAD_LETTERS)
    ),
)

#: Payloads of a removed execution go; it takes an operator to let an archived copy go.
_PAYLOADS_DELETE = grant(Kind.OBJECTS, PAYLOADS, "s3", "DeleteObject")

_SEARCH = tuple(
    grant(Kind.INDEX, f"{EXECUTIONS}/{index.name}", "dynamodb", "Query") for index in SEARCH_INDEXES
)

#: What ``advance`` needs: whoever may move a workflow holds all of it.
_ADVANCE = (
    _EXECUTIONS_WRITE,
    _METADATA_READ,
    _REGISTER_QUEUE,
    _TASKS_SEND,
    _SYSTEM_TASKS_SEND,
    _TIMERS_SEND,
    _VARIABLES_READ,
    _GATES_CALL,
    *_PAYLOADS,
)


#: Whoever sets the next moment of a schedule sees to it that somebody wakes it.
_WAKE = (
    grant(Kind.QUEUE, SCHEDULES, "sqs", "SendMessage"),
    grant(Kind.SCHEDULES, "", "scheduler", "CreateSchedule", "DeleteSchedule"),
    grant(Kind.SCHEDULER_ROLE, "", "iam", "PassRole"),
)


def _show_again(queue: str) -> Grant:
    """A message that came before its task's item is seen again soon."""
    return grant(Kind.QUEUE, queue, "sqs", "ChangeMessageVisibility")


#: As long as SQS keeps a message at all, and as long as the queues of task types do.
_LONGEST_RETENTION = 14 * DAY


def _read_queue(
    name: str, timeout: int, dead_letters: str, retention: int = 7 * DAY, receives: int = 10
) -> Queue:
    """A queue read by a function with this timeout.

    Visibility is six timeouts, as the SQS event source asks: throttled batches are retried in it.
    A moved message keeps its age, so dead letters are kept longer than where they come from.
    """
    return Queue(
        name,
        visibility=6 * timeout,
        retention=retention,
        dead_letters=DeadLetters(dead_letters, max_receive_count=receives),
    )


def _last_queue(name: str) -> Queue:
    """A queue that nobody reads but an operator."""
    return Queue(name, retention=_LONGEST_RETENTION)


_API_TIMEOUT = 29
_SYSTEM_TASKS_TIMEOUT = 120
_WORK_TIMEOUT = 60

TOPOLOGY = Topology(
    tables=(
        Table(
            EXECUTIONS,
            indexes=(Index("due", Key("due"), Key("tm", "N")), *SEARCH_INDEXES),
            stream=True,
            ttl_attribute="ttl",
        ),
        # Definitions and schedules stay; records of what schedules have started do not.
        Table(METADATA, ttl_attribute="ttl"),
    ),
    bucket=Bucket(PAYLOADS, expire_after_days=400),
    event_bus=EventBus(EVENTS),
    schedule_group=ScheduleGroup(SCHEDULES, SCHEDULES, SCHEDULES_DEAD_LETTERS),
    queues=(
        # A run that died is repeated before its lease (360 s) ends; with one message a batch there
        # are no throttled batches to leave room for.
        Queue(
            SYSTEM_TASKS,
            visibility=_SYSTEM_TASKS_TIMEOUT + 30,
            retention=7 * DAY,
            dead_letters=DeadLetters(SYSTEM_TASKS_DEAD_LETTERS, max_receive_count=10),
        ),
        _last_queue(SYSTEM_TASKS_DEAD_LETTERS),
        _read_queue(TIMERS, _WORK_TIMEOUT, TIMERS_DEAD_LETTERS),
        _last_queue(TIMERS_DEAD_LETTERS),
        _read_queue(RESULTS, _WORK_TIMEOUT, RESULTS_DEAD_LETTERS),
        _last_queue(RESULTS_DEAD_LETTERS),
        _read_queue(GATES, _WORK_TIMEOUT, GATES_DEAD_LETTERS, DAY),
        _last_queue(GATES_DEAD_LETTERS),
        _read_queue(SCHEDULES, _WORK_TIMEOUT, SCHEDULES_DEAD_LETTERS),
        _last_queue(SCHEDULES_DEAD_LETTERS),
        Queue(
            EVENT_MESSAGES,
            visibility=6 * _WORK_TIMEOUT,
            retention=7 * DAY,
            dead_letters=DeadLetters(EVENT_DEAD_LETTERS, max_receive_count=10),
            takes_notifications=True,
        ),
        _last_queue(EVENT_DEAD_LETTERS),
        _read_queue(DECIDER_FAILURES, _WORK_TIMEOUT, REPAIR_DEAD_LETTERS),
        # SQS counts receives across queues: what comes here has ten of them already.
        _read_queue(TASKS_DEAD_LETTERS, _WORK_TIMEOUT, REPAIR_DEAD_LETTERS, _LONGEST_RETENTION, 20),
        _last_queue(REPAIR_DEAD_LETTERS),
    ),
    functions=(
        Function(
            "api",
            memory=512,
            timeout=_API_TIMEOUT,
            triggers=(HttpRoute("ANY", "/{proxy+}"),),
            grants=(
                *_ADVANCE,
                grant(Kind.TABLE, EXECUTIONS, "dynamodb", "BatchGetItem", "DeleteItem"),
                *_SEARCH,
                _PAYLOADS_DELETE,
                grant(Kind.TABLE, METADATA, "dynamodb", "DeleteItem", "PutItem"),
                *_WAKE,
                _TASKS_RECEIVE,
                _TASKS_COUNT,
                # Why an execution waits.
                *_OWN_QUEUES_COUNT,
                _SECRETS_READ,
                grant(
                    Kind.SECRETS,
                    "",
                    "secretsmanager",
                    "CreateSecret",
                    "DeleteSecret",
                    "PutSecretValue",
                    "RestoreSecret",
                ),
                grant(Kind.ALL_SECRETS, "", "secretsmanager", "ListSecrets"),
                grant(Kind.PARAMETERS, "", "ssm", "GetParametersByPath"),
                *_EVENTS_LISTEN,
                *_REDRIVE,
            ),
            environment=ENVIRONMENT,
        ),
        Function(
            "poll",
            # Lambda is billed for a long poll's wait: no more memory than the imports need.
            memory=256,
            timeout=_API_TIMEOUT,
            triggers=(HttpRoute("GET", "/api/tasks/poll/{proxy+}"),),
            grants=(
                _EXECUTIONS_UPDATE,
                grant(Kind.TABLE, METADATA, "dynamodb", "GetItem"),
                _REGISTER_QUEUE,
                _TASKS_RECEIVE,
                # A task that finds no free slot goes back to its queue.
                _TASKS_SEND,
                _TIMERS_SEND,
                _SECRETS_READ,
                _VARIABLES_READ,
                _PAYLOADS_SEEK,
                _PAYLOADS_READ,
            ),
            environment=ENVIRONMENT,
        ),
        Function(
            "decider",
            memory=512,
            timeout=_WORK_TIMEOUT,
            triggers=(StreamTrigger(EXECUTIONS, DECIDER_FILTER, on_failure=DECIDER_FAILURES),),
            grants=(*_ADVANCE, _PAYLOADS_DELETE),
            environment=ENVIRONMENT,
        ),
        Function(
            "system_tasks",
            memory=256,
            timeout=_SYSTEM_TASKS_TIMEOUT,
            # One call at a time: a slow target holds up nobody else and has the whole timeout.
            triggers=(QueueTrigger(SYSTEM_TASKS, batch_size=1, max_concurrency=100),),
            # An HTTP_POLL goes back to its queue until its condition holds.
            grants=(
                _EXECUTIONS_UPDATE,
                _SECRETS_READ,
                *_PAYLOADS,
                _SYSTEM_TASKS_SEND,
                *_EVENTS_SEND,
                _show_again(SYSTEM_TASKS),
            ),
            environment=ENVIRONMENT,
        ),
        Function(
            "timers",
            memory=512,
            timeout=_WORK_TIMEOUT,
            triggers=(QueueTrigger(TIMERS), ScheduleTrigger("sweep", rate_minutes=1)),
            grants=(
                *_ADVANCE,
                grant(Kind.INDEX, f"{EXECUTIONS}/due", "dynamodb", "Query"),
                # The sweep looks at which gates somebody waits.
                _TASKS_COUNT,
                _show_again(TIMERS),
            ),
            environment=ENVIRONMENT,
        ),
        Function(
            "results",
            memory=512,
            timeout=_WORK_TIMEOUT,
            triggers=(QueueTrigger(RESULTS),),
            grants=(*_ADVANCE, _SECRETS_READ, _show_again(RESULTS)),
            environment=ENVIRONMENT,
        ),
        Function(
            "schedules",
            memory=512,
            timeout=_WORK_TIMEOUT,
            triggers=(
                # Many schedules fire at midnight.
                QueueTrigger(SCHEDULES),
                ScheduleTrigger("overdue-schedules", rate_minutes=5),
            ),
            grants=(
                *_ADVANCE,
                # Its cursors, and its records.
                grant(Kind.TABLE, METADATA, "dynamodb", "PutItem"),
                *_WAKE,
                _show_again(SCHEDULES),
            ),
            environment=ENVIRONMENT,
        ),
        Function(
            "events",
            memory=512,
            timeout=_WORK_TIMEOUT,
            triggers=(QueueTrigger(EVENT_MESSAGES), MappedQueuesTrigger()),
            grants=(
                *_ADVANCE,
                _SECRETS_READ,
                # A message of Kafka that has to come again does so from this queue.
                grant(Kind.QUEUE, EVENT_MESSAGES, "sqs", "SendMessage"),
                _show_again(EVENT_MESSAGES),
            ),
            environment=ENVIRONMENT,
        ),
        Function(
            "listeners",
            memory=256,
            timeout=_WORK_TIMEOUT,
            triggers=(StreamTrigger(EXECUTIONS, LISTENER_FILTER, on_failure=DECIDER_FAILURES),),
            grants=(
                grant(Kind.TABLE, EXECUTIONS, "dynamodb", "GetItem", "Query"),
                _METADATA_READ,
                _PAYLOADS_SEEK,
                _PAYLOADS_READ,
                # Payloads of onStateChange may name variables.
                _VARIABLES_READ,
                *_PUBLISH,
                # What cannot be published now is tried again by repair.
                grant(Kind.QUEUE, DECIDER_FAILURES, "sqs", "SendMessage"),
            ),
            environment=ENVIRONMENT,
        ),
        Function(
            "gate",
            memory=256,
            timeout=_WORK_TIMEOUT,
            # Few at a time: runs of one gate race for the same slots.
            triggers=(QueueTrigger(GATES, max_concurrency=10),),
            grants=(
                # An execution that gets its slot is let go by a write of its header.
                _EXECUTIONS_WRITE,
                grant(Kind.TABLE, METADATA, "dynamodb", "GetItem"),
                _REGISTER_QUEUE,
                _TASKS_SEND,
                _TASKS_RECEIVE,
                _TASKS_COUNT,
                _SYSTEM_TASKS_SEND,
                _GATES_CALL,
                _PAYLOADS_SEEK,
                _PAYLOADS_READ,
                _show_again(GATES),
            ),
            environment=ENVIRONMENT,
        ),
        Function(
            "repair",
            memory=512,
            timeout=_WORK_TIMEOUT,
            triggers=(
                QueueTrigger(DECIDER_FAILURES, batch_size=1, max_concurrency=5),
                QueueTrigger(TASKS_DEAD_LETTERS, max_concurrency=5),
                # The net: RUNNING executions that nothing moves.
                ScheduleTrigger("lost-executions", rate_minutes=15),
            ),
            grants=(
                *_ADVANCE,
                *_PUBLISH,
                grant(Kind.TABLE, EXECUTIONS, "dynamodb", "BatchGetItem"),
                grant(Kind.INDEX, f"{EXECUTIONS}/statuses", "dynamodb", "Query"),
                _TASKS_COUNT,
                *_OWN_QUEUES_COUNT,
                # A failed batch is reported by its place in the stream; the ids are read there.
                grant(
                    Kind.STREAM,
                    EXECUTIONS,
                    "dynamodb",
                    "GetRecords",
                    "GetShardIterator",
                    "ListStreams",
                ),
            ),
            environment=ENVIRONMENT,
        ),
    ),
)
