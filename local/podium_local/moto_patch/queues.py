"""SQS: our clock, calls that do not walk the queue, and a long poll that lets others through."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from threading import Condition
from typing import TYPE_CHECKING, Any

from moto.core.responses import ActionResult
from moto.core.utils import camelcase_to_underscores
from moto.sqs import models
from moto.sqs.exceptions import ReceiptHandleIsInvalid
from moto.sqs.models import Message, Queue, SQSBackend
from moto.sqs.responses import SQSResponse

from podium_local.moto_patch import activity
from podium_local.moto_patch.calls import LOCK
from podium_local.moto_patch.memory import RecentSet
from podium_local.moto_patch.messages import Messages

if TYPE_CHECKING:
    from podium_local.clock import LocalClock
    from podium_local.moto_patch.substitution import Substitutions

#: Receipts of deleted messages for which a second delete is still answered with success.
_RECEIPTS_KEPT = 10_000


def install(substitutions: Substitutions, clock: LocalClock) -> None:
    """Replace the clock, the queue's insides and what reads them."""
    _install_clock(substitutions, clock)
    _install_messages(substitutions, clock)
    _install_receive(substitutions, clock)
    _install_dead_letters(substitutions)
    _install_attributes(substitutions)


def _install_clock(substitutions: Substitutions, clock: LocalClock) -> None:
    def unix_time(dt: Any = None) -> float:
        return clock.now() / 1000 if dt is None else float(dt.timestamp())

    def unix_time_millis(dt: Any = None) -> float:
        return unix_time(dt) * 1000

    # Stock needs a moment more than the timeout, which never comes while a virtual clock stands.
    def visible(self: Message) -> bool:
        return clock.now() >= self.visible_at

    def delayed(self: Message) -> bool:
        return clock.now() < self.delayed_until

    substitutions.set(models, "unix_time", unix_time)
    substitutions.set(models, "unix_time_millis", unix_time_millis)
    substitutions.set(Message, "visible", property(visible))
    substitutions.set(Message, "delayed", property(delayed))


def _messages_of(queue: Queue) -> Messages:
    held: Messages = vars(queue)["_messages"]
    return held


class _Visible:
    """What ``Queue.messages`` is to its readers in moto: a list that is not made until it is needed."""

    def __init__(self, messages: Messages) -> None:
        self._messages = messages

    def __iter__(self) -> Iterator[Message]:
        return self._messages.visible()

    def __bool__(self) -> bool:
        return next(self._messages.visible(), None) is not None

    def __len__(self) -> int:
        return sum(1 for _ in self._messages.visible())


def _install_messages(substitutions: Substitutions, clock: LocalClock) -> None:
    stock_init = Queue.__init__
    stock_add = Queue.add_message

    def init(self: Queue, *args: Any, **kwargs: Any) -> None:
        stock_init(self, *args, **kwargs)
        # Of the one lock: whoever waits for a message lets go of all of moto.
        self._messages_lock = Condition(LOCK)
        self.deleted_messages = RecentSet(_RECEIPTS_KEPT)

    def set_messages(self: Queue, messages: list[Message]) -> None:
        vars(self)["_messages"] = Messages(clock.now, messages)

    def visible_messages(self: Queue) -> _Visible:
        return _Visible(_messages_of(self))

    def add_message(self: Queue, message: Message) -> None:
        # It came from another queue, if it has been in one.
        vars(message)["source_arn"] = vars(message).get("queue_arn", "")
        vars(message)["queue_arn"] = self.queue_arn
        stock_add(self, message)
        activity.announce()

    def delete_message(self: Queue, receipt_handle: str) -> None:
        if receipt_handle in self.deleted_messages:
            return
        messages = _messages_of(self)
        message = messages.by_receipt(receipt_handle)
        if message is None:
            raise ReceiptHandleIsInvalid
        messages.remove(message)
        self.pending_messages.discard(message)
        self.deleted_messages.update(handle for handle in message.all_receipt_handles if handle)

    def wait_for_messages(self: Queue, timeout: float) -> None:
        """Wait for a new message, or for a delayed one, not only for the stock timeout of a second."""
        with self._messages_lock:
            soon = _messages_of(self).next_visible()
            if soon is not None:
                timeout = min(timeout, max(soon - clock.now(), 1) / 1000)
            self._messages_lock.wait_for(lambda: bool(visible_messages(self)), timeout=timeout)

    substitutions.set(Queue, "__init__", init)
    substitutions.set(Queue, "_messages", property(_messages_of, set_messages))
    substitutions.set(Queue, "messages", property(visible_messages))
    substitutions.set(Queue, "add_message", add_message)
    substitutions.set(Queue, "delete_message", delete_message)
    substitutions.set(Queue, "wait_for_messages", wait_for_messages)


