"""Entry of the repair function: the queues of failed stream batches and of dead task messages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from podium import bootstrap
from podium.adapters.message import task_message
from podium.batch import settle

if TYPE_CHECKING:
    from podium.batch import Report


def handler(event: dict[str, Any], context: object) -> Report:
    """Repair what each message names; one that cannot be repaired comes again."""
    return settle(event, _repair, bootstrap.engine().redelivery.soon)


def _repair(body: str) -> None:
    repairs = bootstrap.engine().repairs
    batch = json.loads(body).get("DDBStreamBatchInfo")
    if batch is None:
        repairs.end_dead_task(task_message(body))
        return
    repairs.rescan(batch["shardId"], batch["startSequenceNumber"], batch["endSequenceNumber"])
