"""Port of the stream's history: which workflows did a failed batch belong to?"""

from __future__ import annotations

from typing import Protocol


class FailedRecords(Protocol):
    """Reads stream records again by their sequence numbers."""

    def workflow_ids(self, shard_id: str, first: str, last: str) -> list[str]:
        """Ids of the workflows written by the records ``first`` to ``last`` of one shard.

        GetShardIterator, then GetRecords until ``last`` is passed. Empty when the stream has
        trimmed them.
        """
        ...
