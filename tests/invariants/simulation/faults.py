"""Every kind of fault that the simulated AWS deals, with what it does and how often.

``Fault`` is the one list: the weather of a seed scales each of them, a run counts each under its value,
and the coverage of the simulation asks that none of them stays at zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from botocore.exceptions import ClientError, ReadTimeoutError

from podium.adapters.aws.errors import canceled, translated
from podium.adapters.memory.calls import Quirk
from podium.errors import PodiumError
from podium_local.pump.faults import InvocationDroppedError


class Fault(Enum):
    """What may go wrong; the value is the name it is counted under."""

    # The process of an invocation.
    KILLED_BEFORE_READ = "process: killed before a read"
    KILLED_AFTER_READ = "process: killed after a read"
    KILLED_BEFORE_WRITE = "process: killed before a write"
    KILLED_AFTER_WRITE = "process: killed after a write"
    TIME_LIMIT = "process: killed by its time limit"
    STALLED = "process: one stands still at a call"
    CACHES_LOST = "process: all are replaced by cold ones"
    SLEPT = "process: one wakes up with old caches"

    # DynamoDB. Errors are those left when the SDK has given up repeating a call.
    THROUGHPUT_EXCEEDED = "DynamoDB: provisioned throughput exceeded"
    REQUEST_LIMIT = "DynamoDB: request limit exceeded"
    TABLE_BROKEN = "DynamoDB: internal error"
    TABLE_BROKEN_AFTER = "DynamoDB: internal error, but the write is done"
    TABLE_UNANSWERED = "DynamoDB: no answer, the write is not done"
    TABLE_UNANSWERED_AFTER = "DynamoDB: no answer, but the write is done"
    ITEM_IN_CONFLICT = "DynamoDB: another transaction is at the item"
    TRANSACTION_IN_CONFLICT = "DynamoDB: transaction canceled by a conflict"
    TRANSACTION_THROTTLED = "DynamoDB: transaction canceled by throttling"
    TRANSACTION_UNDER_WAY = "DynamoDB: the same transaction is in progress"
    WRITE_REPEATED = "DynamoDB: a write is done, and repeated by the SDK"

    ITEM_BEHIND = "DynamoDB: an eventually consistent read finds an older item"
    ITEM_NOT_THERE_YET = "DynamoDB: an eventually consistent read misses a new item"
    INDEX_BEHIND = "DynamoDB: an index is behind its table"
    UNPROCESSED = "DynamoDB: keys of a batch are left unread"

    # SQS.
    QUEUE_THROTTLED = "SQS: request throttled"
    QUEUE_BROKEN = "SQS: service unavailable"
    QUEUE_UNANSWERED = "SQS: no answer, but it is done"
    SENT_TWICE = "SQS: a message is sent, and sent again by the SDK"
    RECEIVES_NOTHING = "SQS: a receive finds nothing though there are messages"
    RECEIVED_TWICE = "SQS: a message is received, and can be received again at once"
    RECEIVED_IN_VAIN = "SQS: a message is received many times by who is throttled"
    NOT_DELETED = "SQS: a delete does not take"
    QUEUE_NOT_KNOWN_YET = "SQS: the registry does not tell of a new queue yet"

    # S3.
    BUCKET_BUSY = "S3: slow down"
    BUCKET_BROKEN = "S3: internal error"
    OBJECT_UNANSWERED = "S3: no answer, but the object is there"
    OBJECT_REPEATED = "S3: an object is put, and put again by the SDK"

    # Others.
    SECRETS_THROTTLED = "Secrets Manager: throttled"
    PARAMETERS_THROTTLED = "SSM: throttled"
    SERVICE_THROTTLED = "other service: throttled"
    SERVICE_BROKEN = "other service: internal error"

    # Event sources.
    RECORDS_TWICE = "stream: a batch is delivered twice"
    RECORDS_HELD_BACK = "stream: a batch is held back"
    MESSAGES_TWICE = "queue: a batch is delivered twice"
    MESSAGES_HELD_BACK = "queue: a batch is held back"
    RECORDS_AT_ONCE = "stream: a batch is delivered twice at once"
    MESSAGES_AT_ONCE = "queue: a batch is delivered twice at once"
    TICKS_AT_ONCE = "schedule: a tick comes twice at once"

    # Clients.
    CLIENT_LEAVES = "API: a client is gone before the answer"

    # Time.
    CLOCK_JUMPS = "clock: jumps ahead"
    CLOCKS_DIFFER = "clock: that of a host is ahead or behind"
    CLOCK_STEPS_BACK = "clock: that of a host steps back"


class ProcessKilledError(InvocationDroppedError):
    """The process dies here. Not an Exception: nothing may catch it and go on."""


class Side(Enum):
    """Where a job stands."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Raises:
    """The call ends in an error, or the process with it."""

    error: BaseException


@dataclass(frozen=True, slots=True)
class Repeats:
    """The call was made, and is made once more."""


@dataclass(frozen=True, slots=True)
class Answers:
    """The call is not made; this is its answer."""

    value: object


Effect = Raises | Repeats | Answers

