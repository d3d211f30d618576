"""Attributes of an item: strings and integers, and their form in DynamoDB's JSON.

Zero, the empty string and the empty list are never stored: an absent attribute stands for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

Attribute: TypeAlias = "str | int"
Item: TypeAlias = "dict[str, Attribute]"
Key: TypeAlias = "tuple[str, str]"

#: Value of ``ls`` in an item whose status listeners hear of; their event source filters by it.
LISTENED = "1"


def is_listened(item: Mapping[str, Attribute]) -> bool:
    """Listeners hear of the status in this item."""
    return item.get("ls") == LISTENED


def text(item: Mapping[str, Attribute], name: str) -> str:
    """A string attribute; empty when absent."""
    return str(item.get(name, ""))


def number(item: Mapping[str, Attribute], name: str) -> int:
    """An integer attribute; 0 when absent."""
    return int(item.get(name, 0))


def present(attributes: Mapping[str, Attribute | None]) -> Item:
    """Leave out what is zero, empty or None."""
    return {name: value for name, value in attributes.items() if value}


def key_of(item: Mapping[str, Attribute]) -> Key:
    """Primary key of an item."""
    return text(item, "pk"), text(item, "sk")


def with_key(key: Key, attributes: Mapping[str, Attribute]) -> Item:
    """An item with this primary key."""
    return {"pk": key[0], "sk": key[1], **attributes}


def typed_value(value: Attribute) -> dict[str, str]:
    """``"a"`` as ``{"S": "a"}``, 7 as ``{"N": "7"}``."""
    return {"S": value} if isinstance(value, str) else {"N": str(value)}


def typed(item: Mapping[str, Attribute]) -> dict[str, dict[str, str]]:
    """The item as DynamoDB's API and streams write it."""
    return {name: typed_value(value) for name, value in item.items()}


def untyped(image: Mapping[str, Mapping[str, Any]]) -> Item:
    """Undo :func:`typed`; attributes of other types (replication marks, say) are not ours."""
    item: Item = {}
    for name, value in image.items():
        if "S" in value:
            item[name] = value["S"]
        elif "N" in value:
            item[name] = int(value["N"])
    return item


def size(item: Mapping[str, Attribute]) -> int:
    """Bytes DynamoDB counts: names and strings in UTF-8, a number about a byte for two digits."""
    return sum(len(name.encode()) + value_size(value) for name, value in item.items())


def value_size(value: Attribute) -> int:
    """Bytes of one value."""
    if isinstance(value, str):
        return len(value.encode())
    digits = str(abs(value)).rstrip("0")
    return 1 + (len(digits) + 1) // 2
