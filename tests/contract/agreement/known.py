"""Faults of moto that sequences go around (docs/reference/aws.md 2); each is looked for, so that the list stays true."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from tests.support.aws import MotoStack


@dataclass(frozen=True)
class Fault:
    """Something that moto does otherwise than AWS."""

    name: str
    #: What AWS does, and how sequences go around it.
    reason: str
    is_there: Callable[[MotoStack], bool]


_numbers = itertools.count()


def _received(stack: MotoStack) -> tuple[str, list[str]]:
    """A queue with one message, received twice: its URL, and both receipts."""
    sqs: Any = stack.clients.sqs
    url = sqs.create_queue(QueueName=f"known-{next(_numbers)}")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="{}")
    receipts = [
        sqs.receive_message(QueueUrl=url, VisibilityTimeout=0)["Messages"][0]["ReceiptHandle"]
        for _ in range(2)
    ]
    return url, receipts


def _stale_receipt_deletes(stack: MotoStack) -> bool:
    url, receipts = _received(stack)
    stack.clients.sqs.delete_message(QueueUrl=url, ReceiptHandle=receipts[0])
    return "Messages" not in stack.clients.sqs.receive_message(QueueUrl=url)


def _visible_message_is_hidden(stack: MotoStack) -> bool:
    url, receipts = _received(stack)
    stack.clients.sqs.change_message_visibility(
        QueueUrl=url, ReceiptHandle=receipts[1], VisibilityTimeout=60
    )
    return "Messages" not in stack.clients.sqs.receive_message(QueueUrl=url)


def _receipt_twice_is_refused(stack: MotoStack) -> bool:
    url, receipts = _received(stack)
    entries: Any = [{"Id": each, "ReceiptHandle": receipts[1]} for each in "ab"]
    try:
        stack.clients.sqs.delete_message_batch(QueueUrl=url, Entries=entries)
    except ClientError as error:
        return "BatchEntryIdsNotDistinct" in str(error)
    return False


def _number_of_39_digits_is_taken(stack: MotoStack) -> bool:
    item = {"pk": {"S": "known"}, "sk": {"S": "1"}, "n": {"N": "1" * 39}}
    stack.clients.dynamodb.put_item(TableName=stack.metadata_table, Item=item)
    return True


def _transaction_of_5_mb_is_taken(stack: MotoStack) -> bool:
    items: list[Any] = [
        {"pk": {"S": "known"}, "sk": {"S": f"{number}"}, "p": {"S": "x" * 390_000}}
        for number in range(13)
    ]
    puts: Any = [{"Put": {"TableName": stack.metadata_table, "Item": item}} for item in items]
    stack.clients.dynamodb.transact_write_items(TransactItems=puts)
    return True


FAULTS = (
    Fault(
        "a stale receipt deletes",
        "AWS may leave the message: only the last receipt of a message is drawn.",
        _stale_receipt_deletes,
    ),
    Fault(
        "a message that is not in flight is hidden",
        "AWS says MessageNotInflight: only messages in flight are drawn.",
        _visible_message_is_hidden,
    ),
    Fault(
        "a receipt twice in one batch is refused",
        "AWS looks at the ids alone: no receipt is drawn twice in one call.",
        _receipt_twice_is_refused,
    ),
    Fault(
        "a number of 39 digits is taken",
        "AWS takes 38: none is drawn.",
        _number_of_39_digits_is_taken,
    ),
    Fault(
        "a transaction of 5 MB is taken",
        "AWS takes 4 MB, which the store never reaches: payloads leave larger ones (header_store.py).",
        _transaction_of_5_mb_is_taken,
    ),
)
