"""An AWS account inside this process: the resources of the topology on moto, made fit for threads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from moto import mock_aws

from infra import topology
from infra.shapes import physical_name, queue_prefix
from podium.adapters.aws.clients import Clients
from podium.adapters.aws.registry import QueueRegistry
from podium_local.clock import VirtualClock
from podium_local.moto_patch import patched

if TYPE_CHECKING:
    from infra.shapes import Queue, Table


@dataclass
class MotoStack:
    """Clients, and the physical names of what was made; ``clock`` drives delays and visibility."""

    clock: VirtualClock
    clients: Clients
    executions_table: str = physical_name(topology.EXECUTIONS)
    metadata_table: str = physical_name(topology.METADATA)
    payload_bucket: str = physical_name(topology.PAYLOADS)
    queue_prefix: str = queue_prefix()
    schedule_group: str = physical_name(topology.SCHEDULES)
    event_bus: str = physical_name(topology.EVENTS)
    #: URL and ARN by logical name.
    queue_urls: dict[str, str] = field(default_factory=dict)
    queue_arns: dict[str, str] = field(default_factory=dict)

    def registry(self) -> QueueRegistry:
        """Queues of task types, as one process knows them."""
        return QueueRegistry(
            self.clients.sqs,
            self.clients.dynamodb,
            self.metadata_table,
            self.queue_prefix,
            self.queue_arns["tasks-dead-letters"],
            self.clock,
        )


@contextmanager
def moto_stack() -> Iterator[MotoStack]:
    """Tables with their stream and index, queues with their dead letters, the payload bucket."""
    clock = VirtualClock()
    with pytest.MonkeyPatch.context() as patch, patched(clock), mock_aws():
        # moto serves the streams of no account's own endpoint (aws.md 0, item 4).
        patch.setenv("AWS_ACCOUNT_ID_ENDPOINT_MODE", "disabled")
        stack = MotoStack(clock, Clients())
        for table in topology.TOPOLOGY.tables:
            stack.clients.dynamodb.create_table(**_table(table))
        stack.clients.s3.create_bucket(Bucket=stack.payload_bucket)
        stack.clients.events.create_event_bus(Name=stack.event_bus)
        stack.clients.scheduler.create_schedule_group(Name=stack.schedule_group)
        _make_queues(stack)
        yield stack


def _table(table: Table) -> dict[str, Any]:
    keys = [table.partition_key, table.sort_key]
    keys += [key for index in table.indexes for key in (index.partition_key, index.sort_key)]
    request: dict[str, Any] = {
        "TableName": physical_name(table.name),
        "AttributeDefinitions": [
            {"AttributeName": key.name, "AttributeType": key.type} for key in dict.fromkeys(keys)
        ],
        "KeySchema": _schema(table.partition_key.name, table.sort_key.name),
        "BillingMode": "PAY_PER_REQUEST",
    }
    if table.indexes:
        request["GlobalSecondaryIndexes"] = [
            {
                "IndexName": index.name,
                "KeySchema": _schema(index.partition_key.name, index.sort_key.name),
                "Projection": {"ProjectionType": index.projection},
            }
            for index in table.indexes
        ]
    if table.stream:
        request["StreamSpecification"] = {
            "StreamEnabled": True,
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        }
    return request


def _schema(partition: str, sort: str) -> list[dict[str, str]]:
    return [
        {"AttributeName": partition, "KeyType": "HASH"},
        {"AttributeName": sort, "KeyType": "RANGE"},
    ]


def _make_queues(stack: MotoStack) -> None:
    for queue in topology.TOPOLOGY.queues:
        attributes: Any = _queue_attributes(queue)
        url = stack.clients.sqs.create_queue(
            QueueName=physical_name(queue.name), Attributes=attributes
        )["QueueUrl"]
        found = stack.clients.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        stack.queue_urls[queue.name] = url
        stack.queue_arns[queue.name] = found["Attributes"]["QueueArn"]
    for queue in topology.TOPOLOGY.queues:
        if queue.dead_letters is not None:
            policy = {
                "deadLetterTargetArn": stack.queue_arns[queue.dead_letters.queue],
                "maxReceiveCount": queue.dead_letters.max_receive_count,
            }
            stack.clients.sqs.set_queue_attributes(
                QueueUrl=stack.queue_urls[queue.name],
                Attributes={"RedrivePolicy": json.dumps(policy)},
            )


def _queue_attributes(queue: Queue) -> dict[str, str]:
    return {
        "VisibilityTimeout": str(queue.visibility),
        "MessageRetentionPeriod": str(queue.retention),
    }