#: What a job is told where nothing strikes.
GOES_ON: Effect | None = None

#: Calls that read only: nothing is left half done when they fail.
READS = frozenset(
    {
        "GetItem",
        "BatchGetItem",
        "Query",
        "GetObject",
        "HeadObject",
        "ReceiveMessage",
        "GetQueueAttributes",
        "GetSecretValue",
        "ListSecrets",
        "GetParameters",
        "GetParametersByPath",
        "sleep",
    }
)
_TABLE_WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem"})
_TABLE = _TABLE_WRITES | {"GetItem", "BatchGetItem", "Query", "TransactWriteItems"}
_QUEUE_WRITES = frozenset({"SendMessage", "DeleteMessageBatch", "ChangeMessageVisibility"})
_QUEUE = _QUEUE_WRITES | {"ReceiveMessage", "GetQueueAttributes"}
_BUCKET = frozenset({"PutObject", "GetObject", "HeadObject", "DeleteObjects"})
_OWN = _TABLE | _QUEUE | _BUCKET | {"sleep"}


def failure(call: str, code: str, status: int = 400) -> PodiumError:
    """What our adapters make of an error of AWS: found out by having them translate it."""
    answer: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return _translated(call, ClientError(answer, call))


def unanswered(call: str) -> PodiumError:
    """What our adapters make of an answer that does not come."""
    return _translated(call, ReadTimeoutError(endpoint_url=call))


def cancellation(call: str, code: str) -> Effect:
    """What our adapters make of a transaction that is canceled for this reason."""
    answer: Any = {
        "Error": {"Code": "TransactionCanceledException"},
        "CancellationReasons": [{"Code": "None"}, {"Code": code}],
    }
    try:
        return Answers(canceled(ClientError(answer, call)))
    except PodiumError as error:
        return Raises(error)


def _translated(call: str, error: Exception) -> PodiumError:
    try:
        with translated(call):
            raise error
    except PodiumError as found:
        return found
    raise AssertionError(f"{error!r} is no error")


@dataclass(frozen=True, slots=True)
class CallFault:
    """What a fault does to a call it strikes, on one side of it."""

    fault: Fault
    side: Side
    #: Whether it may strike the call of this name.
    strikes: Callable[[str], bool]
    #: At one such call.
    probability: float
    effect: Callable[[str], Effect]


def _fails(code: str, status: int = 400) -> Callable[[str], Effect]:
    return lambda call: Raises(failure(call, code, status))


def _cancels(code: str) -> Callable[[str], Effect]:
    return lambda call: cancellation(call, code)


def _is_killed(call: str) -> Effect:
    return Raises(ProcessKilledError(call))


def _is_unanswered(call: str) -> Effect:
    return Raises(unanswered(call))


def _is_repeated(call: str) -> Effect:
    return Repeats()


def _one_of(*calls: str | Iterable[str]) -> Callable[[str], bool]:
    names = {name for each in calls for name in ([each] if isinstance(each, str) else each)}
    return names.__contains__


def _is_write(call: str) -> bool:
    return call not in READS


_OTHERS: Callable[[str], bool] = lambda call: call not in _OWN  # noqa: E731 - one of many predicates
_BEFORE, _AFTER = Side.BEFORE, Side.AFTER

