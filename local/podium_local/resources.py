"""Makes what the topology describes in the in-process AWS, as deploying the stack would."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from podium_local.topology import (
    Attribute,
    Function,
    Queue,
    Table,
    Topology,
    environment_prefix,
    physical_name,
    queue_prefix,
    secret_prefix,
)

REGION = "us-east-1"
#: The account moto plays.
ACCOUNT = "123456789012"

#: Makes a boto3 client of a service.
Clients = Callable[[str], Any]


#: What the names of things begin with.
_PREFIXES = {
    Attribute.QUEUE_PREFIX: queue_prefix,
    Attribute.SECRET_PREFIX: secret_prefix,
    Attribute.ENVIRONMENT_PREFIX: environment_prefix,
}


@dataclass(frozen=True, slots=True)
class Resources:
    """What was made, by logical name."""

    stack: str
    bucket: str
    #: Physical names.
    tables: Mapping[str, str]
    #: ARNs of the streams of those tables that have one.
    streams: Mapping[str, str]
    #: Physical names, URLs and ARNs.
    queues: Mapping[str, str]
    queue_urls: Mapping[str, str]
    queue_arns: Mapping[str, str]
    schedule_group: str = ""

    def environment(self, function: Function) -> dict[str, str]:
        """Environment variables of ``function``."""
        return {
            variable.name: self._value(variable.attribute, variable.of)
            for variable in function.environment
        }

    def _value(self, attribute: Attribute, of: str) -> str:
        match attribute:
            case Attribute.TABLE_NAME:
                return self.tables[of]
            case Attribute.BUCKET_NAME:
                return self.bucket
            case Attribute.QUEUE_URL:
                return self.queue_urls[of]
            case Attribute.QUEUE_ARN:
                return self.queue_arns[of]
            case Attribute.FUNCTION_NAME:
                return physical_name(of, self.stack)
            case (
                Attribute.QUEUE_PREFIX | Attribute.SECRET_PREFIX | Attribute.ENVIRONMENT_PREFIX
            ) as prefix:
                return _PREFIXES[prefix](self.stack)
            case Attribute.SCHEDULE_GROUP_NAME:
                return self.schedule_group
            case Attribute.SCHEDULER_ROLE_ARN:
                return f"arn:aws:iam::{ACCOUNT}:role/{physical_name('scheduler', self.stack)}"
            case Attribute.TEXT:
                return of


def create(topology: Topology, clients: Clients, stack: str = "podium") -> Resources:
    """Make tables, bucket and queues of an installation called ``stack``; nothing may exist yet."""
    dynamodb, sqs, s3 = clients("dynamodb"), clients("sqs"), clients("s3")
    streams = {table.name: _create_table(dynamodb, table, stack) for table in topology.tables}
    bucket = physical_name(topology.bucket.name, stack)
    s3.create_bucket(Bucket=bucket)
    clients("events").create_event_bus(Name=physical_name(topology.event_bus.name, stack))
    group = physical_name(topology.schedule_group.name, stack)
    clients("scheduler").create_schedule_group(Name=group)
    urls: dict[str, str] = {}
    arns: dict[str, str] = {}
    for queue in _dead_letters_first(topology):
        urls[queue.name], arns[queue.name] = _create_queue(sqs, queue, stack, arns)
    return Resources(
        stack=stack,
        bucket=bucket,
        tables={table.name: physical_name(table.name, stack) for table in topology.tables},
        streams={name: arn for name, arn in streams.items() if arn},
        queues={queue.name: physical_name(queue.name, stack) for queue in topology.queues},
        queue_urls=urls,
        queue_arns=arns,
        schedule_group=group,
    )


def _create_table(dynamodb: Any, table: Table, stack: str) -> str:
    """Make a table; returns the ARN of its stream, empty if it has none."""
    keys = (table.partition_key, table.sort_key)
    indexed = [(index.partition_key, index.sort_key) for index in table.indexes]
    attributes = {key.name: key.type for pair in (keys, *indexed) for key in pair}
    request: dict[str, Any] = {
        "TableName": physical_name(table.name, stack),
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": _schema(keys[0].name, keys[1].name),
        "AttributeDefinitions": [
            {"AttributeName": name, "AttributeType": kind} for name, kind in attributes.items()
        ],
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
    made = dynamodb.create_table(**request)["TableDescription"]
    if table.ttl_attribute:
        dynamodb.update_time_to_live(
            TableName=request["TableName"],
            TimeToLiveSpecification={"Enabled": True, "AttributeName": table.ttl_attribute},
        )
    return str(made.get("LatestStreamArn", ""))


def _schema(partition: str, sort: str) -> list[dict[str, str]]:
    return [
        {"AttributeName": partition, "KeyType": "HASH"},
        {"AttributeName": sort, "KeyType": "RANGE"},
    ]


def _dead_letters_first(topology: Topology) -> list[Queue]:
    """Queues in an order in which each dead-letter queue exists before it is named."""
    ordered: list[Queue] = []

    def add(queue: Queue) -> None:
        if queue in ordered:
            return
        if queue.dead_letters is not None:
            add(topology.queue(queue.dead_letters.queue))
        ordered.append(queue)

    for queue in topology.queues:
        add(queue)
    return ordered


def _create_queue(sqs: Any, queue: Queue, stack: str, arns: Mapping[str, str]) -> tuple[str, str]:
    attributes = {
        "VisibilityTimeout": str(queue.visibility),
        "MessageRetentionPeriod": str(queue.retention),
    }
    if queue.dead_letters is not None:
        attributes["RedrivePolicy"] = json.dumps(
            {
                "deadLetterTargetArn": arns[queue.dead_letters.queue],
                "maxReceiveCount": queue.dead_letters.max_receive_count,
            }
        )
    name = physical_name(queue.name, stack)
    url = str(sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"])
    answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return url, str(answer["Attributes"]["QueueArn"])
