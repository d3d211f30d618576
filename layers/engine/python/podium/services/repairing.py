"""Repair: what reached a dead end comes here, and its workflow goes on or fails with a reason.

Only ids are read from failed records; a full look (Scan) finds the rest (protocol.md 4).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.domain.ids import TaskKey
from podium.domain.status import WorkflowStatus
from podium.errors import ConflictError, NotFoundError, TransientError
from podium.observability import count, logger

if TYPE_CHECKING:
    from podium.domain.execution import Header
    from podium.ports.executions import ExecutionStore
    from podium.ports.queues import TaskMessage
    from podium.ports.records import FailedRecords
    from podium.services.advancing import Advancing
    from podium.services.operating import Operating
    from podium.services.updating import Updating


#: Metric: workflows that were paused because a change of theirs cannot be processed.
PAUSED = "WorkflowsPausedByRepair"
#: Tries of a scan after which its workflow is paused with the error it ends in.
PAUSED_AT = 3
#: Tries after which it is paused without another: those before ended without any answer, as by a timeout.
PAUSED_UNTRIED_AT = 6
_LONGEST = 500


class Repairing:
    """Handles poison stream records and dead task messages."""

    def __init__(
        self,
        executions: ExecutionStore,
        advancing: Advancing,
        updating: Updating,
        operating: Operating,
        records: FailedRecords,
    ) -> None:
        """``records`` reads back which workflows a failed batch belonged to."""
        self._executions = executions
        self._advancing = advancing
        self._updating = updating
        self._operating = operating
        self._records = records

    def rescan(self, shard_id: str, first: str, last: str, tries: int = 1) -> list[str]:
        """Scan every workflow named by the stream records of a failed batch; returns their ids.

        One that cannot be scanned keeps none of the others from it. At the third of the ``tries`` (this
        one included) it is paused, with the error as its reason, until an operator resumes it. Raises
        what one that is not paused failed with, when all have been looked at.
        """
        workflow_ids = self._records.workflow_ids(shard_id, first, last)
        if not workflow_ids:
            logger().warning("records of a failed batch are gone", shard_id=shard_id, first=first)
        failures = [
            failure
            for workflow_id in workflow_ids
            if (failure := self._scan_or_pause(workflow_id, tries)) is not None
        ]
        if failures:
            raise failures[0]
        return workflow_ids

    def _scan_or_pause(self, workflow_id: str, tries: int) -> Exception | None:
        """What the scan failed with; None: it did not, or the workflow is paused for it."""
        if tries >= PAUSED_UNTRIED_AT:
            failure: Exception = TimeoutError("it takes longer than a function may run")
        else:
            try:
                self._advancing.scan(workflow_id)
            except TransientError as error:
                return error
            except Exception as error:  # noqa: BLE001 - whatever it is, the others are scanned
                failure = error
            else:
                return None
        logger().error("workflow not repaired", workflow_id=workflow_id, exc_info=failure)
        return None if tries >= PAUSED_AT and self._pause(workflow_id, failure) else failure

    def _pause(self, workflow_id: str, failure: Exception) -> bool:
        """Mark it with the reason, which holds it back; False when that cannot be done."""
        text = f"{type(failure).__name__}: {failure}"[:_LONGEST]
        reason = f"A change of this workflow could not be processed; resume it when that is mended. {text}"
        try:
            self._operating.pause(workflow_id, reason)
        except ConflictError:
            return False  # it has ended
        except Exception:  # noqa: BLE001 - the failure that led here is the one to tell of
            logger().exception("workflow not paused", workflow_id=workflow_id)
            # Its holds may have failed behind the commit: what it waits for is an operator all the same.
            return self._is_paused(workflow_id)
        count(PAUSED)
        return True

    def _is_paused(self, workflow_id: str) -> bool:
        header = self._executions.read_header(workflow_id)
        return header is not None and header.status is WorkflowStatus.PAUSED

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
