"""From the topology's logical names to ARNs and values of environment variables."""

from __future__ import annotations

from typing import assert_never

from aws_cdk import ArnFormat, Stack

from infra.constructs.calls import Calls
from infra.constructs.queues import Queues
from infra.constructs.storage import Storage
from infra.shapes import (
    Attribute,
    Kind,
    Resource,
    Variable,
    environment_prefix,
    event_rule_prefix,
    physical_name,
    queue_prefix,
    secret_prefix,
    sink_queue_prefix,
    task_queue_prefix,
)

#: What the names of things begin with.
_PREFIXES = {
    Attribute.QUEUE_PREFIX: queue_prefix,
    Attribute.SECRET_PREFIX: secret_prefix,
    Attribute.ENVIRONMENT_PREFIX: environment_prefix,
}


class Resources:
    """Looks up what a grant or a variable means in this stack."""

    def __init__(self, stack: Stack, storage: Storage, queues: Queues, calls: Calls) -> None:
        self._calls = calls
        self._stack = stack
        self._storage = storage
        self._queues = queues

    def arn(self, resource: Resource) -> str:
        """ARN, or ARN pattern, of what a grant is on."""
        match resource.kind:
            case Kind.TABLE:
                return self._storage.tables[resource.name].table_arn
            case Kind.INDEX:
                table, _, index = resource.name.partition("/")
                return f"{self._storage.tables[table].table_arn}/index/{index}"
            case Kind.STREAM:
                return self.stream_arn(resource.name)
            case Kind.BUCKET:
                return self._storage.bucket.bucket_arn
            case Kind.OBJECTS:
                return self._storage.bucket.arn_for_objects("*")
            case Kind.QUEUE:
                return self._queues.by_name[resource.name].queue_arn
            case Kind.SCHEDULER_ROLE:
                return self._calls.role_arn
            case Kind.MAPPINGS:
                return self._stack.format_arn(
                    service="lambda",
                    resource="event-source-mapping",
                    resource_name="*",
                    arn_format=ArnFormat.COLON_RESOURCE_NAME,
                )
            case _:
                return self._open_ended(resource.kind)

    def _open_ended(self, kind: Kind) -> str:
        """ARN pattern of what is made at run time: it ends at a prefix of the installation."""
        stack = self._stack.stack_name
        match kind:
            case Kind.TASK_QUEUES | Kind.SINK_QUEUES:
                prefix = task_queue_prefix if kind is Kind.TASK_QUEUES else sink_queue_prefix
                return self._stack.format_arn(
                    service="sqs",
                    resource=f"{prefix(stack)}*",
                    arn_format=ArnFormat.NO_RESOURCE_NAME,
                )
            case Kind.SINK_TOPICS:
                return self._stack.format_arn(
                    service="sns",
                    resource=f"{sink_queue_prefix(stack)}*",
                    arn_format=ArnFormat.NO_RESOURCE_NAME,
                )
            case Kind.EVENT_RULES:
                return self._stack.format_arn(
                    service="events",
                    resource="rule",
                    resource_name=f"{queue_prefix(stack)}*/{event_rule_prefix(stack)}*",
                )
            case Kind.EVENT_BUSES:
                return self._stack.format_arn(
                    service="events", resource="event-bus", resource_name=f"{queue_prefix(stack)}*"
                )
            case Kind.SECRETS:
                return self._stack.format_arn(
                    service="secretsmanager",
                    resource="secret",
                    resource_name=f"{secret_prefix(stack)}*",
                    arn_format=ArnFormat.COLON_RESOURCE_NAME,
                )
            case Kind.ALL_SECRETS | Kind.ALL_MAPPINGS:
                return "*"
            case Kind.PARAMETERS:
                path = environment_prefix(stack).strip("/")
                return self._stack.format_arn(
                    service="ssm", resource="parameter", resource_name=f"{path}*"
                )
            case Kind.SCHEDULES:
                return self._stack.format_arn(
                    service="scheduler",
                    resource="schedule",
                    resource_name=f"{self._calls.group_name}/*",
                )
        raise ValueError(f"a {kind} has a name")

    def conditions(self, resource: Resource) -> dict[str, dict[str, str]]:
        """What has to hold beside the ARN: a mapping is of its function, which its own ARN does not tell."""
        if resource.kind is not Kind.MAPPINGS:
            return {}
        return {"ArnEquals": {"lambda:FunctionArn": self.function_arn(resource.name)}}

    def function_arn(self, name: str) -> str:
        """ARN of a function of the topology, by its name alone."""
        return self._stack.format_arn(
            service="lambda",
            resource="function",
            resource_name=physical_name(name, self._stack.stack_name),
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )

    def stream_arn(self, table: str) -> str:
        """ARN of a table's stream; raises ValueError when the topology gives it none."""
        arn = self._storage.tables[table].table_stream_arn
        if arn is None:
            raise ValueError(f"table {table} has no stream")
        return arn

    def value(self, variable: Variable) -> str:
        """What an environment variable holds."""
        match variable.attribute:
            case Attribute.TABLE_NAME:
                return self._storage.tables[variable.of].table_name
            case Attribute.BUCKET_NAME:
                return self._storage.bucket.bucket_name
            case Attribute.QUEUE_URL:
                return self._queues.by_name[variable.of].queue_url
            case Attribute.QUEUE_ARN:
                return self._queues.by_name[variable.of].queue_arn
            case Attribute.FUNCTION_NAME:
                return physical_name(variable.of, self._stack.stack_name)
            case (
                Attribute.QUEUE_PREFIX | Attribute.SECRET_PREFIX | Attribute.ENVIRONMENT_PREFIX
            ) as prefix:
                return _PREFIXES[prefix](self._stack.stack_name)
            case Attribute.SCHEDULE_GROUP_NAME:
                return self._calls.group_name
            case Attribute.SCHEDULER_ROLE_ARN:
                return self._calls.role_arn
            case Attribute.TEXT:
                return variable.of
        assert_never(variable.attribute)
