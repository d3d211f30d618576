"""Search on a table of items: S, and the indexes over it (ADR 13)."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, islice
from typing import TYPE_CHECKING, cast

from podium.adapters.items import text as json_text
from podium.adapters.items.attributes import number, text, with_key
from podium.adapters.items.conditions import Less
from podium.adapters.items.headers import REMOVED_STAYS
from podium.adapters.items.keys import page_key, search_key
from podium.adapters.items.search_items import (
    CORRELATIONS,
    PARENTS,
    SINGLED_OUT,
    STATUSES,
    TIMES,
    TYPES,
    indexed_of,
    is_row,
    related_partition,
    search_item,
    start_in,
    started_between,
    status_partitions,
    time_partitions,
    type_partitions,
)
from podium.adapters.items.table import Index, Put
from podium.domain.search import (
    ByCorrelation,
    ById,
    ByParent,
    ByStatus,
    ByTime,
    ByType,
    Mark,
    Span,
    WorkflowRow,
)
from podium.domain.status import WorkflowStatus
from podium.ports.search import Indexed, Total

if TYPE_CHECKING:
    from collections.abc import Iterable

    from podium.adapters.items.attributes import Item
    from podium.adapters.items.table import Table
    from podium.domain.json import Json
    from podium.domain.search import Access

#: An execution ends, or goes on, while a search reads one place after the other: open ones are looked
#: at first, so that one that ends meanwhile is found where it goes, if not where it was.
_STATUSES = sorted(WorkflowStatus, key=lambda status: status.is_terminal)


@dataclass(frozen=True, slots=True)
class _Place:
    """A partition of an index, and what of it is wanted."""

    index: Index
    partition: str
    started: Span
    #: Which rows there are wanted; None: all.
    wanted: Callable[[WorkflowRow], bool] | None = None


@dataclass(frozen=True, slots=True)
class _Entry:
    """What a place has of an execution."""

    started: int
    workflow_id: str
    #: S; empty as long as only its keys are known.
    item: Item
    wanted: Callable[[WorkflowRow], bool] | None = None

    @property
    def is_wanted(self) -> bool:
        """It is among the rows that are wanted of its place."""
        return self.wanted is None or self.wanted(indexed_of(self.item).row)


class ItemSearch:
    """The Search port: rows of executions."""

    def __init__(self, table: Table, retention: int = 0) -> None:
        """``retention``: seconds that ended executions are kept; 0 keeps them."""
        self._table = table
        self._retention = retention

    def put(self, indexed: Indexed) -> bool:
        item = search_item(indexed, self._retention)
        return self._table.put(Put(item, Less("hv", indexed.version))).applied

    def forget(self, workflow_id: str, version: int, now: int) -> bool:
        nothing = {"hv": version, "ttl": now // 1000 + REMOVED_STAYS}
        item = with_key(search_key(workflow_id), nothing)
        return self._table.put(Put(item, Less("hv", version))).applied

    def rows(
        self, accesses: Sequence[Access], *, newest_first: bool, page: int
    ) -> Iterator[Indexed]:
        streams = [
            self._entries(place, newest_first=newest_first, page=page)
            for access in accesses
            for place in _places(access)
        ]
        streams += [
            self._by_ids(access.workflow_ids, newest_first=newest_first)
            for access in accesses
            if isinstance(access, ById)
        ]
        merged = heapq.merge(*streams, key=_started, reverse=newest_first)
        left = _by_id_where_together(merged)
        seen: set[str] = set()
        while entries := list(islice(left, page)):
            for entry in self._with_items(entries):
                # The same execution may come from two places, of which it leaves one.
                if entry.workflow_id not in seen and entry.is_wanted:
                    seen.add(entry.workflow_id)
                    yield indexed_of(entry.item)

    def remember(self, key: str, mark: Mark, until: int) -> None:
        values: list[Json] = list(mark.values)
        place: Item = {"at": json_text.dumps({"values": values, "id": mark.id}), "until": until}
        # Whole seconds, rounded up.
        self._table.put(Put(with_key(page_key(key), place | {"ttl": -(-until // 1000)})))

    def recall(self, key: str, now: int) -> Mark | None:
        found = self._table.get(page_key(key))
        if found is None or number(found, "until") <= now:
            return None
        place = json_text.load_map(text(found, "at"))
        return Mark(tuple(cast("list[str | int]", place["values"])), str(place["id"]))

    def total(self, accesses: Sequence[Access]) -> Total | None:
        places = [place for access in accesses for place in _places(access)]
        # Places of one access have nothing in common; those of several may, and ids are no place.
        if len(accesses) != 1 or not places or any(place.wanted for place in places):
            return None
        counted = [
            self._table.count(place.index, place.partition, _between(place)) for place in places
        ]
        return Total(sum(each.number for each in counted), all(each.is_all for each in counted))

    def _entries(self, place: _Place, *, newest_first: bool, page: int) -> Iterator[_Entry]:
        found = self._table.index(
            place.index, place.partition, _between(place), reverse=newest_first, page=page
        )
        for item in found:
            whole = item if place.index.is_whole else {}
            yield _Entry(*start_in(item), whole, place.wanted)

    def _by_ids(self, ids: Sequence[str], *, newest_first: bool) -> Iterator[_Entry]:
        items = self._table.batch([search_key(each) for each in ids]).values()
        found = [_Entry(*start_in(item), item) for item in items if is_row(item)]
        yield from sorted(found, key=_started, reverse=newest_first)

    def _with_items(self, entries: Sequence[_Entry]) -> Iterator[_Entry]:
        """The items that an index of keys names: one BatchGetItem for a hundred."""
        keys = {each.workflow_id: search_key(each.workflow_id) for each in entries if not each.item}
        items = self._table.batch(list(keys.values()), consistent=False) if keys else {}
        for entry in entries:
            if entry.item:
                yield entry
            elif is_row(item := items.get(keys[entry.workflow_id], {})):
                yield replace(entry, item=item)


def _places(access: Access) -> Iterable[_Place]:
    """Where the rows of an access lie."""
    if isinstance(access, ById) or access.started.is_empty:
        return ()
    match access:
        case ByCorrelation(values, started):
            return _by_correlation(frozenset(values), started)
        case ByParent(values, started):
            return _by_parent(frozenset(values), started)
        case ByType(names, statuses, started):
            return (
                _Place(TYPES, partition, started)
                for status in _STATUSES
                if not statuses or status in statuses
                for name in dict.fromkeys(names)
                for partition in type_partitions(name, status)
            )
        case ByStatus(statuses, started):
            return _by_status(frozenset(statuses), started)
        case ByTime(started):
            return _by_time(started)


def _by_correlation(values: frozenset[str], started: Span) -> Iterable[_Place]:
    if "" in values:
        # Those without one are in no partition.
        return _by_time(started, lambda row: (row.correlation_id or "") in values)
    return (
        _Place(CORRELATIONS, partition, started)
        for partition in sorted(map(related_partition, values))
    )


def _by_parent(values: frozenset[str], started: Span) -> Iterable[_Place]:
    top = time_partitions(children=False) if "" in values else ()
    children = sorted(map(related_partition, values - {""}))
    return (
        *(_Place(TIMES, partition, started) for partition in top),
        *(_Place(PARENTS, partition, started) for partition in children),
    )


def _by_status(statuses: frozenset[WorkflowStatus], started: Span) -> Iterable[_Place]:
    if not statuses <= SINGLED_OUT:
        return _by_time(started, lambda row: row.status in statuses)
    return (
        _Place(STATUSES, partition, started)
        for status in _STATUSES
        if status in statuses
        for partition in status_partitions(status)
    )


def _by_time(
    started: Span, wanted: Callable[[WorkflowRow], bool] | None = None
) -> Iterable[_Place]:
    return (
        _Place(TIMES, partition, started, wanted)
        for children in (False, True)
        for partition in time_partitions(children=children)
    )


def _between(place: _Place) -> tuple[str, str]:
    return started_between(place.started.first, place.started.last)


def _started(entry: _Entry) -> int:
    return entry.started


def _by_id_where_together(entries: Iterable[_Entry]) -> Iterator[_Entry]:
    """In the order that they have, but those with the same start by id, newer states of one first."""
    for _, together in groupby(entries, key=_started):
        yield from sorted(together, key=lambda each: (each.workflow_id, -number(each.item, "hv")))
