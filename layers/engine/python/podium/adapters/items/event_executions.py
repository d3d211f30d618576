"""The EventExecutionStore port, on the executions table.

One item says how an action stands: pk ``E#<digest of handler, event, message id>``, sk its index. A
second one lists it once it has ended: pk ``EL#<event>#<shard>``, sk the time and the digest.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Sequence
from itertools import chain, islice
from typing import TYPE_CHECKING

from podium.adapters.items import text as json_text
from podium.adapters.items.attributes import number, present, text, with_key
from podium.adapters.items.conditions import Equals, Missing
from podium.adapters.items.keys import short_ref
from podium.adapters.items.table import Change, Put
from podium.domain.events.executions import EventExecution, EventStatus

if TYPE_CHECKING:
    from podium.adapters.items.attributes import Attribute, Item, Key
    from podium.adapters.items.table import Table

#: Seconds; SQS keeps a message for two weeks at most.
_KEPT = 15 * 86_400
#: Partitions over which the ends of one event are spread.
_SHARDS = 4
#: Bytes of an output that are kept in a list item.
_LARGEST = 100_000


class ItemEventExecutions:
    """Event executions as items that go by themselves."""

    def __init__(self, table: Table) -> None:
        """``table``: the executions table."""
        self._table = table

    def begin(self, execution: EventExecution) -> EventExecution:
        item = with_key(_key(execution), _attributes(execution))
        written = self._table.put(Put(item, Missing()))
        return execution if written.applied else _execution(written.item or {})

    def aim(self, execution: EventExecution) -> EventExecution:
        change = Change.to({"tg": execution.target, "ti": execution.target_inc})
        written = self._table.update(_key(execution), change, Equals("tg", ""))
        return _execution(written.item or {})

    def finish(self, execution: EventExecution) -> None:
        attributes = _attributes(execution)
        listed = with_key((_list(execution), _moment(execution)), attributes)
        self._table.put(Put(listed))
        # What tells a repeat needs no output.
        self._table.put(Put(with_key(_key(execution), {**attributes, "out": "{}"})))

    def newest(self, event: str, count: int) -> Sequence[EventExecution]:
        shards = (
            islice(self._table.query(_shard(event, shard), reverse=True, page=count), count)
            for shard in range(_SHARDS)
        )
        found = sorted(chain.from_iterable(shards), key=lambda item: text(item, "sk"), reverse=True)
        return [_execution(item) for item in found[:count]]


def _attributes(execution: EventExecution) -> Item:
    output = json_text.dumps(execution.output)
    if len(output.encode()) > _LARGEST:
        output = json_text.dumps({"truncated": True})
    attributes: dict[str, Attribute | None] = {
        "h": execution.handler,
        "e": execution.event,
        "m": execution.message_id,
        "i": execution.index,
        "at": execution.created,
        "st": execution.status.value,
        "a": execution.action,
        "out": output,
        "tg": execution.target,
        "ti": execution.target_inc,
        "ttl": execution.created // 1000 + _KEPT,
    }
    return present(attributes)


def _execution(item: Item) -> EventExecution:
    return EventExecution(
        handler=text(item, "h"),
        event=text(item, "e"),
        message_id=text(item, "m"),
        index=number(item, "i"),
        created=number(item, "at"),
        status=EventStatus(text(item, "st")),
        action=text(item, "a") or None,
        output=json_text.load_map(text(item, "out") or "{}"),
        target=text(item, "tg"),
        target_inc=number(item, "ti"),
    )


def _digest(execution: EventExecution) -> str:
    parts = (execution.handler, execution.event, execution.message_id)
    encoded = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.sha256(encoded).hexdigest()[:40]


def _key(execution: EventExecution) -> Key:
    return f"E#{_digest(execution)}", f"{execution.index:04d}"


def _list(execution: EventExecution) -> str:
    return _shard(execution.event, zlib.crc32(_digest(execution).encode()) % _SHARDS)


def _shard(event: str, shard: int) -> str:
    return f"EL#{short_ref(event)}#{shard}"


def _moment(execution: EventExecution) -> str:
    return f"{execution.created:015d}#{_digest(execution)}#{execution.index:04d}"
