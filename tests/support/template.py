"""A synthesized CloudFormation template, read with every reference spelled as a physical name."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

#: What a deployment would fill in.
PSEUDO = {
    "AWS::Partition": "aws",
    "AWS::Region": "eu-central-1",
    "AWS::AccountId": "123456789012",
    "AWS::URLSuffix": "amazonaws.com",
}
#: The property that holds a resource's physical name.
NAMES = {
    "AWS::DynamoDB::Table": "TableName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Logs::LogGroup": "LogGroupName",
}


class Template:
    """One template; references become ``<name>`` or ``<name>.<Attribute>``."""

    def __init__(self, path: Path) -> None:
        self.raw: dict[str, Any] = json.loads(path.read_text())

    def resources(self, type_: str) -> Iterator[dict[str, Any]]:
        """Resources of one type, resolved, each with its ``Properties``."""
        for resource in self.raw["Resources"].values():
            if resource["Type"] == type_:
                yield self.resolve(resource)

    def properties(self, type_: str) -> list[dict[str, Any]]:
        """Properties of every resource of one type, resolved."""
        return [resource["Properties"] for resource in self.resources(type_)]

    def named(self, type_: str) -> dict[str, dict[str, Any]]:
        """Properties by physical name."""
        return {found[NAMES[type_]]: found for found in self.properties(type_)}

    def resolve(self, value: Any) -> Any:
        """``value`` with its intrinsic functions carried out."""
        match value:
            case {"Ref": str(name)} if len(value) == 1:
                return PSEUDO.get(name) or self._physical(name)
            case {"Fn::GetAtt": [str(name), str(attribute)]}:
                return f"{self._physical(name)}.{attribute}"
            case {"Fn::Join": [str(separator), [*parts]]}:
                return separator.join(str(self.resolve(part)) for part in parts)
            case Mapping():
                return {key: self.resolve(item) for key, item in value.items()}
            case list():
                return [self.resolve(item) for item in value]
            case _:
                return value

    def _physical(self, logical_id: str) -> str:
        resource = self.raw["Resources"][logical_id]
        name = NAMES.get(resource["Type"])
        return str(self.resolve(resource["Properties"][name])) if name else logical_id