CALL_FAULTS = (
    CallFault(Fault.KILLED_BEFORE_READ, _BEFORE, READS.__contains__, 0.01, _is_killed),
    CallFault(Fault.KILLED_AFTER_READ, _AFTER, READS.__contains__, 0.01, _is_killed),
    CallFault(Fault.KILLED_BEFORE_WRITE, _BEFORE, _is_write, 0.01, _is_killed),
    CallFault(Fault.KILLED_AFTER_WRITE, _AFTER, _is_write, 0.01, _is_killed),
    CallFault(
        Fault.THROUGHPUT_EXCEEDED,
        _BEFORE,
        _one_of(_TABLE),
        0.004,
        _fails("ProvisionedThroughputExceededException"),
    ),
    CallFault(Fault.REQUEST_LIMIT, _BEFORE, _one_of(_TABLE), 0.002, _fails("RequestLimitExceeded")),
    CallFault(
        Fault.TABLE_BROKEN, _BEFORE, _one_of(_TABLE), 0.003, _fails("InternalServerError", 500)
    ),
    CallFault(
        Fault.TABLE_BROKEN_AFTER,
        _AFTER,
        _one_of(_TABLE_WRITES, "TransactWriteItems"),
        0.006,
        _fails("InternalServerError", 500),
    ),
    CallFault(
        Fault.TABLE_UNANSWERED,
        _BEFORE,
        _one_of(_TABLE_WRITES, "TransactWriteItems"),
        0.004,
        _is_unanswered,
    ),
    CallFault(
        Fault.TABLE_UNANSWERED_AFTER,
        _AFTER,
        _one_of(_TABLE_WRITES, "TransactWriteItems"),
        0.008,
        _is_unanswered,
    ),
    CallFault(
        Fault.ITEM_IN_CONFLICT,
        _BEFORE,
        _one_of(_TABLE_WRITES),
        0.01,
        _fails("TransactionConflictException"),
    ),
    CallFault(
        Fault.TRANSACTION_IN_CONFLICT,
        _BEFORE,
        _one_of("TransactWriteItems"),
        0.03,
        _cancels("TransactionConflict"),
    ),
    CallFault(
        Fault.TRANSACTION_THROTTLED,
        _BEFORE,
        _one_of("TransactWriteItems"),
        0.01,
        _cancels("ProvisionedThroughputExceeded"),
    ),
    CallFault(
        Fault.TRANSACTION_UNDER_WAY,
        _AFTER,
        _one_of("TransactWriteItems"),
        0.01,
        _fails("TransactionInProgressException"),
    ),
    # A repeated transaction is answered like the first: the SDK gives it a token of its own.
    CallFault(Fault.WRITE_REPEATED, _AFTER, _one_of(_TABLE_WRITES), 0.03, _is_repeated),
    CallFault(Fault.QUEUE_THROTTLED, _BEFORE, _one_of(_QUEUE), 0.004, _fails("RequestThrottled")),
    CallFault(
        Fault.QUEUE_BROKEN, _BEFORE, _one_of(_QUEUE), 0.003, _fails("ServiceUnavailable", 503)
    ),
    CallFault(Fault.QUEUE_UNANSWERED, _AFTER, _one_of(_QUEUE), 0.008, _is_unanswered),
    CallFault(Fault.SENT_TWICE, _AFTER, _one_of("SendMessage"), 0.03, _is_repeated),
    CallFault(Fault.BUCKET_BUSY, _BEFORE, _one_of(_BUCKET), 0.006, _fails("SlowDown", 503)),
    CallFault(Fault.BUCKET_BROKEN, _BEFORE, _one_of(_BUCKET), 0.004, _fails("InternalError", 500)),
    CallFault(Fault.OBJECT_UNANSWERED, _AFTER, _one_of("PutObject"), 0.01, _is_unanswered),
    CallFault(Fault.OBJECT_REPEATED, _AFTER, _one_of("PutObject"), 0.02, _is_repeated),
    CallFault(
        Fault.SECRETS_THROTTLED,
        _BEFORE,
        _one_of("GetSecretValue"),
        0.5,
        _fails("ThrottlingException"),
    ),
    CallFault(
        Fault.PARAMETERS_THROTTLED,
        _BEFORE,
        _one_of("GetParameters"),
        0.5,
        _fails("ThrottlingException"),
    ),
    CallFault(Fault.SERVICE_THROTTLED, _BEFORE, _OTHERS, 0.08, _fails("ThrottlingException")),
    CallFault(Fault.SERVICE_BROKEN, _BEFORE, _OTHERS, 0.08, _fails("InternalServiceError", 500)),
)

#: What the adapters in memory ask for.
QUIRKS = {
    Quirk.ITEM_BEHIND: Fault.ITEM_BEHIND,
    Quirk.NOT_THERE_YET: Fault.ITEM_NOT_THERE_YET,
    Quirk.INDEX_BEHIND: Fault.INDEX_BEHIND,
    Quirk.UNPROCESSED: Fault.UNPROCESSED,
    Quirk.RECEIVES_NOTHING: Fault.RECEIVES_NOTHING,
    Quirk.STAYS_VISIBLE: Fault.RECEIVED_TWICE,
    Quirk.RECEIVED_IN_VAIN: Fault.RECEIVED_IN_VAIN,
    Quirk.NOT_DELETED: Fault.NOT_DELETED,
    Quirk.NOT_KNOWN_YET: Fault.QUEUE_NOT_KNOWN_YET,
}

#: Of the faults that strike something else than a call of ours.
OTHER_FAULTS = {
    Fault.ITEM_BEHIND: 0.5,
    Fault.ITEM_NOT_THERE_YET: 0.5,
    Fault.INDEX_BEHIND: 0.5,
    Fault.UNPROCESSED: 0.05,
    Fault.RECEIVES_NOTHING: 0.05,
    Fault.RECEIVED_TWICE: 0.03,
    # Half of the times it becomes a dead letter.
    Fault.RECEIVED_IN_VAIN: 0.01,
    Fault.NOT_DELETED: 0.03,
    Fault.QUEUE_NOT_KNOWN_YET: 0.1,
    Fault.CACHES_LOST: 0.003,
    Fault.RECORDS_TWICE: 0.1,
    Fault.RECORDS_HELD_BACK: 0.1,
    Fault.MESSAGES_TWICE: 0.1,
    Fault.MESSAGES_HELD_BACK: 0.1,
    Fault.RECORDS_AT_ONCE: 0.02,
    Fault.MESSAGES_AT_ONCE: 0.05,
    Fault.TICKS_AT_ONCE: 0.1,
    Fault.CLIENT_LEAVES: 0.002,
    Fault.STALLED: 0.012,
    Fault.SLEPT: 0.3,
    Fault.CLOCK_JUMPS: 0.01,
    Fault.CLOCKS_DIFFER: 0.3,
    Fault.CLOCK_STEPS_BACK: 0.003,
}
