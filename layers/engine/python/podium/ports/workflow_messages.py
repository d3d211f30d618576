"""Port of the message queues of executions (ADR 9): items of the executions table, a partition each."""

from __future__ import annotations

from typing import Protocol

from podium.domain.workflow_messages import Inbox, WorkflowMessage


class WorkflowMessageStore(Protocol):
    """Messages of one run of an execution, by number; each method makes one call.

    A payload above the threshold is written to the payload store first: one more call before, or
    one more read after.
    """

    def put_message(self, workflow_id: str, generation: int, message: WorkflowMessage) -> bool:
        """PutItem ``IF attribute_not_exists(pk)``, with x=1; False when another has the number."""
        ...

    def last_number(self, workflow_id: str, generation: int) -> int:
        """The highest number that is there, 0 without any: a consistent reverse Query, limit 1."""
        ...

    def received_at(self, workflow_id: str, generation: int, number: int) -> int:
        """When the message with this number came, 0 when there is none: a consistent GetItem."""
        ...

    def read_inbox(
        self, workflow_id: str, generation: int, after: int, count: int, weight: int, now: int
    ) -> Inbox:
        """Messages numbered above ``after`` that are alive at ``now``, in order.

        At most ``count``, and none more once they weigh more than ``weight`` together. One
        consistent Query for each page.
        """
        ...