def _install_receive(substitutions: Substitutions, clock: LocalClock) -> None:
    stock_receive = SQSBackend.receive_message
    stock_change = SQSBackend.change_message_visibility

    def receive_message(
        self: SQSBackend, queue_name: str, count: int, wait_seconds_timeout: int, *args: Any
    ) -> list[Message]:
        queue = self.get_queue(queue_name)
        messages = _messages_of(queue)
        # Stock would stop at an expired message for ever.
        kept: int = queue.message_retention_period  # type: ignore[attr-defined]
        messages.expire(clock.now() - kept * 1000)
        wait = wait_seconds_timeout if clock.passes else 0
        received = stock_receive(self, queue_name, count, wait, *args)
        for message in received:
            messages.note_receipt(str(message.receipt_handle), message.id)
        return received

    def change_message_visibility(
        self: SQSBackend, queue_name: str, receipt_handle: str, visibility_timeout: int
    ) -> None:
        queue = self.get_queue(queue_name)
        messages = _messages_of(queue)
        message = messages.by_receipt(receipt_handle)
        if message is None:
            raise ReceiptHandleIsInvalid
        # Stock looks through a list for the receipt: it gets a list of one. It counts the twelve hours
        # for which a message may be hidden from the send; AWS does from the first receive.
        vars(queue)["_messages"] = [message]
        sent, first = message.sent_timestamp, message.approximate_first_receive_timestamp
        message.sent_timestamp = first  # type: ignore[assignment]  # moto says it stays None
        try:
            stock_change(self, queue_name, receipt_handle, visibility_timeout)
        finally:
            vars(queue)["_messages"] = messages
            message.sent_timestamp = sent
        messages.look_again(message)
        if message.visible:
            activity.announce()

    def is_valid(*_args: Any) -> bool:
        return True  # the others were taken out above

    substitutions.set(SQSBackend, "receive_message", receive_message)
    substitutions.set(SQSBackend, "change_message_visibility", change_message_visibility)
    substitutions.set(SQSBackend, "is_message_valid_based_on_retention_period", is_valid)


def _install_dead_letters(substitutions: Substitutions) -> None:
    """A dead letter says where it came from, which stock leaves out."""
    stock_receive = SQSResponse.receive_message

    def receive_message(self: SQSResponse) -> ActionResult:
        answer = stock_receive(self)
        if "All" not in self._get_param("MessageSystemAttributeNames", []):
            return answer
        result: Any = answer.result
        messages = _messages_of(self.sqs_backend.get_queue(self._get_queue_name()))
        for found in result.get("Messages", []):
            message = messages.by_receipt(str(found["ReceiptHandle"]))
            source = "" if message is None else vars(message).get("source_arn", "")
            if source:
                found["Attributes"]["DeadLetterQueueSourceArn"] = source
        return answer

    substitutions.set(SQSResponse, "receive_message", receive_message)


class _Attributes(Mapping[str, Any]):
    """Attributes of a queue, each worked out when it is asked for: the counts walk the queue."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue

    def __iter__(self) -> Iterator[str]:
        yield from Queue.BASE_ATTRIBUTES
        if self._queue.fifo_queue:
            yield from Queue.FIFO_ATTRIBUTES
        if self._queue.kms_master_key_id:  # type: ignore[attr-defined]
            yield from Queue.KMS_ATTRIBUTES

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, name: object) -> bool:
        return name in tuple(self)

    def __getitem__(self, name: str) -> Any:
        if name not in self:
            raise KeyError(name)
        value = getattr(self._queue, camelcase_to_underscores(name))
        if name == "RedrivePolicy" and value:
            return json.dumps(value)
        return str(value).lower() if isinstance(value, bool) else value


def _install_attributes(substitutions: Substitutions) -> None:
    substitutions.set(Queue, "attributes", property(_Attributes))


def next_visible(queue_name: str, region: str, account: str) -> float | None:
    """When a message of the queue can next be received, epoch milliseconds; None: not before one is sent."""
    with LOCK:
        queue = models.sqs_backends[account][region].queues.get(queue_name)
        return None if queue is None else _messages_of(queue).next_visible()
