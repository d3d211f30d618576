"""Everything that is read for clients: executions, tasks, logs, queue sizes (rest-api.md 3.4, 5).

Reads are consistent, so what a client was told by an answer is there in the next one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from podium.domain.decision import ExecutionView
from podium.domain.definitions import WorkflowDef
from podium.domain.execution import StartRecord
from podium.domain.graph import Graph
from podium.domain.ids import parse_task_id
from podium.domain.showing import masked, masked_map, shown_tasks, state_of
from podium.errors import DefectError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from podium.domain.execution import Header, Task
    from podium.domain.ids import TaskKey
    from podium.domain.json import JsonMap
    from podium.domain.queues import Depth
    from podium.domain.status import TaskStatus
    from podium.ports.bundle import Ports
    from podium.ports.executions import Everything, LogLine
    from podium.ports.poll_data import PollData
    from podium.services.states import States


@dataclass(frozen=True, slots=True)
class Standing:
    """How an execution stands; ``output`` and ``variables`` only when they were asked for."""

    header: Header
    start: StartRecord
    output: JsonMap | None
    variables: JsonMap | None


@dataclass(frozen=True, slots=True)
class TaskPage:
    """Some tasks of an execution, of ``total`` that match."""

    view: ExecutionView
    total: int
    tasks: tuple[Task, ...]


class Reading:
    """Reads executions as values; ``domain.wire`` makes JSON of them."""

    def __init__(self, ports: Ports, states: States) -> None:
        """Wire the parts; see ``bootstrap``."""
        self._ports = ports
        self._states = states

    # --- executions -----------------------------------------------------------------------------

    def view(
        self, workflow_id: str, *, include_tasks: bool = True, large_payloads: bool = True
    ) -> ExecutionView:
        """A whole execution as clients see it, tasks by seq; raises NotFoundError.

        One Query per page and the definition snapshot, if this process does not have it. Without
        tasks: a GetItem each for header, start, variables and output, however large the execution;
        one that ended badly is read whole, since it names the tasks that failed. Without
        ``large_payloads`` tasks have the paths of those that are not in their items.
        """
        if not include_tasks:
            header = self._ports.executions.read_header(workflow_id)
            if header is not None and not _names_failures(header):
                return masked(self._view_of(header))
        return masked(self.whole(workflow_id, large_payloads=large_payloads))

    def whole(self, workflow_id: str, *, large_payloads: bool = True) -> ExecutionView:
        """As :meth:`view`, for the engine itself: with what the definition's maskedFields hide.

        One that was removed is read from its archived copy.
        """
        everything = self._ports.executions.read_everything(
            workflow_id, large_payloads=large_payloads
        )
        if everything is not None:
            return _whole(everything, self._graph(everything.header))
        archived = self.archived(workflow_id)
        if archived is None:
            raise _unknown(workflow_id)
        return archived

    def archived(self, workflow_id: str) -> ExecutionView | None:
        """The archived copy, with what is masked; None when there is none. GetItem, GetObject."""
        found = self._ports.executions.read_archive(workflow_id)
        if found is None:
            return None
        return _whole(found.everything, Graph(WorkflowDef.from_json(found.definition)))

    def standing(
        self, workflow_id: str, *, with_output: bool = False, with_variables: bool = False
    ) -> Standing:
        """Status, and what else is asked for; raises NotFoundError. A GetItem each."""
        header = self._ports.executions.read_header(workflow_id)
        if header is None:
            view = masked(self.whole(workflow_id))
            output = view.output if with_output else None
            return Standing(
                view.header, view.start, output, view.variables if with_variables else None
            )

        def shown(value: JsonMap) -> JsonMap:
            return masked_map(self.definition(header), value)

        return Standing(
            header,
            self._start(header),
            shown(self._output(header)) if with_output else None,
            shown(self.variables(header)) if with_variables else None,
        )

    # --- tasks ----------------------------------------------------------------------------------

    def task(self, task_id: str) -> tuple[ExecutionView, Task]:
        """One task, with a view that holds the other attempts and iterations under its reference.

        Raises NotFoundError. Header, start, and one Query per page of the reference; the whole
        execution for a JOIN, a DO_WHILE and a branch forked at run time.
        """
        key = parse_task_id(task_id)
        header = self._ports.executions.read_header(key.workflow_id) if key else None
        if key is None:
            raise _unknown_task(task_id)
        if header is None:
            return self._archived_task(key, task_id)
        tasks = _remaining(header, self._ports.executions.read_history(key.workflow_id, key.ref))
        if _needs_others(header, _numbered(key.seq, tasks, task_id)):
            view = self.view(key.workflow_id)
        else:
            graph = self._graph(header)
            view = ExecutionView(header, self._start(header), graph.definition, {}, {}, tasks)
            view = masked(replace(view, tasks=shown_tasks(state_of(view, graph), tasks)))
        return view, _numbered(key.seq, view.tasks, task_id)

    def _archived_task(self, key: TaskKey, task_id: str) -> tuple[ExecutionView, Task]:
        try:
            view = self.view(key.workflow_id)
        except NotFoundError:
            raise _unknown_task(task_id) from None
        return view, _numbered(key.seq, view.tasks, task_id)

    def tasks(
        self, workflow_id: str, start: int, count: int, statuses: Collection[TaskStatus] = ()
    ) -> TaskPage:
        """Tasks ``start`` to ``start + count`` by seq, of those in ``statuses`` (default: of all).

        Raises NotFoundError.
        """
        view = self.view(workflow_id)
        matching = [task for task in view.tasks if not statuses or task.status in statuses]
        return TaskPage(view, len(matching), tuple(matching[start : start + count]))

    def logs(self, task_id: str) -> Sequence[LogLine]:
        """Lines of a task's log, oldest first; empty for an unknown task."""
        return self._ports.executions.read_logs(task_id)

    # --- queues ---------------------------------------------------------------------------------

    def queue_size(self, task_type: str, domain: str = "") -> int:
        """Messages waiting for one task type; 0 for an unknown one."""
        return self._ports.tasks.size(task_type, domain)

    def queue_sizes(self) -> dict[str, int]:
        """Messages waiting, by ``[domain:]taskType``, sorted."""
        return dict(sorted(self._ports.tasks.sizes().items()))

    def queue_depths(self) -> dict[str, Depth]:
        """The same, with what workers hold."""
        return dict(sorted(self._ports.tasks.depths().items()))

    def poll_data(self, task_type: str | None = None) -> Sequence[PollData]:
        """Who polled last, by task type and domain; of one type, or of all."""
        return self._ports.polls.all() if task_type is None else self._ports.polls.of(task_type)

    # --- parts ----------------------------------------------------------------------------------

    def _view_of(self, header: Header) -> ExecutionView:
        return ExecutionView(
            header=header,
            start=self._start(header),
            definition=self.definition(header),
            variables=self.variables(header),
            output=self._output(header),
            tasks=(),
        )

    def _header(self, workflow_id: str) -> Header:
        header = self._ports.executions.read_header(workflow_id)
        if header is None:
            raise _unknown(workflow_id)
        return header

    def _start(self, header: Header) -> StartRecord:
        # A child that was terminated before its launch is a header and nothing else.
        return self._ports.executions.read_start(header.workflow_id) or StartRecord()

    def _graph(self, header: Header) -> Graph:
        if not header.definition:
            return Graph(WorkflowDef(name=header.name, version=header.name_version))
        return self._states.graph(header.definition)

    def definition(self, header: Header) -> WorkflowDef:
        """The definition as the execution keeps it."""
        return self._graph(header).definition

    def variables(self, header: Header) -> JsonMap:
        """Its variables; no call where they are the definition's."""
        version = header.variables_version
        if not version:
            return self.definition(header).variables
        found = self._ports.executions.read_variables(header.workflow_id, version)
        if found is not None:
            return found
        newer = self._header(header.workflow_id)
        if newer.variables_version == version:
            message = f"variables {version} of {header.workflow_id} are missing"
            raise DefectError(message)
        return self.variables(newer)

    def _output(self, header: Header) -> JsonMap:
        if not header.output_version:
            return {}
        return self._ports.executions.read_output(header.workflow_id) or {}


