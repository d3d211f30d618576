"""A table of items in a dict, with the change feed that DynamoDB's stream would give."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from podium.adapters.consistency import PARTITIONS
from podium.adapters.items.attributes import (
    Attribute,
    Item,
    Key,
    key_of,
    number,
    size,
    text,
    typed,
    with_key,
)
from podium.adapters.items.batches import read_batches
from podium.adapters.items.conditions import Condition, holds
from podium.adapters.items.search_items import INDEXES
from podium.adapters.items.table import (
    Change,
    Check,
    Counted,
    IfUnset,
    Index,
    Offset,
    Put,
    Written,
)
from podium.adapters.memory.calls import Quirk
from podium.adapters.memory.refusals import check_put, check_transaction, check_updated
from podium.adapters.memory.replicas import Replica

if TYPE_CHECKING:
    from podium.adapters.memory.calls import Calls

#: What DynamoDB reads for one answer to a query.
_PAGE_BYTES = 1024 * 1024
_INDEXED = frozenset(index.pk for index in INDEXES)


class MemoryTable:
    """Items by partition and sort key; one lock makes each call atomic, as in DynamoDB."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._lock = threading.RLock()
        self._partitions: dict[str, dict[str, Item]] = {}
        self._records: list[dict[str, Any]] = []
        #: Keys of items by the partition key of an index: its name and its value.
        self._entries: dict[tuple[str, str], dict[Key, None]] = {}
        self._replica = Replica(calls)

    def records(self, after: int = 0) -> list[dict[str, Any]]:
        """Stream records in the shape Lambda gets them, the first ``after`` left out."""
        with self._lock:
            return self._records[after:]

    def written(self) -> int:
        """How many records there are."""
        with self._lock:
            return len(self._records)

    def items(self) -> list[Item]:
        """A copy of every item, by key; for assertions."""
        with self._lock:
            return [
                dict(partition[sk])
                for _, partition in sorted(self._partitions.items())
                for sk in sorted(partition)
            ]

    def get(self, key: Key, *, consistent: bool = True) -> Item | None:
        with self._calls.call("GetItem"), self._lock:
            return self._seen(key, consistent=consistent)

    def put(self, put: Put) -> Written:
        return self._calls.write("PutItem", lambda: self._put(put))

    def _put(self, put: Put) -> Written:
        with self._lock:
            check_put(put.item)
            if not self._allows(put):
                return Written(applied=False, item=self._copy(key_of(put.item)))
            self._store(put.item)
            return Written(applied=True, item=dict(put.item))

    def update(self, key: Key, change: Change, condition: Condition) -> Written:
        return self._calls.write("UpdateItem", lambda: self._update(key, change, condition))

    def _update(self, key: Key, change: Change, condition: Condition) -> Written:
        with self._lock:
            old = self._copy(key)
            if not holds(condition, old):
                return Written(applied=False, item=old)
            new = _changed(with_key(key, old or {}), change)
            check_updated(new)
            self._store(new)
            return Written(applied=True, item=dict(new))

    def delete(self, key: Key) -> None:
        self._calls.write("DeleteItem", lambda: self._delete(key))

    def _delete(self, key: Key) -> None:
        with self._lock:
            old = self._partitions.get(key[0], {}).pop(key[1], None)
            if old is not None:
                self._replica.note(key, old)
                self._move(old, {})
                self._records.append(_removal(len(self._records) + 1, old))

    def transact(self, parts: Sequence[Put | Check]) -> bool:
        return self._calls.write("TransactWriteItems", lambda: self._transact(parts))

    def _transact(self, parts: Sequence[Put | Check]) -> bool:
        with self._lock:
            check_transaction(parts)
            if not all(map(self._allows, parts)):
                return False
            for part in parts:
                if isinstance(part, Put):
                    self._store(part.item)
            return True

    def query(
        self,
        pk: str,
        between: tuple[str, str] | None = None,
        *,
        reverse: bool = False,
        page: int = 0,
    ) -> Iterator[Item]:
        with self._calls.call("Query"), self._lock:
            partition = self._partitions.get(pk, {})
            low, high = between or ("", chr(0x10FFFF))
            found = [dict(item) for sk, item in partition.items() if low <= sk <= high]
            if not PARTITIONS:
                seen = (self._replica.item(key_of(item), item) for item in found)
                found = [item for item in seen if item is not None]
        found.sort(key=key_of, reverse=reverse)
        for number_of, item in enumerate(found):
            if page and number_of and number_of % page == 0:
                with self._calls.call("Query"):
                    pass
            yield item

    def due(self, bucket: str, until: int) -> Iterator[Item]:
        with self._calls.call("Query"), self._lock:
            there = {
                key_of(item): item
                for partition in self._partitions.values()
                for item in partition.values()
                if item.get("due") == bucket
            }
            found = [
                {name: item[name] for name in ("pk", "sk", "due", "tm")}
                for item in self._replica.entries("due", bucket, there).values()
                if "tm" in item and number(item, "tm") <= until
            ]
        found.sort(key=lambda item: number(item, "tm"))
        yield from found

    def batch(self, keys: Sequence[Key], *, consistent: bool = True) -> dict[Key, Item]:
        def read(now: list[Key]) -> tuple[list[tuple[Key, Item]], list[Key]]:
            with self._calls.call("BatchGetItem"), self._lock:
                read = now[: len(now) - self._calls.happens(Quirk.UNPROCESSED, len(now))]
                found = [(key, self._seen(key, consistent=consistent)) for key in read]
            return [(key, item) for key, item in found if item is not None], now[len(read) :]

        return dict(read_batches(keys, read))

    def index(
        self, of: Index, pk: str, between: tuple[str, str], *, reverse: bool, page: int
    ) -> Iterator[Item]:
        with self._calls.call("Query"):
            found = self._indexed(of, pk, between)
        if reverse:
            found.reverse()
        for number_of, item in enumerate(found):
            if number_of and number_of % page == 0:
                with self._calls.call("Query"):
                    pass
            yield item

    def count(self, of: Index, pk: str, between: tuple[str, str]) -> Counted:
        with self._calls.call("Query"):
            found = self._indexed(of, pk, between)
        number_of = 0
        left = _PAGE_BYTES
        for item in found:
            left -= size(item)
            if left < 0:
                return Counted(number_of, is_all=False)
            number_of += 1
        return Counted(number_of, is_all=True)

    def _indexed(self, of: Index, pk: str, between: tuple[str, str]) -> list[Item]:
        low, high = between
        with self._lock:
            keys = self._entries.get((of.pk, pk), {})
            there = {key: self._partitions[key[0]][key[1]] for key in keys}
            items = self._replica.entries(of.pk, pk, there).values()
            found = [dict(item) for item in items if low <= text(item, of.sk) <= high]
        found.sort(key=lambda item: (text(item, of.sk), key_of(item)))
        return found if of.is_whole else [_keys_of(of, item) for item in found]

    def _seen(self, key: Key, *, consistent: bool) -> Item | None:
        item = self._copy(key)
        return item if consistent else self._replica.item(key, item)

    def _copy(self, key: Key) -> Item | None:
        item = self._partitions.get(key[0], {}).get(key[1])
        return None if item is None else dict(item)

    def _allows(self, part: Put | Check) -> bool:
        key = part.key if isinstance(part, Check) else key_of(part.item)
        return part.condition is None or holds(part.condition, self._copy(key))

    def _store(self, item: Item) -> None:
        pk, sk = key_of(item)
        old = self._copy((pk, sk))
        self._partitions.setdefault(pk, {})[sk] = dict(item)
        self._move(old or {}, item)
        # As in DynamoDB, a write that changes nothing leaves no record.
        if old != item:
            self._replica.note((pk, sk), old)
            self._records.append(_record(len(self._records) + 1, old, item))

    def _move(self, old: Item, new: Item) -> None:
        """Keep the entries of the indexes as the item is now."""
        for name in _INDEXED & old.keys():
            self._entries[name, text(old, name)].pop(key_of(old), None)
        for name in _INDEXED & new.keys():
            self._entries.setdefault((name, text(new, name)), {})[key_of(new)] = None


