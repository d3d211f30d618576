"""Executions of a workflow that run, or that share a correlation id (rest-api.md 3.4)."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from podium.domain.search import ByCorrelation, ByType, Span
from podium.domain.status import WorkflowStatus
from podium.errors import InvalidInputError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from podium.domain.decision import ExecutionView
    from podium.domain.search import Access
    from podium.ports.bundle import Ports
    from podium.services.reading import Reading

#: Executions that are looked at for one list.
MOST_LISTED = 10_000
#: Executions that one answer has for correlation ids, as many as the peer's.
MOST_CORRELATED = 1_000
#: Each is a query.
MOST_CORRELATION_IDS = 1_000
_OPEN = (WorkflowStatus.RUNNING, WorkflowStatus.PAUSED)


class Listing:
    """Answers the routes that name what they want by more than a query."""

    def __init__(self, ports: Ports, reading: Reading) -> None:
        """Wire the parts; see ``bootstrap``."""
        self._ports = ports
        self._reading = reading

    def running(self, name: str, version: int) -> tuple[list[str], bool]:
        """Ids of those that have not ended; True: there may be more."""
        kept, is_cut_short = self._kept(ByType((name,), _OPEN), version)
        headers = self._ports.executions.read_headers(kept)
        found = [each for each in kept if each in headers and not headers[each].status.is_terminal]
        return found, is_cut_short

    def started(self, name: str, version: int, started: Span) -> tuple[list[str], bool]:
        """Ids of those that started within a span, whatever became of them; True: there may be more."""
        kept, is_cut_short = self._kept(ByType((name,), (), started), version)
        headers = self._ports.executions.read_headers(kept)
        found = [each for each in kept if each in headers or self._reading.archived(each)]
        return found, is_cut_short

    def correlated(
        self,
        names: Collection[str],
        correlation_ids: Sequence[str],
        *,
        include_closed: bool,
        include_tasks: bool,
    ) -> Iterator[tuple[str, ExecutionView]]:
        """Executions of these workflows with one of the correlation ids, the latest first.

        Without ``include_closed`` those that are RUNNING, which PAUSED is not. Raises InvalidInputError
        for too many ids.
        """
        wanted = tuple(dict.fromkeys(filter(None, correlation_ids)))
        if len(wanted) > MOST_CORRELATION_IDS:
            raise InvalidInputError(
                f"{len(wanted)} correlation ids at once: {MOST_CORRELATION_IDS} at most"
            )
        if not wanted:
            return
        kept = self._ports.search.rows([ByCorrelation(wanted)], newest_first=True, page=100)
        chosen = (
            each.row
            for each in kept
            if each.row.workflow_type in names
            and (include_closed or each.row.status is WorkflowStatus.RUNNING)
        )
        for row in islice(chosen, MOST_CORRELATED):
            for view in self._view(row.workflow_id, include_tasks=include_tasks):
                if include_closed or view.header.status is WorkflowStatus.RUNNING:
                    yield row.correlation_id or "", view

    def _kept(self, access: Access, version: int) -> tuple[list[str], bool]:
        rows = self._ports.search.rows([access], newest_first=True, page=MOST_LISTED)
        found = list(islice(rows, MOST_LISTED + 1))
        chosen = (each.row for each in found[:MOST_LISTED])
        ids = [row.workflow_id for row in chosen if row.version == version]
        return ids, len(found) > MOST_LISTED

    def _view(self, workflow_id: str, *, include_tasks: bool) -> Iterable[ExecutionView]:
        try:
            return (self._reading.view(workflow_id, include_tasks=include_tasks),)
        except NotFoundError:
            return ()