def _whole(everything: Everything, graph: Graph) -> ExecutionView:
    header, variables = everything.header, everything.variables
    view = ExecutionView(
        header=header,
        start=everything.start,
        definition=graph.definition,
        variables=graph.definition.variables if variables is None else variables,
        output=everything.output or {},
        tasks=_remaining(header, everything.tasks),
    )
    return replace(view, tasks=shown_tasks(state_of(view, graph), view.tasks))


def _names_failures(header: Header) -> bool:
    """Shown with the names of the tasks that failed, so they have to be read."""
    return header.status.is_terminal and not header.status.is_successful


def _needs_others(header: Header, task: Task) -> bool:
    """What ``task`` shows is made of other tasks: its output, or its place in the definition."""
    entry = header.entry(task.seq)
    is_under_way = entry is not None and (entry.loop > 0 or entry.part > 0)
    return task.manifest is not None or "/" in task.node or is_under_way


def _numbered(seq: int, tasks: Iterable[Task], task_id: str) -> Task:
    for task in tasks:
        if task.seq == seq:
            return task
    raise _unknown_task(task_id)


def _remaining(header: Header, tasks: Iterable[Task]) -> tuple[Task, ...]:
    """What is left of ``tasks`` after restarts and reruns, by seq."""
    return tuple(
        sorted((task for task in tasks if not header.is_gone(task.seq)), key=lambda task: task.seq)
    )


def _unknown(workflow_id: str) -> NotFoundError:
    message = f"No such workflow found by id: {workflow_id}"
    return NotFoundError(message)


def _unknown_task(task_id: str) -> NotFoundError:
    message = f"No such task found by id: {task_id}"
    return NotFoundError(message)
