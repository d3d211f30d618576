"""What DynamoDB refuses whatever the condition says: keys and items of no legal size, odd transactions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.adapters.items.attributes import Key, key_of, size
from podium.adapters.items.table import Check, Put
from podium.errors import DefectError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from podium.adapters.items.attributes import Item

#: Bytes of an item, of a partition key, of a sort key; parts of a transaction.
_LARGEST_ITEM, _LONGEST_PK, _LONGEST_SK = 400 * 1024, 2048, 1024
_MOST_PARTS = 100


def check_put(item: Item, call: str = "PutItem") -> None:
    """Raises DefectError as the adapter of AWS does for what a put may not hold."""
    check_key(key_of(item), call)
    if size(item) > _LARGEST_ITEM:
        raise _refused(call, "Item size has exceeded the maximum allowed size")


def check_updated(item: Item) -> None:
    """As :func:`check_put`, for what an update makes of an item."""
    if size(item) > _LARGEST_ITEM:
        raise _refused("UpdateItem", "Item size to update has exceeded the maximum allowed size")


def check_key(key: Key, call: str) -> None:
    """As :func:`check_put`, for a key alone."""
    if len(key[0].encode("utf-8", "surrogatepass")) > _LONGEST_PK:
        why = f"Size of hashkey has exceeded the maximum size limit of{_LONGEST_PK} bytes"
        raise _refused(call, f"One or more parameter values were invalid: {why}")
    if len(key[1].encode("utf-8", "surrogatepass")) > _LONGEST_SK:
        why = (
            f"Aggregated size of all range keys has exceeded the size limit of {_LONGEST_SK} bytes"
        )
        raise _refused(call, f"One or more parameter values were invalid: {why}")


def check_transaction(parts: Sequence[Put | Check]) -> None:
    """As :func:`check_put`, for all of a transaction."""
    call = "TransactWriteItems"
    if len(parts) > _MOST_PARTS:
        why = (
            "1 validation error detected at 'transactItems' failed to satisfy constraint: "
            f"Member must have length less than or equal to {_MOST_PARTS}."
        )
        raise _refused(call, why)
    seen: set[Key] = set()
    for part in parts:
        key = part.key if isinstance(part, Check) else key_of(part.item)
        if key in seen:
            why = "Transaction request cannot include multiple operations on one item"
            raise _refused(call, why)
        seen.add(key)
        if isinstance(part, Put):
            check_put(part.item, call)


def _refused(call: str, why: str) -> DefectError:
    """In the words of botocore, as :mod:`podium.adapters.aws.errors` passes them on."""
    code = "An error occurred (ValidationException) when calling the"
    return DefectError(f"{call} was refused: {code} {call} operation: {why}")
