"""ExecutionStore in memory: the same items, conditions and codecs as on DynamoDB."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from podium.adapters.items.limit_store import ItemLimitStore
from podium.adapters.items.payloads import Payloads
from podium.adapters.items.search_store import ItemSearch
from podium.adapters.items.store import ItemExecutionStore
from podium.adapters.memory.blobs import MemoryBlobs
from podium.adapters.memory.calls import Calls
from podium.adapters.memory.table import MemoryTable
from podium.adapters.stream import workflow_id

if TYPE_CHECKING:
    from podium.adapters.items.attributes import Item
    from podium.ports.outside import Blobs


class MemoryExecutions(ItemExecutionStore):
    """Executions of one process. Values pass through the codec, so nothing is shared by reference."""

    def __init__(
        self,
        blobs: Blobs | None = None,
        *,
        threshold: int = 32 * 1024,
        retention: int = 0,
        calls: Calls | None = None,
    ) -> None:
        """``threshold``: bytes above which a payload goes to ``blobs``; ``retention`` in seconds."""
        self.calls = calls or Calls()
        self.payloads = Payloads(blobs or MemoryBlobs(self.calls), threshold)
        self._memory = MemoryTable(self.calls)
        #: The limits lie in the same table.
        self.limits = ItemLimitStore(self._memory)
        #: So do the rows of searches.
        self.search = ItemSearch(self._memory, retention)
        super().__init__(self._memory, self.payloads, retention)

    def records(self, after: int = 0) -> list[dict[str, Any]]:
        """The change feed: stream records as Lambda gets them, the first ``after`` left out.

        Unfiltered, as a stream is: what needs a handler has ``x`` in its new image.
        """
        return self._memory.records(after)

    def written(self) -> int:
        """How many records there are."""
        return self._memory.written()

    def workflow_ids(self, shard_id: str, first: str, last: str) -> list[str]:
        """FailedRecords: the feed is one shard."""
        found = (
            workflow_id(record)
            for record in self.records()
            if int(first) <= int(record["dynamodb"]["SequenceNumber"]) <= int(last)
        )
        return list(dict.fromkeys(filter(None, found)))

    def items(self) -> list[Item]:
        """A copy of every item; for assertions."""
        return self._memory.items()
