"""Search executions (rest-api.md 3.6, 11): planned onto what is indexed, checked against the headers.

A search that an index serves reads the page that is asked for and no more. Any other looks at row
after row, up to a bound, and says when it stopped there. Every row that is answered has been read
from its execution's own items, so no answer has a status that was over when it was asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from itertools import islice
from typing import TYPE_CHECKING, Generic, TypeVar

from podium.domain.search import (
    REMEMBER_SECONDS,
    Everything,
    TaskRow,
    WorkflowRow,
    is_after,
    is_turned,
    mark_of,
    page_of,
    plan,
    row_id,
)
from podium.domain.search.seeking import fields_in, settled, started_from
from podium.ports.search import NOT_KEPT, Total

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from podium.domain.search import Access, Mark, Plan, SearchRequest
    from podium.ports.bundle import Ports
    from podium.ports.search import Indexed
    from podium.services.outlining import Outlining

R = TypeVar("R", WorkflowRow, TaskRow)

#: Rows that a search looks at which no index serves; and executions, where it has to look at these.
MOST_ROWS, MOST_EXECUTIONS = 10_000, 2_000
#: Rows read at a time where nobody knows how many it takes.
_PAGE = 500
#: What an open execution changes without telling the index.
_MOVING = frozenset({"updateTime"})


class _Depth(Enum):
    """How far a search has to look into an execution."""

    #: What is kept of it tells.
    ROWS = "rows"
    HEADERS = "headers"
    PAYLOADS = "payloads"


@dataclass(frozen=True, slots=True)
class Found(Generic[R]):
    """A page of a search."""

    total: int
    rows: tuple[R, ...]
    #: The search looked at as much as it may; there may be more, and ``total`` is a lower bound.
    is_cut_short: bool = False


class Searching:
    """Answers searches for executions."""

    def __init__(
        self,
        ports: Ports,
        outlining: Outlining,
        *,
        most_rows: int = MOST_ROWS,
        most_executions: int = MOST_EXECUTIONS,
    ) -> None:
        """Wire the parts; see ``bootstrap``. The bounds are those above."""
        self._most_rows, self._most_executions = most_rows, most_executions
        self._ports = ports
        self._outlining = outlining
        self._pages = Pages(ports)

    def search(self, request: SearchRequest) -> Found[WorkflowRow]:
        """The executions that are asked for."""
        found = settled(plan(request.condition, request.order, request.fields))
        if not found.accesses:
            return Found(0, ())
        after = self._pages.recall(request)
        if found.serves_order and isinstance(found.residual, Everything) and not request.free_text:
            return self._turned_to(request, found, after)
        return self._sifted(request, found, after)

    def _turned_to(
        self, request: SearchRequest, found: Plan, after: Mark | None
    ) -> Found[WorkflowRow]:
        """The page itself, which the indexes lead to."""
        accesses = _beginning(found, after)
        skipped = 0 if after else request.start
        if skipped > self._most_rows:
            return Found(self._most_rows, (), is_cut_short=True)
        wanted = skipped + request.size + 1
        rows = self._ports.search.rows(
            accesses, newest_first=found.is_descending, page=min(wanted, self._most_rows)
        )
        passed, taken = _after(rows, request, after, wanted)
        shown = taken[skipped : skipped + request.size]
        if is_turned(request, shown):
            self._pages.remember(request, mark_of(shown[-1].row, request.order))
        fresh = tuple(row for row in self._outlining.rows(shown) if request.wants(row))
        before = request.start if after else 0
        if len(taken) < wanted:
            return Found(before + len(taken) - (len(shown) - len(fresh)), fresh)
        # Hits that turned out to be none stay in a total that others follow: it is what clients page by.
        total = self._total(accesses)
        return Found(before + total.number - passed, fresh, is_cut_short=not total.is_exact)

    def _total(self, accesses: Sequence[Access]) -> Total:
        """Counted where the rows lie, or one by one."""
        total = self._ports.search.total(accesses)
        if total is not None:
            return total
        rows = self._ports.search.rows(accesses, newest_first=True, page=_PAGE)
        number = sum(1 for _ in islice(rows, self._most_rows + 1))
        return Total(min(number, self._most_rows), is_exact=number <= self._most_rows)

    def _sifted(
        self, request: SearchRequest, found: Plan, after: Mark | None
    ) -> Found[WorkflowRow]:
        """Row after row: those that are kept, or, where they do not tell, those of the executions."""
        depth = _depth(request)
        most = self._most_executions if depth is _Depth.PAYLOADS else self._most_rows
        kept = self._ports.search.rows(
            found.accesses, newest_first=found.is_descending or not found.serves_order, page=_PAGE
        )
        looked_at = list(islice(kept, most + 1))
        is_cut_short = len(looked_at) > most
        by_id = {each.row.workflow_id: each for each in looked_at[:most]}
        page = page_of(self._looked_into(list(by_id.values()), depth), request, after)
        self._pages.remember(request, page.mark)
        shown = [by_id[row_id(row)] for row in page.rows]
        fresh = tuple(row for row in self._outlining.rows(shown) if request.wants(row))
        is_last = request.start + len(shown) >= page.total
        total = page.total - (len(shown) - len(fresh) if is_last else 0)
        return Found(total, fresh, is_cut_short=is_cut_short)

    def _looked_into(self, kept: Sequence[Indexed], depth: _Depth) -> list[WorkflowRow]:
        match depth:
            case _Depth.ROWS:
                return [each.row for each in kept]
            case _Depth.HEADERS:
                return self._outlining.moved(kept)
            case _Depth.PAYLOADS:
                return self._outlining.rows(kept, with_failures=False)


def _beginning(found: Plan, after: Mark | None) -> Sequence[Access]:
    """The accesses of a plan that serves the order: all of them, or from the moment of a place on."""
    if after is None:
        return found.accesses
    # It is by start time that the indexes serve an order.
    moment = int(after.values[0])
    return [
        started_from(access, moment, newest_first=found.is_descending) for access in found.accesses
    ]


def _after(
    rows: Iterable[Indexed], request: SearchRequest, after: Mark | None, wanted: int
) -> tuple[int, list[Indexed]]:
    """The first ``wanted`` rows after a place, and how many there were of its moment up to it."""
    passed, taken = 0, []
    for each in rows:
        if after is not None and not is_after(each.row, after, request.order):
            passed += 1
            continue
        taken.append(each)
        if len(taken) == wanted:
            break
    return passed, taken


class Pages:
    """Where pages ended, so that the next one goes on there (domain/search/paging.py)."""

    def __init__(self, ports: Ports) -> None:
        """Keep the ports."""
        self._search = ports.search
        self._clock = ports.clock

    def recall(self, request: SearchRequest) -> Mark | None:
        """Where the page before this one ended; None when nobody asked for it lately."""
        if not request.start:
            return None
        return self._search.recall(request.page_key(request.start), self._clock.now())

    def remember(self, request: SearchRequest, mark: Mark | None) -> None:
        """This page ends at ``mark``; None: nobody is going to ask for the next one."""
        if mark is not None:
            key = request.page_key(request.start + request.size)
            until = self._clock.now() + REMEMBER_SECONDS * 1000
            self._search.remember(key, mark, until)


def _depth(request: SearchRequest) -> _Depth:
    """What has to be read of an execution to tell whether it is a hit, and where its place is."""
    named = {field.name for field in fields_in(request.condition)}
    named |= {key.field.name for key in request.order}
    if request.free_text or not named.isdisjoint(NOT_KEPT):
        return _Depth.PAYLOADS
    return _Depth.ROWS if named.isdisjoint(_MOVING) else _Depth.HEADERS
