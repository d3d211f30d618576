"""Repair: what reached a dead end comes here, and its workflow goes on or fails with a reason.

Only ids are read from failed records; a full look (Scan) finds the rest (protocol.md 4).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.domain.ids import TaskKey
from podium.errors import NotFoundError

if TYPE_CHECKING:
    from podium.domain.execution import Header
    from podium.ports.executions import ExecutionStore
    from podium.ports.queues import TaskMessage
    from podium.ports.records import FailedRecords
    from podium.services.advancing import Advancing
    from podium.services.updating import Updating


class Repairing:
    """Handles poison stream records and dead task messages."""

    def __init__(
        self,
        executions: ExecutionStore,
        advancing: Advancing,
        updating: Updating,
        records: FailedRecords,
    ) -> None:
        """``records`` reads back which workflows a failed batch belonged to."""
        self._executions = executions
        self._advancing = advancing
        self._updating = updating
        self._records = records

    def rescan(self, shard_id: str, first: str, last: str) -> list[str]:
        """Scan every workflow named by the stream records of a failed batch; returns their ids."""
        workflow_ids = self._records.workflow_ids(shard_id, first, last)
        for workflow_id in workflow_ids:
            self._advancing.scan(workflow_id)
        return workflow_ids

    def verify(self, workflow_id: str) -> bool:
        """Scan one workflow; whether anything about it is different now, by our doing or another's.

        Raises NotFoundError.
        """
        before = self._standing(workflow_id)
        self._advancing.scan(workflow_id)
        return self._standing(workflow_id) != before

    def _standing(self, workflow_id: str) -> tuple[Header, frozenset[tuple[int, int, str]]]:
        header = self._executions.read_header(workflow_id)
        if header is None:
            message = f"No such workflow found by id: {workflow_id}"
            raise NotFoundError(message)
        tasks = self._executions.read_tasks(workflow_id)
        return header, frozenset((task.seq, task.inc, task.status.value) for task in tasks)

    def end_dead_task(self, message: TaskMessage) -> None:
        """A task message that was received too often ends its task FAILED."""
        key = TaskKey(message.workflow_id, message.ref, message.seq)
        reason = "The task's message was received too often without being settled."
        self._updating.end_of_dead_letter(key, message.inc, message.epoch, reason)
