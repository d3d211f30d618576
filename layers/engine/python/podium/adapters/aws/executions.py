"""ExecutionStore on DynamoDB."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.adapters.aws.table import DynamoTable
from podium.adapters.items.payloads import Payloads
from podium.adapters.items.store import ItemExecutionStore

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

    from podium.ports.outside import Blobs


class DynamoExecutions(ItemExecutionStore):
    """Executions in the executions table, large payloads in ``blobs``."""

    def __init__(
        self,
        client: DynamoDBClient,
        table: str,
        blobs: Blobs,
        *,
        threshold: int = 32 * 1024,
        retention: int = 0,
    ) -> None:
        """``threshold``: bytes above which a payload goes to ``blobs``; ``retention`` in seconds."""
        self.payloads = Payloads(blobs, threshold)
        super().__init__(DynamoTable(client, table), self.payloads, retention)
