"""Repair: what reached a dead end comes here, and its workflow goes on or fails with a reason.

Only ids are read from failed records; a full look (Scan) finds the rest (protocol.md 4).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.domain.ids import TaskKey

if TYPE_CHECKING:
    from podium.ports.queues import TaskMessage
    from podium.ports.records import FailedRecords
    from podium.services.advancing import Advancing
    from podium.services.updating import Updating


class Repairing:
    """Handles poison stream records and dead task messages."""

    def __init__(self, advancing: Advancing, updating: Updating, records: FailedRecords) -> None:
        """``records`` reads back which workflows a failed batch belonged to."""
        self._advancing = advancing
        self._updating = updating
        self._records = records

    def rescan(self, shard_id: str, first: str, last: str) -> list[str]:
        """Scan every workflow named by the stream records of a failed batch; returns their ids."""
        workflow_ids = self._records.workflow_ids(shard_id, first, last)
        for workflow_id in workflow_ids:
            self._advancing.scan(workflow_id)
        return workflow_ids

    def end_dead_task(self, message: TaskMessage) -> None:
        """A task message that was received too often ends its task FAILED."""
        key = TaskKey(message.workflow_id, message.ref, message.seq)
        reason = "The task's message was received too often without being settled."
        self._updating.end_of_dead_letter(key, message.inc, message.epoch, reason)
