"""The order of what is found: by several keys, then by id (rest-api.md 11.2).

Rows that are equal in every key come by their id, always upwards. A running execution has ``endTime`` 0: last when the latest come first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from podium.domain.search.condition import Value
from podium.domain.search.fields import TASK_FIELDS, WORKFLOW_FIELDS, Field, Fields
from podium.domain.search.rows import Row, TaskRow, WorkflowRow
from podium.errors import InvalidInputError

_R = TypeVar("_R", WorkflowRow, TaskRow)
#: Clients join keys with ``|`` or ``,`` and repeat the parameter.
_BETWEEN_KEYS = re.compile(r"[|,]")


@dataclass(frozen=True, slots=True)
class SortKey:
    """One of the fields that rows are sorted by."""

    field: Field
    descending: bool = False


Order: TypeAlias = tuple[SortKey, ...]

#: Newest first, as every UI shows them.
WORKFLOW_ORDER: Order = (SortKey(WORKFLOW_FIELDS.by_name["startTime"], descending=True),)
TASK_ORDER: Order = (SortKey(TASK_FIELDS.by_name["scheduledTime"], descending=True),)


@dataclass(frozen=True, slots=True)
class Mark:
    """The place of a row in an order: what a next page goes on after."""

    values: tuple[Value, ...]
    id: str


def parse_sort(values: Iterable[str], fields: Fields) -> Order:
    """Read ``field``, ``field:ASC`` and ``field:DESC``; nothing at all is the empty order.

    Raises InvalidInputError for a field or a direction that does not exist.
    """
    texts = [text.strip() for value in values for text in _BETWEEN_KEYS.split(value)]
    keys: dict[str, SortKey] = {}
    for text in texts:
        if text:
            key = _key(text, fields)
            # A field that comes again cannot change the order any more.
            keys.setdefault(key.field.name, key)
    return tuple(keys.values())


def default_order(fields: Fields) -> Order:
    """The order of a search that asks for none."""
    return TASK_ORDER if fields is TASK_FIELDS else WORKFLOW_ORDER


def sort_rows(rows: Iterable[_R], order: Order) -> list[_R]:
    """``rows`` in that order."""
    found = sorted(rows, key=row_id)
    # Sorting keeps the order of equals, so the last key goes first.
    for key in reversed(order):
        found.sort(key=_reader(key.field), reverse=key.descending)
    return found


def mark_of(row: Row, order: Order) -> Mark:
    """Its place."""
    return Mark(tuple(sort_value(row, key.field) for key in order), row_id(row))


def is_after(row: Row, mark: Mark, order: Order) -> bool:
    """It comes later in the order than the row that was marked."""
    for key, value in zip(order, mark.values, strict=True):
        own = sort_value(row, key.field)
        if own != value:
            is_greater: bool = own > value  # type: ignore[operator]  # one field, so one type
            return is_greater is not key.descending
    return row_id(row) > mark.id


def row_id(row: Row) -> str:
    """What tells a row from all others."""
    return row.task_id if isinstance(row, TaskRow) else row.workflow_id


def sort_value(row: Row, field: Field) -> Value:
    """The value of a field as one that has a place among others: unset is 0, or the empty text."""
    value = getattr(row, field.attribute)
    if isinstance(value, tuple):
        return ",".join(value)
    if field.kind.is_counted:
        return int(value or 0)
    return str(value or "")


def _reader(field: Field) -> Callable[[Row], Value]:
    return lambda row: sort_value(row, field)


def _key(text: str, fields: Fields) -> SortKey:
    name, _, direction = (part.strip() for part in text.partition(":"))
    field = fields.find(name)
    if field is None:
        raise InvalidInputError(f"sort: a {fields.of} has no field {name!r}")
    if not field.kind.has_order:
        raise InvalidInputError(f"sort: nothing can be sorted by {name!r}, which is a payload")
    if direction.upper() not in {"", "ASC", "DESC"}:
        raise InvalidInputError(f"sort: {name}:{direction}: a direction is ASC or DESC")
    return SortKey(field, descending=direction.upper() == "DESC")
