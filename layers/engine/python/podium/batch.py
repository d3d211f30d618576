"""Batches of SQS messages: each on its own, failures reported one by one (ReportBatchItemFailures)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from podium.errors import PodiumError, TransientError
from podium.observability import logger

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    #: What Lambda is told: which items have to come again.
    Report = dict[str, list[dict[str, str]]]


#: Milliseconds that an item of a batch may take, its programs at their limits (services.allowance).
ITEM_MS = 30_000


def settle(
    event: Mapping[str, Any],
    handle: Callable[[str], None],
    soon: Callable[[str, str], None],
    context: object = None,
) -> Report:
    """Give the body of each message to ``handle``; a message that raises comes again.

    See :func:`settle_records`.
    """
    return settle_records(event, lambda record: handle(record["body"]), soon, context)


def settle_records(
    event: Mapping[str, Any],
    handle: Callable[[Mapping[str, Any]], None],
    soon: Callable[[str, str], None],
    context: object = None,
) -> Report:
    """Give each message to ``handle``; a message that raises comes again.

    One that raises TransientError came too early: ``soon`` is told its queue's ARN and its receipt,
    so that it does not stay hidden for the whole visibility timeout. So does one that those before it
    have left no time for, as the function's ``context`` says.
    """
    failed: list[str] = []
    for number, record in enumerate(event["Records"]):
        identifier = record["messageId"]
        if number and not has_time(context):
            logger().info("message comes again", message_id=identifier, reason="no time is left")
            failed.append(identifier)
            _show_again(record, soon)
            continue
        try:
            handle(record)
        except TransientError as error:
            logger().info("message comes again", message_id=identifier, reason=str(error))
            failed.append(identifier)
            _show_again(record, soon)
        except Exception:  # noqa: BLE001 - whatever it is, the others go on
            logger().exception("message failed", message_id=identifier)
            failed.append(identifier)
    return report(failed)


def has_time(context: object) -> bool:
    """Whether the function's timeout is far enough away to begin with another item of its batch."""
    remaining = getattr(context, "get_remaining_time_in_millis", None)
    return remaining is None or remaining() >= ITEM_MS


def _show_again(record: Mapping[str, Any], soon: Callable[[str, str], None]) -> None:
    try:
        soon(record["eventSourceARN"], record["receiptHandle"])
    except PodiumError as error:
        # It comes again all the same, only later.
        logger().warning("visibility not changed", reason=str(error))


def report(failed: list[str]) -> Report:
    """Partial batch response; an empty list says that all went well."""
    return {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in failed]}
