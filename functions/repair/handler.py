"""Entry of the repair function: failed stream batches, events not published, dead task messages.

And the sweep: executions that nothing moves any more. Every repair is counted, by its reason, and logged.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from podium import bootstrap
from podium.adapters.message import task_message
from podium.adapters.notices import read_note
from podium.batch import report, settle_records
from podium.observability import count, logger

if TYPE_CHECKING:
    from collections.abc import Mapping

    from podium.batch import Report

#: Metric: events that no listener was told of.
DROPPED = "ListenerEventsDropped"
#: Last part of the name of the function whose stream batches are no workflow's business.
LISTENERS = "listeners"


#: Metric: executions that had to be moved on; with the reason as a dimension, and without.
REPAIRED = "ExecutionsRepaired"
#: Reasons beside what a sweep finds lacking (domain/why/causes.py).
RECORD, DEAD_LETTER = "RECORD", "DEAD_LETTER"


def handler(event: dict[str, Any], context: object) -> Report:
    """Repair what each message names; one that cannot be repaired comes again.

    An event without messages is the tick of the sweep.
    """
    if "Records" not in event:
        for repair in bootstrap.engine().sweeping.sweep():
            _repaired(repair.workflow_id, repair.lack.value)
        return report([])
    return settle_records(event, _repair, bootstrap.engine().redelivery.soon, context)


def _repair(record: Mapping[str, Any]) -> None:
    repairs = bootstrap.engine().repairs
    found = json.loads(record["body"])
    batch = found.get("DDBStreamBatchInfo")
    if "sink" in found:
        _publish(found)
    elif batch is None:
        message = task_message(record["body"])
        repairs.end_dead_task(message)
        _repaired(message.workflow_id, DEAD_LETTER)
    elif found["requestContext"]["functionArn"].split(":")[6].endswith(LISTENERS):
        # No workflow waits for it.
        _dropped(batch["batchSize"], f"those of stream record {batch['startSequenceNumber']}")
    else:
        place = batch["shardId"], batch["startSequenceNumber"], batch["endSequenceNumber"]
        tries = int(record["attributes"]["ApproximateReceiveCount"])
        for workflow_id in repairs.rescan(*place, tries):
            _repaired(workflow_id, RECORD)


def _repaired(workflow_id: str, reason: str) -> None:
    logger().warning("execution repaired", workflow_id=workflow_id, reason=reason)
    count(REPAIRED)
    count(REPAIRED, reason=reason)


def _publish(found: dict[str, Any]) -> None:
    sink, notification, since = read_note(found)
    if not bootstrap.engine().listening.again(sink, notification, since):
        _dropped(1, f"{notification.id} for {sink}")


def _dropped(events: int, which: str) -> None:
    logger().error("listener events dropped", events=events, which=which)
    count(DROPPED, events)
