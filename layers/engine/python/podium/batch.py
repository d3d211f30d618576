"""Batches of SQS messages: each on its own, failures reported one by one (ReportBatchItemFailures)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from podium.observability import logger

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    #: What Lambda is told: which items have to come again.
    Report = dict[str, list[dict[str, str]]]


def settle(event: Mapping[str, Any], handle: Callable[[str], None]) -> Report:
    """Give the body of each message to ``handle``; a message that raises comes again."""
    failed: list[str] = []
    for record in event["Records"]:
        try:
            handle(record["body"])
        except Exception:  # noqa: BLE001 - whatever it is, the others go on
            logger().exception("message failed", message_id=record["messageId"])
            failed.append(record["messageId"])
    return report(failed)


def report(failed: list[str]) -> Report:
    """Partial batch response; an empty list says that all went well."""
    return {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in failed]}
