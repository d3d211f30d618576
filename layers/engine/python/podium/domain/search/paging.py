"""One page out of all hits, and what keeps its boundary right while executions start and end.

Clients page by an offset, which shifts under them: with the newest first, each start pushes the
last row of a page onto the next one; each row that stops being a hit pulls one across unseen. So
whoever answers a page that has a next one remembers, for a while, the place of its last row under
the name of the next page (``SearchRequest.page_key``). A request for that page goes on after
that place, wherever its offset has gone to. A row that is a hit throughout, and whose sort keys do
not change, is then seen exactly once, whatever starts, ends or disappears meanwhile. A page that
nobody remembers is found by its offset.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from podium.domain.search.ordering import Mark, is_after, mark_of, sort_rows
from podium.domain.search.requests import SearchRequest
from podium.domain.search.rows import TaskRow, WorkflowRow

_R = TypeVar("_R", WorkflowRow, TaskRow)

#: How long the place of a page is remembered.
REMEMBER_SECONDS = 900


@dataclass(frozen=True, slots=True)
class Page(Generic[_R]):
    """Some of the hits."""

    #: Of all that was looked at.
    total: int
    rows: tuple[_R, ...]
    #: Place of the last row, to be remembered for the page that follows; None when none does.
    mark: Mark | None = None


def page_of(rows: Iterable[_R], request: SearchRequest, after: Mark | None = None) -> Page[_R]:
    """The page that was asked for; after a remembered place where there is one."""
    hits = sort_rows((row for row in rows if request.wants(row)), request.order)
    left = hits[request.start :]
    if after is not None:
        left = [row for row in hits if is_after(row, after, request.order)]
    shown = tuple(left[: request.size])
    has_more = 0 < len(shown) < len(left)
    return Page(len(hits), shown, mark_of(shown[-1], request.order) if has_more else None)
