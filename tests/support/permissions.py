"""IAM on the laptop: which calls a function may make, by the topology's grants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from infra.shapes import (
    Function,
    Kind,
    Resource,
    Topology,
    all_grants,
    physical_name,
    sink_queue_prefix,
    task_queue_prefix,
)

#: One thing a call does: an IAM action on a resource.
Need = tuple[str, Resource]

_IN_TRANSACTION = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}


class Permissions:
    """What each function of a topology may do, under the names of the installation ``stack``."""

    def __init__(self, topology: Topology, stack: str = "podium") -> None:
        self._stack = stack
        self._granted = {
            function.name: {
                (action, grant.on) for grant in all_grants(function) for action in grant.actions
            }
            for function in topology.functions
        }
        self._tables = {physical_name(table.name, stack): table.name for table in topology.tables}
        self._queues = {physical_name(queue.name, stack): queue.name for queue in topology.queues}
        self._bucket = topology.bucket.name

    def granted(self, function: Function) -> set[Need]:
        """Every action with its resource that ``function`` may use."""
        return self._granted[function.name]

    def missing(self, function: str, service: str, operation: str, params: Any) -> set[Need]:
        """What this call needs and ``function`` was not granted."""
        return set(self.needs(service, operation, params)) - self._granted[function]

    def needs(self, service: str, operation: str, params: Mapping[str, Any]) -> Iterator[Need]:
        """The actions and resources that IAM checks for one call; KeyError for an unknown service."""
        match service:
            case "dynamodb":
                yield from self._dynamodb(operation, params)
            case "dynamodbstreams":
                # An iterator does not tell its stream: there is only one that anybody reads.
                yield f"dynamodb:{operation}", Resource(Kind.STREAM, "executions")
            case "sqs":
                # A batch is authorized as what it is a batch of.
                yield f"sqs:{operation.removesuffix('Batch')}", self._queue(params)
            case "scheduler":
                assert params["GroupName"] == physical_name("schedules", self._stack)
                yield f"scheduler:{operation}", Resource(Kind.SCHEDULES)
                if operation == "CreateSchedule":
                    yield "iam:PassRole", Resource(Kind.SCHEDULER_ROLE)
            case "events":
                kind = Kind.EVENT_BUSES if operation == "PutEvents" else Kind.EVENT_RULES
                yield f"events:{operation}", Resource(kind)
            case "sns":
                yield f"sns:{operation}", Resource(Kind.SINK_TOPICS)
            case "lambda" if operation == "ListEventSourceMappings":
                yield f"lambda:{operation}", Resource(Kind.ALL_MAPPINGS)
            case "lambda":
                yield f"lambda:{operation}", Resource(Kind.MAPPINGS, "events")
            case "s3":
                # To ask for an object's size is to be allowed to read it.
                action = "GetObject" if operation == "HeadObject" else operation
                yield f"s3:{action}", Resource(Kind.OBJECTS, self._bucket)
            case "secretsmanager":
                yield f"secretsmanager:{operation}", _secrets(operation)
            case "ssm":
                yield f"ssm:{operation}", Resource(Kind.PARAMETERS)
            case _:
                raise KeyError(service)

    def _dynamodb(self, operation: str, params: Mapping[str, Any]) -> Iterator[Need]:
        match operation:
            case "TransactWriteItems":
                for item in params["TransactItems"]:
                    ((kind, write),) = item.items()
                    yield f"dynamodb:{_IN_TRANSACTION[kind]}", self._table(write["TableName"])
            case "BatchGetItem":
                for table in params["RequestItems"]:
                    yield "dynamodb:BatchGetItem", self._table(table)
            case "Query" if "IndexName" in params:
                table = self._table(params["TableName"]).name
                yield "dynamodb:Query", Resource(Kind.INDEX, f"{table}/{params['IndexName']}")
            case _:
                yield f"dynamodb:{operation}", self._table(params["TableName"])

    def _table(self, name: str) -> Resource:
        return Resource(Kind.TABLE, self._tables[name.rpartition("/")[2]])

    def _queue(self, params: Mapping[str, Any]) -> Resource:
        name = params.get("QueueName") or params["QueueUrl"].rpartition("/")[2]
        if name.startswith(task_queue_prefix(self._stack)):
            return Resource(Kind.TASK_QUEUES)
        if name.startswith(sink_queue_prefix(self._stack)):
            return Resource(Kind.SINK_QUEUES)
        return Resource(Kind.QUEUE, self._queues[name])


def _secrets(operation: str) -> Resource:
    return Resource(Kind.ALL_SECRETS if operation == "ListSecrets" else Kind.SECRETS)
