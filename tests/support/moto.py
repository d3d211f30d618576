"""A moto of a test's own, patched, and a table to try it on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from moto import mock_aws

from podium_local.moto_patch import patched

if TYPE_CHECKING:
    from podium_local.clock import LocalClock

REGION = "us-east-1"
ACCOUNT = "123456789012"


@contextmanager
def fresh(clock: LocalClock) -> Iterator[None]:
    with mock_aws(), patched(clock):
        mock_aws().reset()  # the fixture of the module may have it open already
        yield


@cache
def client(service: str) -> Any:
    make: Any = boto3.client
    return make(service, region_name=REGION)


def make_table(dynamodb: Any) -> None:
    dynamodb.create_table(
        TableName="table",
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "due", "tm")
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "due",
                "KeySchema": [
                    {"AttributeName": "due", "KeyType": "HASH"},
                    {"AttributeName": "tm", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
