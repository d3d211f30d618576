"""The mapping of an SQS queue to a function.

What the function does not report as failed is deleted; the rest stays invisible for the queue's
visibility timeout and comes again, or goes to the dead-letter queue when it came too often.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from podium_local.pump.faults import Faults
from podium_local.pump.mapping import Invocation, failed_identifiers
from podium_local.pump.shapes import queue_record
from podium_local.topology import QueueTrigger

if TYPE_CHECKING:
    from podium_local.backlog import Backlog
    from podium_local.clock import LocalClock
    from podium_local.pump.invoking import Invoker, Outcome
    from podium_local.topology import Function, MappedQueuesTrigger

#: One ReceiveMessage or DeleteMessageBatch takes no more.
_MOST = 10
#: Batches at once. One message at a time means that the function waits for others; anything else would
#: only wait for the interpreter's lock.
_WAITING, _WORKING = 16, 2


@dataclass(frozen=True, slots=True)
class MappedQueue:
    """A queue: what invocations call it, its physical name and ARN, its URL where that is known."""

    name: str
    arn: str
    url: str = ""

    @property
    def physical(self) -> str:
        """Its name in the account."""
        return self.arn.rpartition(":")[2]


class QueueMapping:
    """Delivers the messages of one queue to one function; steps may run at once."""

    def __init__(
        self,
        function: Function,
        trigger: QueueTrigger | MappedQueuesTrigger,
        queue: MappedQueue,
        client: Any,
        invoker: Invoker,
        backlog: Backlog,
        clock: LocalClock,
        *,
        faults: Faults | None = None,
    ) -> None:
        """``client``: sqs."""
        most = _WAITING if trigger.batch_size == 1 else _WORKING
        self.concurrency = min(trigger.max_concurrency, most)
        self._function = function
        self._trigger = trigger
        self._client = client
        self._invoker = invoker
        self._backlog = backlog
        self._clock = clock
        self._faults = faults or Faults()
        self._name = queue.name
        self._queue = queue.physical
        self._url = queue.url or client.get_queue_url(QueueName=queue.physical)["QueueUrl"]
        self._arn = queue.arn

    def step(self) -> list[Invocation]:
        """Receive one batch and deliver it.

        The batching window is not waited for: with it a batch may be larger, never different.
        """
        due = self.due()
        if due is None or due > self._clock.now():
            return []
        if self._faults.holds_back():
            return [Invocation(self._function.name, self._name, 0)]
        messages = self._receive()
        if not messages:
            return []
        event = {"Records": [queue_record(message, self._arn) for message in messages]}
        outcome = self._invoker.invoke(self._function, event)
        done = [self._settle(messages, outcome)]
        if outcome.error is None and self._faults.duplicates():
            again = self._invoker.invoke(self._function, event, may_drop=False)
            done.append(self._report(len(messages), 0, again))
        return done

    def due(self) -> int | None:
        """See Mapping."""
        return self._backlog.queue_due(self._queue)

    def _receive(self) -> list[dict[str, Any]]:
        messages: list[dict[str, Any]] = []
        while len(messages) < self._trigger.batch_size:
            wanted = min(_MOST, self._trigger.batch_size - len(messages))
            answer = self._client.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=wanted,
                MessageSystemAttributeNames=["All"],
                MessageAttributeNames=["All"],
            )
            received = answer.get("Messages", [])
            messages += received
            if len(received) < wanted:
                break
        return messages

    def _settle(self, messages: list[dict[str, Any]], outcome: Outcome) -> Invocation:
        failed = self._failed(messages, outcome)
        self._delete([message for message in messages if message["MessageId"] not in failed])
        return self._report(len(messages), len(failed), outcome)

    def _failed(self, messages: list[dict[str, Any]], outcome: Outcome) -> set[str]:
        every = {str(message["MessageId"]) for message in messages}
        if outcome.error is not None:
            return every
        if isinstance(self._trigger, QueueTrigger) and not self._trigger.report_item_failures:
            return set()
        identifiers = failed_identifiers(outcome.value)
        if identifiers is None or not set(identifiers) <= every:
            return every
        return set(identifiers)

    def _delete(self, messages: list[dict[str, Any]]) -> None:
        for start in range(0, len(messages), _MOST):
            self._client.delete_message_batch(
                QueueUrl=self._url,
                Entries=[
                    {"Id": str(index), "ReceiptHandle": message["ReceiptHandle"]}
                    for index, message in enumerate(messages[start : start + _MOST])
                ],
            )

    def _report(self, size: int, failed: int, outcome: Outcome) -> Invocation:
        error = "" if outcome.error is None else repr(outcome.error)
        return Invocation(self._function.name, self._name, size, failed, error)
