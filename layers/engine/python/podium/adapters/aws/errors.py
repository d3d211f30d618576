"""Errors of AWS in the words of podium.errors, translated in one place, the cause kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    ReadTimeoutError,
)

from podium.adapters.items.table import LostAnswerError
from podium.errors import DefectError, LostRaceError, TransientError

_BUSY = frozenset(
    {
        "InternalServerError",
        "InternalError",
        "InternalFailure",
        "KmsThrottled",
        "LimitExceededException",
        "OverLimit",
        "ProvisionedThroughputExceededException",
        "QueueDeletedRecently",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestTimeout",
        "ServiceUnavailable",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)
_CONFLICT = "TransactionConflictException"
CONDITION_FAILED = "ConditionalCheckFailedException"
TRANSACTION_CANCELED = "TransactionCanceledException"
#: Why a transaction may be canceled although nothing is wrong: a condition does not hold, somebody else is
#: at one of its items, the table is busy.
_REFUSED, _IN_CONFLICT = "ConditionalCheckFailed", "TransactionConflict"
_THROTTLED = frozenset({"ThrottlingError", "ProvisionedThroughputExceeded"})


@contextmanager
def translated(call: str) -> Iterator[None]:
    """Run one AWS call; what AWS or the network says about it comes out as a PodiumError.

    Codes that are an answer rather than a failure (a condition that does not hold, an object that
    is not there) are the caller's to catch, inside.
    """
    try:
        yield
    except ClientError as error:
        code = code_of(error)
        if code == _CONFLICT:
            raise LostRaceError(f"{call}: another transaction is at this item") from error
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if code in _BUSY or code.rpartition(".")[2] in _BUSY or status >= 500:
            raise TransientError(f"{call}: {code}") from error
        raise DefectError(f"{call} was refused: {error}") from error
    except (ReadTimeoutError, ConnectionClosedError) as error:
        raise LostAnswerError(f"{call}: {error}") from error
    except BotoCoreError as error:
        raise TransientError(f"{call}: {error}") from error


def code_of(error: ClientError) -> str:
    """The error code AWS gave."""
    return str(error.response.get("Error", {}).get("Code", ""))


def canceled(error: ClientError) -> bool:
    """False for a transaction one of whose conditions does not hold.

    Raises LostRaceError where another transaction is at an item, whose outcome nobody knows yet;
    TransientError where the table is busy; anything else as it is, for the translation.
    """
    if code_of(error) != TRANSACTION_CANCELED:
        raise error
    # A code for each write, "None" for those not at fault.
    reasons = error.response.get("CancellationReasons", [])
    codes = {str(reason.get("Code", "None")) for reason in reasons} - {"None"}
    if _REFUSED in codes:
        return False
    if _IN_CONFLICT in codes:
        raise LostRaceError("TransactWriteItems: another transaction is at an item") from error
    if codes & _THROTTLED:
        raise TransientError(f"TransactWriteItems: {sorted(codes)}") from error
    raise error
