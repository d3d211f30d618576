"""DynamoDB: queries and transactions cost what they touch, and leave no trace when they fail."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table

from podium_local.moto_patch.calls import LOCK

if TYPE_CHECKING:
    from podium_local.clock import LocalClock
    from podium_local.moto_patch.substitution import Substitutions


def install(substitutions: Substitutions, _clock: LocalClock) -> None:
    """Replace query, transaction and update."""
    _install_query(substitutions)
    _install_places(substitutions)
    _install_transaction(substitutions)
    _install_update(substitutions)


#: Attribute of a table: items by name and value of an index's partition key.
_PLACES = "podium_places"


# --- Query -----------------------------------------------------------------------------------------


def _install_query(substitutions: Substitutions) -> None:
    stock = Table.query

    def query(self: Table, hash_key: DynamoType | None, *args: Any, **kwargs: Any) -> Any:
        """Stock query, shown only the items that have the wanted partition key.

        Stock sorts all items of the table first, and looks at each for a query of an index.
        """
        index_name = args[6] if len(args) > 6 else kwargs.get("index_name")
        with LOCK:
            whole = self.items
            try:
                if index_name is None:
                    self.items = _partition(whole, hash_key)
                else:
                    self.items = _candidates(self, kwargs.get("hash_key_conditions") or ())
                return stock(self, hash_key, *args, **kwargs)
            finally:
                self.items = whole

    substitutions.set(Table, "query", query)


def _partition(items: Any, hash_key: DynamoType | None) -> Any:
    return {hash_key: items[hash_key]} if hash_key in items else {}


def _candidates(table: Table, conditions: Iterable[tuple[str, DynamoType]]) -> Any:
    wanted = tuple(conditions)
    if table.range_key_attr is None:
        return {key: item for key, item in table.items.items() if _has(item, wanted)}
    places = vars(table).get(_PLACES, {}).get((wanted[0][0], wanted[0][1].value), {})
    found: dict[DynamoType, dict[DynamoType, Item]] = {}
    for place in list(places):
        item = _find(table, *place)
        if item is not None and _has(item, wanted):
            found.setdefault(place[0], {})[place[1]] = item
        else:
            # It has moved to another partition of the index, or is gone.
            del places[place]
    return found


def _install_places(substitutions: Substitutions) -> None:
    """Remember which items have ever been in a partition of an index: a query looks at no others."""
    stock = Table.put_item

    def put_item(self: Table, *args: Any, **kwargs: Any) -> Item:
        with LOCK:
            item = stock(self, *args, **kwargs)
            _place(self, item)
            return item

    substitutions.set(Table, "put_item", put_item)


def _place(table: Table, item: Item) -> None:
    """Remember ``item`` under each key of an index that it has."""
    if item.range_key is None:
        return
    places = vars(table).setdefault(_PLACES, {})
    for index in table.global_indexes:
        for key in index.schema:
            name = key["AttributeName"]
            if key["KeyType"] == "HASH" and name in item.attrs:
                place = (item.hash_key, item.range_key)
                places.setdefault((name, item.attrs[name].value), {})[place] = None


def _has(item: Any, wanted: tuple[tuple[str, DynamoType], ...]) -> bool:
    for name, value in wanted:
        found = item.attrs.get(name)
        if found is None or found != value:
            return False
    return True


# --- Transactions ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Touched:
    """An item as it was before, None when there was none."""

    table: Table
    hash_key: DynamoType
    range_key: DynamoType | None
    item: Item | None

    def restore(self) -> None:
        """Put it back, or take away what came."""
        group: Any = self.table.items if self.range_key is None else self.table.items[self.hash_key]
        key = self.hash_key if self.range_key is None else self.range_key
        if self.item is None:
            group.pop(key, None)
        else:
            group[key] = self.item


class _Before:
    """What the tables looked like where a transaction is going to write."""

    def __init__(self, backend: DynamoDBBackend, operations: list[dict[str, Any]]) -> None:
        self._items: list[_Touched] = []
        self._streams: dict[int, tuple[Any, int]] = {}
        for operation in operations:
            body = next(iter(operation.values()))
            table = backend.tables.get(body.get("TableName"))
            if table is None:
                continue
            key = _key(table, body.get("Key") or body.get("Item") or {})
            if key is not None:
                self._items.append(_Touched(table, *key, copy.deepcopy(_find(table, *key))))
            if table.stream_shard is not None:
                shard = table.stream_shard
                self._streams[id(shard)] = (shard, len(shard.items))

    def drop_first_of_two_records(self) -> None:
        """Where a stream got two records of one write, only the second is true."""
        for shard, length in self._streams.values():
            if len(shard.items) == length + 2:
                first = shard.items.pop(length).record["dynamodb"]
                shard.items[length].record["dynamodb"]["SequenceNumber"] = first["SequenceNumber"]

    def restore(self) -> None:
        """Undo: an open shard iterator must never see a record of a write that did not happen."""
        # Last first: an item named twice (which the call refuses) has its true image in the first.
        for touched in reversed(self._items):
            touched.restore()
        for shard, length in self._streams.values():
            del shard.items[length:]


def _key(table: Table, attributes: dict[str, Any]) -> tuple[DynamoType, DynamoType | None] | None:
    """Keys of a well-formed operation; an ill-formed one is refused before it writes."""
    if any(name not in attributes for name in table.table_key_attrs):
        return None
    range_name = table.range_key_attr
    return (
        DynamoType(attributes[table.hash_key_attr]),
        None if range_name is None else DynamoType(attributes[range_name]),
    )


def _find(table: Table, hash_key: DynamoType, range_key: DynamoType | None) -> Item | None:
    # Not table.get_item: it makes an empty partition for each key that does not exist.
    group: Any = table.items.get(hash_key)
    item: Item | None = group if range_key is None or group is None else group.get(range_key)
    return item


_copying = True


@contextmanager
def _no_table_copies() -> Iterator[None]:
    global _copying  # noqa: PLW0603 - the lock is held
    _copying = False
    try:
        yield
    finally:
        _copying = True


def _install_transaction(substitutions: Substitutions) -> None:
    stock = DynamoDBBackend.transact_write_items

    def deepcopy(self: Table, memo: dict[int, Any]) -> Table:
        """Stock takes a backup of the whole table, stream history included, per item of a transaction."""
        if not _copying:
            return self
        duplicate: Table = object.__new__(type(self))
        memo[id(self)] = duplicate
        vars(duplicate).update(copy.deepcopy(vars(self), memo))
        return duplicate

    def transact_write_items(self: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
        with LOCK, _no_table_copies():
            before = _Before(self, transact_items)
            try:
                stock(self, transact_items)
            except Exception:
                before.restore()
                raise

    substitutions.set(Table, "__deepcopy__", deepcopy)
    substitutions.set(DynamoDBBackend, "transact_write_items", transact_write_items)


# --- Update ----------------------------------------------------------------------------------------


def _install_update(substitutions: Substitutions) -> None:
    stock = DynamoDBBackend.update_item

    def update_item(
        self: DynamoDBBackend, table_name: str, key: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Item:
        """Stock makes a missing item in two steps: an INSERT of bare keys is streamed before the real one,
        and stays, item and record, when the update is then refused.
        """
        with LOCK:
            table = self.tables.get(table_name)
            keys = None if table is None else _key(table, key)
            if table is None or keys is None or _find(table, *keys) is not None:
                item = stock(self, table_name, key, *args, **kwargs)
                if table is not None:
                    _place(table, item)
                return item
            before = _Before(self, [{"Update": {"TableName": table_name, "Key": key}}])
            try:
                item = stock(self, table_name, key, *args, **kwargs)
            except Exception:
                before.restore()
                raise
            before.drop_first_of_two_records()
            _place(table, item)
            return item

    substitutions.set(DynamoDBBackend, "update_item", update_item)
