"""Waiters: tasks of other workflows that wait for an execution beside its parent."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from podium.adapters.items.attributes import number, present, text, with_key
from podium.adapters.items.base import ItemStore
from podium.adapters.items.keys import LAST, WAITERS, partition
from podium.adapters.items.table import Put
from podium.domain.execution import Parent

if TYPE_CHECKING:
    from collections.abc import Sequence


class WaiterStore(ItemStore):
    """One item for each waiter, in the partition of what it waits for."""

    def put_waiter(self, workflow_id: str, waiter: Parent) -> None:
        identity = f"{waiter.key.task_id}#{waiter.inc}"
        digest = hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()[:40]
        attributes: dict[str, str | int | None] = {
            "pw": waiter.workflow_id,
            "pr": waiter.ref,
            "ps": waiter.seq,
            "pi": waiter.inc,
        }
        key = (partition(workflow_id), WAITERS + digest)
        self._table.put(Put(with_key(key, present(attributes))))

    def read_waiters(self, workflow_id: str) -> Sequence[Parent]:
        items = self._table.query(partition(workflow_id), (WAITERS, WAITERS + LAST))
        return [
            Parent(text(item, "pw"), text(item, "pr"), number(item, "ps"), number(item, "pi"))
            for item in items
        ]
