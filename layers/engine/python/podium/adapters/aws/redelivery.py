"""Messages that Lambda holds and whose moment has not come: shown again soon (protocol.md 3, Claim)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.adapters.aws.errors import translated

if TYPE_CHECKING:
    from collections.abc import Iterable

    from types_boto3_sqs import SQSClient

#: Seconds until a message that came too early is seen again.
SOON = 2


class SqsRedelivery:
    """Shortens the visibility timeout of single messages.

    A message that its function reports as failed stays hidden for the rest of the queue's
    visibility timeout, which is minutes. One that came before its task's item needs two seconds.
    """

    def __init__(self, client: SQSClient, queue_urls: Iterable[str]) -> None:
        """``queue_urls``: the queues that functions read."""
        self._client = client
        self._urls = {url.rpartition("/")[2]: url for url in queue_urls}

    def soon(self, queue_arn: str, receipt: str) -> None:
        """ChangeMessageVisibility; nothing for a queue that is not one of ours."""
        url = self._urls.get(queue_arn.rpartition(":")[2])
        if url is None:
            return
        with translated("ChangeMessageVisibility"):
            self._client.change_message_visibility(
                QueueUrl=url, ReceiptHandle=receipt, VisibilityTimeout=SOON
            )
