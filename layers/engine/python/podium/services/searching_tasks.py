"""Search tasks, and executions by their tasks (rest-api.md 3.6, 5).

Tasks are not indexed, which would cost a write for each: what is known of their executions leads to
these, the latest first, and their tasks are looked at, up to a bound.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from podium.domain.search import (
    TASK_FIELDS,
    ById,
    TaskRow,
    page_of,
    plan,
    sort_rows,
    task_row,
)
from podium.errors import NotFoundError
from podium.services.searching import Found, Pages

if TYPE_CHECKING:
    from podium.domain.search import SearchRequest, WorkflowRow
    from podium.ports.bundle import Ports
    from podium.services.outlining import Outlining
    from podium.services.reading import Reading

#: Executions whose tasks a search looks at, and tasks that it looks at in all of them.
MOST_OWNERS, MOST_TASKS = 200, 20_000


class SearchingTasks:
    """Answers searches for tasks."""

    def __init__(
        self,
        ports: Ports,
        reading: Reading,
        outlining: Outlining,
        *,
        most_owners: int = MOST_OWNERS,
        most_tasks: int = MOST_TASKS,
    ) -> None:
        """Wire the parts; see ``bootstrap``. The bounds are those above."""
        self._most_owners, self._most_tasks = most_owners, most_tasks
        self._ports = ports
        self._reading = reading
        self._outlining = outlining
        self._pages = Pages(ports)

    def search(self, request: SearchRequest) -> Found[TaskRow]:
        """The tasks that are asked for."""
        rows, is_cut_short = self._rows(request)
        page = page_of(rows, request, self._pages.recall(request))
        self._pages.remember(request, page.mark)
        return Found(page.total, page.rows, is_cut_short)

    def owners(self, request: SearchRequest) -> Found[WorkflowRow]:
        """The executions that own the tasks which are asked for, in the order of their first ones."""
        rows, is_cut_short = self._rows(request)
        hits = sort_rows((row for row in rows if request.wants(row)), request.order)
        ids = list(dict.fromkeys(row.workflow_id for row in hits))
        shown = tuple(ids[request.start : request.start + request.size])
        kept = self._ports.search.rows([ById(shown)], newest_first=True, page=len(shown) or 1)
        by_id = {each.row.workflow_id: each for each in kept}
        found = self._outlining.rows([by_id[each] for each in shown if each in by_id])
        return Found(len(ids) - (len(shown) - len(found)), tuple(found), is_cut_short)

    def _rows(self, request: SearchRequest) -> tuple[list[TaskRow], bool]:
        """Tasks of the executions that may own what is asked for; True: not of all of them."""
        found = plan(request.condition, request.order, TASK_FIELDS)
        rows: list[TaskRow] = []
        if not found.accesses:
            return rows, False
        kept = self._ports.search.rows(
            found.accesses, newest_first=True, page=self._most_owners + 1
        )
        owners = [each.row.workflow_id for each in islice(kept, self._most_owners + 1)]
        for workflow_id in owners[: self._most_owners]:
            if len(rows) > self._most_tasks:
                return rows, True
            try:
                view = self._reading.view(workflow_id, large_payloads=False)
            except NotFoundError:
                continue
            rows += (task_row(task, view.header, view.start) for task in view.tasks)
        return rows, len(owners) > self._most_owners