def _keys_of(of: Index, item: Item) -> Item:
    return {name: item[name] for name in ("pk", "sk", of.pk, of.sk)}


def _changed(item: Item, change: Change) -> Item:
    """The item after ``change``; every value is computed from the item before it."""
    new = dict(item)
    for name, value in change.sets.items():
        new[name] = _value(item, name, value)
    for name in change.removes:
        new.pop(name, None)
    return new


def _value(item: Item, name: str, value: Attribute | IfUnset | Offset) -> Attribute:
    match value:
        case IfUnset(default):
            return item.get(name, default)
        case Offset(base, default, amount):
            return int(item.get(base, default)) + amount
        case _:
            return value


def _removal(sequence: int, old: Item) -> dict[str, Any]:
    record = _record(sequence, old, old)
    del record["dynamodb"]["NewImage"]
    return record | {"eventName": "REMOVE"}


def _record(sequence: int, old: Item | None, new: Item) -> dict[str, Any]:
    """One record of a stream with both images (the shape of a Lambda event's ``Records``)."""
    images = {"NewImage": typed(new)}
    if old is not None:
        images["OldImage"] = typed(old)
    return {
        "eventID": f"{sequence:032x}",
        "eventName": "INSERT" if old is None else "MODIFY",
        "eventSource": "aws:dynamodb",
        "eventVersion": "1.1",
        "dynamodb": {
            "Keys": typed({name: new[name] for name in ("pk", "sk")}),
            "SequenceNumber": f"{sequence:021d}",
            "StreamViewType": "NEW_AND_OLD_IMAGES",
            **images,
        },
    }
