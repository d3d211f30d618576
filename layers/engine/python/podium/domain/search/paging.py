"""One page out of all hits, and what keeps its boundary right while executions start and end.

Clients page by an offset, which shifts under them: with the newest first, each start pushes the
last row of a page onto the next one; each row that stops being a hit pulls one across unseen. So
whoever answers a page remembers, for a while, the place of its last row under the name of the next
page (``SearchRequest.page_key``). A request for that page goes on after that place, wherever its
offset has gone to; its total counts what the client has passed, and what is left. A row that is a
hit throughout, and whose sort keys do not change, is then seen exactly once, whatever starts, ends
or disappears meanwhile, whether the client stops at the total or at an empty page. A page that
nobody remembers is found by its offset.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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

    #: Hits before it, as many as the request passes over, on it and behind it.
    total: int
    rows: tuple[_R, ...]
    #: Place of its last row, to be remembered; None where nobody is going to ask for more.
    mark: Mark | None = None


def page_of(rows: Iterable[_R], request: SearchRequest, after: Mark | None = None) -> Page[_R]:
    """The page that was asked for; after a remembered place where there is one."""
    hits = sort_rows((row for row in rows if request.wants(row)), request.order)
    if after is None:
        left, total = hits[request.start :], len(hits)
    else:
        left = [row for row in hits if is_after(row, after, request.order)]
        total = request.start + len(left)
    shown = tuple(left[: request.size])
    return Page(
        total, shown, mark_of(shown[-1], request.order) if is_turned(request, shown) else None
    )


def is_turned(request: SearchRequest, shown: Sequence[object]) -> bool:
    """Somebody may ask for the page after the one on which these are ``shown``.

    Most searches are for one page, and not a full one: nothing is written for those. Behind the
    last page of several some clients look for another one.
    """
    return bool(shown) and (request.start > 0 or len(shown) == request.size)
