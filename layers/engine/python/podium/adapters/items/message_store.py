"""Messages to executions as items: ``Q#<workflow id>`` / ``<run generation>#<number>``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.adapters.items.attributes import number, text, with_key
from podium.adapters.items.base import ItemStore
from podium.adapters.items.conditions import Missing
from podium.adapters.items.keys import LAST, message_key, message_number, message_run, messages_of
from podium.adapters.items.table import Put
from podium.domain.workflow_messages import LIFETIME_MS, Inbox, WorkflowMessage, is_alive

if TYPE_CHECKING:
    from podium.adapters.items.attributes import Item

#: Seconds that an item outlives its message: numbers go on from it, so it must not go too early.
_KEPT_LONGER = 24 * 3600


class MessageStore(ItemStore):
    """The queues."""

    def put_message(self, workflow_id: str, generation: int, message: WorkflowMessage) -> bool:
        item = with_key(
            message_key(workflow_id, generation, message.number),
            {
                "id": message.message_id,
                "ra": message.received_at,
                "ttl": (message.received_at + LIFETIME_MS) // 1000 + _KEPT_LONGER,
                "x": "1",
                **self._payloads.pack(workflow_id, "p", message.payload),
            },
        )
        written = self._table.put(Put(item, Missing()))
        # A call that was sent twice because no answer came finds its own item.
        return written.applied or text(written.item or {}, "id") == message.message_id

    def last_number(self, workflow_id: str, generation: int) -> int:
        run = message_run(generation)
        found = self._table.query(messages_of(workflow_id), (run, run + LAST), reverse=True, page=1)
        last = next(iter(found), None)
        return 0 if last is None else message_number(last)

    def received_at(self, workflow_id: str, generation: int, number_: int) -> int:
        item = self._table.get(message_key(workflow_id, generation, number_))
        return 0 if item is None else number(item, "ra")

    def read_inbox(
        self, workflow_id: str, generation: int, after: int, count: int, weight: int, now: int
    ) -> Inbox:
        first = message_key(workflow_id, generation, after + 1)[1]
        between = (first, message_run(generation) + LAST)
        found: list[WorkflowMessage] = []
        # One more than is wanted: it says whether there are others.
        for item in self._table.query(messages_of(workflow_id), between, page=count + 1):
            if not is_alive(number(item, "ra"), now):
                continue
            if len(found) >= count or weight < 0:
                return Inbox(tuple(found), is_complete=False)
            found.append(self._message(item))
            weight -= found[-1].weight
        return Inbox(tuple(found))

    def _message(self, item: Item) -> WorkflowMessage:
        return WorkflowMessage(
            number=message_number(item),
            message_id=text(item, "id"),
            payload=self._payloads.unpack(item, "p"),
            received_at=number(item, "ra"),
        )
