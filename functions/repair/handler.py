"""Entry of the repair function: failed stream batches, events not published, dead task messages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from podium import bootstrap
from podium.adapters.message import task_message
from podium.adapters.notices import read_note
from podium.batch import settle_records
from podium.observability import count, logger

if TYPE_CHECKING:
    from collections.abc import Mapping

    from podium.batch import Report

#: Metric: events that no listener was told of.
DROPPED = "ListenerEventsDropped"
#: Last part of the name of the function whose stream batches are no workflow's business.
LISTENERS = "listeners"


def handler(event: dict[str, Any], context: object) -> Report:
    """Repair what each message names; one that cannot be repaired comes again."""
    return settle_records(event, _repair, bootstrap.engine().redelivery.soon, context)


def _repair(record: Mapping[str, Any]) -> None:
    repairs = bootstrap.engine().repairs
    found = json.loads(record["body"])
    batch = found.get("DDBStreamBatchInfo")
    if "sink" in found:
        _publish(found)
    elif batch is None:
        repairs.end_dead_task(task_message(record["body"]))
    elif found["requestContext"]["functionArn"].split(":")[6].endswith(LISTENERS):
        # No workflow waits for it.
        _dropped(batch["batchSize"], f"those of stream record {batch['startSequenceNumber']}")
    else:
        place = batch["shardId"], batch["startSequenceNumber"], batch["endSequenceNumber"]
        repairs.rescan(*place, int(record["attributes"]["ApproximateReceiveCount"]))


def _publish(found: dict[str, Any]) -> None:
    sink, notification, since = read_note(found)
    if not bootstrap.engine().listening.again(sink, notification, since):
        _dropped(1, f"{notification.id} for {sink}")


def _dropped(events: int, which: str) -> None:
    logger().error("listener events dropped", events=events, which=which)
    count(DROPPED, events)
