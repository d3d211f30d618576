"""Open tasks of one type, over all executions (rest-api.md 5, 7).

There is no index of tasks: an execution's header names what is open in it, and the rows of the search
say which executions run. So this reads a header for each of those, and the items of the tasks that may be
of the type; nothing else, whatever the number of executions that have ended.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from podium.domain.execution import Kind
from podium.domain.ids import TaskKey
from podium.domain.search import ByStatus
from podium.domain.status import TaskStatus, WorkflowStatus
from podium.errors import InvalidInputError, TransientError
from podium.services.bulk import each_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from podium.domain.execution import OpenEntry, Task
    from podium.domain.graph import Graph
    from podium.ports.bundle import Ports
    from podium.services.creating import Creating
    from podium.services.states import States

T = TypeVar("T")

_OPEN = (ByStatus(tuple(status for status in WorkflowStatus if not status.is_terminal)),)
#: Executions looked at together; each waits for a read or two.
_TOGETHER = 200
#: What one request has time for (ms), and at most so many executions.
LIMIT_MS, MOST_EXECUTIONS = 20_000, 20_000


class Requeuing:
    """Finds open tasks of a type, and sends them again."""

    def __init__(self, ports: Ports, states: States, creating: Creating) -> None:
        """Wire the parts; see ``bootstrap``."""
        self._ports = ports
        self._states = states
        self._creating = creating

    def pending(self, task_type: str, start: int, count: int) -> list[TaskKey]:
        """Keys of the open tasks ``start`` to ``start + count``, those of older executions first.

        Raises InvalidInputError where that takes more than a request may look at.
        """
        found: list[TaskKey] = []
        if count == 0:
            return found
        for workflow_ids in self._open():
            looked = self._each(workflow_ids, lambda each: self._tasks(each, task_type))
            for workflow_id, tasks in looked.items():
                found += [TaskKey(workflow_id, task.ref, task.seq) for task in tasks]
            if len(found) >= start + count:
                break
        return found[start : start + count]

    def requeue(self, task_type: str) -> int:
        """Send each SCHEDULED task of the type once more, to be handed out when it says itself; how many.

        A message too many does no harm: the claim lets one of them win. What a pause holds back is
        sent when it goes on. Raises InvalidInputError as :meth:`pending` does; what was looked at by
        then has been sent.
        """
        sent = 0
        for workflow_ids in self._open():
            counts = self._each(workflow_ids, lambda each: self._send_again(each, task_type))
            sent += sum(counts.values())
        return sent

    def _open(self) -> Iterator[tuple[str, ...]]:
        """Ids of the executions that have not ended, some at a time."""
        until = self._ports.clock.now() + LIMIT_MS
        looked_at = 0
        rows = self._ports.search.rows(_OPEN, newest_first=False, page=_TOGETHER)
        while batch := tuple(each.row.workflow_id for each in islice(rows, _TOGETHER)):
            if looked_at >= MOST_EXECUTIONS or self._ports.clock.now() > until:
                raise InvalidInputError(
                    f"More than the first {looked_at} open executions would have to be looked at; "
                    "search for the tasks instead: GET /api/tasks/search?query=taskType IN (...)"
                )
            looked_at += len(batch)
            yield batch

    def _each(self, workflow_ids: Iterable[str], look: Callable[[str], T]) -> Mapping[str, T]:
        results, errors = each_of(workflow_ids, look, self._ports.clock)
        if errors:
            workflow_id, message = next(iter(errors.items()))
            raise TransientError(f"workflow {workflow_id} could not be looked at: {message}")
        return results

    def _send_again(self, workflow_id: str, task_type: str) -> int:
        tasks = [
            task
            for task in self._tasks(workflow_id, task_type)
            if task.kind is Kind.WORKER and task.status is TaskStatus.SCHEDULED and not task.held
        ]
        state = self._states.fresh(workflow_id) if tasks else None
        if state is None:
            return 0
        for task in tasks:
            self._creating.send_again(state, task)
        return len(tasks)

    def _tasks(self, workflow_id: str, task_type: str) -> list[Task]:
        header = self._ports.executions.read_header(workflow_id)
        if header is None or header.status.is_terminal or not header.definition:
            return []
        graph = self._states.graph(header.definition)
        found = [
            self._ports.executions.read_task(TaskKey(workflow_id, graph.ref(entry), entry.seq))
            for entry in header.open
            if entry.kind is not Kind.DUE and _may_be(graph, entry, task_type)
        ]
        return [
            task
            for task in found
            if task is not None and task.type == task_type and not task.status.is_terminal
        ]


def _may_be(graph: Graph, entry: OpenEntry, task_type: str) -> bool:
    """The task of an entry is of the type, or its item has to tell."""
    node = graph.nodes.get(entry.node)
    if node is None or node.type == "DYNAMIC":
        return True
    return task_type in {node.type, node.task.name}
