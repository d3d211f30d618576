"""Skip, jump and resetcallbacks: a running execution goes another way, or goes on sooner (engine.md 15.6, 9)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from podium.domain import operations
from podium.domain.changes import HeaderChange
from podium.domain.children import StartSpec
from podium.domain.decision import Decision
from podium.domain.execution import Kind
from podium.domain.ids import TaskKey
from podium.domain.status import TaskStatus
from podium.domain.timeouts import next_timer
from podium.errors import ConflictError, InvalidInputError, LostRaceError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable

    from podium.domain.decision import Context, Missing
    from podium.domain.execution import Task
    from podium.domain.json import JsonMap
    from podium.domain.requests import SkipTaskRequest, UpgradeWorkflowRequest
    from podium.domain.state import State
    from podium.ports.bundle import Ports
    from podium.services.committing import Committing
    from podium.services.creating import Creating
    from podium.services.deciding import Deciding
    from podium.services.following import Following
    from podium.services.starting import Starting
    from podium.services.states import States

    Step = Callable[[Context], Decision | Missing | None]

MAX_RACES = 25


class Steering:
    """What an operator may do to an execution that runs."""

    def __init__(
        self,
        ports: Ports,
        states: States,
        deciding: Deciding,
        committing: Committing,
        creating: Creating,
        following: Following,
        starting: Starting,
    ) -> None:
        """Wire the parts; see ``bootstrap``."""
        self._ports = ports
        self._states = states
        self._deciding = deciding
        self._committing = committing
        self._creating = creating
        self._following = following
        self._starting = starting

    def skip(self, workflow_id: str, ref: str, request: SkipTaskRequest) -> None:
        """The task under ``ref`` is not to run when its turn comes.

        Raises NotFoundError; ConflictError unless RUNNING, or when the task exists;
        InvalidInputError for a reference that is unknown or cannot be skipped.
        """

        def operation(state: State) -> Step:
            return lambda context: operations.skip(state, ref, request, context)

        self._commit(workflow_id, operation)

    def jump(self, workflow_id: str, ref: str, task_input: JsonMap | None) -> None:
        """Go on at ``ref``; what is open ends SKIPPED.

        Raises NotFoundError; ConflictError unless RUNNING; InvalidInputError for a reference that is
        unknown or cannot be jumped to.
        """

        def operation(state: State) -> Step:
            tasks = self._everything(state)
            return lambda context: operations.jump(state, ref, tasks, task_input, context)

        self._commit(workflow_id, operation)

    def upgrade(self, workflow_id: str, request: UpgradeWorkflowRequest) -> None:
        """Go on with another version of the definition, the highest by default.

        Raises NotFoundError for an unknown id or version; InvalidInputError for another name, or for
        what cannot be given; ConflictError when it has ended or has gone where the version differs.
        """
        for field in ("workflow_input", "task_output"):
            if getattr(request, field):
                raise InvalidInputError(f"{field}: an upgrade changes no input and gives no output")
        for _ in range(MAX_RACES):
            state = self._states.fresh(workflow_id)
            if state is None:
                raise _unknown(workflow_id)
            if request.name != state.header.name:
                raise InvalidInputError(
                    f"name: workflow {workflow_id} is one of {state.header.name}, not {request.name}"
                )
            spec = StartSpec(name=request.name, version=request.version)
            definition, digest = self._starting.freeze(spec)
            graph = self._states.keep_graph(digest, definition)
            tasks = self._present(state)
            decision = self._deciding.settle(
                lambda context: operations.upgrade(state, graph, digest, tasks, context),  # noqa: B023 - called at once
                header=state.header,
                memory=state.memory,
            )
            if self._committing.commit(replace(state, graph=graph), decision) is not None:
                return
        message = f"workflow {workflow_id} is too busy; try again"
        raise LostRaceError(message)

    def reset_callbacks(self, workflow_id: str) -> None:
        """Worker tasks that wait for a callback or a delay can be polled now.

        The timer first, for their clocks may run out sooner then; of each task the message first: one
        that is SCHEDULED has a message (21c). A repeat does it again, harmlessly. Raises
        NotFoundError, ConflictError when it has ended.
        """
        state = self._running(workflow_id)
        waiting = [task for task in self._open_tasks(state) if _waits_for_callback(task)]
        if not waiting:
            return
        now = self._ports.clock.now()
        self._arm(workflow_id, [_ready(task, now) for task in waiting])
        for task in waiting:
            ready = _ready(task, now)
            if not task.held:
                self._creating.send(state, ready)
            key = TaskKey(workflow_id, task.ref, task.seq)
            self._ports.executions.reset_callback(key, ready)

    # --- parts ----------------------------------------------------------------------------------

    def _commit(self, workflow_id: str, operation: Callable[[State], Step]) -> None:
        for _ in range(MAX_RACES):
            state = self._states.fresh(workflow_id)
            if state is None:
                raise _unknown(workflow_id)
            decision = self._deciding.settle(
                operation(state), header=state.header, memory=state.memory
            )
            change = None if decision is None else self._committing.commit(state, decision)
            if change is not None:
                self._following.follow([change])
                return
        message = f"workflow {workflow_id} is too busy; try again"
        raise LostRaceError(message)

    def _arm(self, workflow_id: str, ready: list[Task]) -> None:
        for _ in range(MAX_RACES):
            state = self._running(workflow_id)
            now = self._ports.clock.now()
            timer = self._deciding.settle(
                lambda context: next_timer(state, ready, now, context),  # noqa: B023 - called at once
                header=state.header,
                memory=state.memory,
            )
            armed = state.header.timer
            if not timer or 0 < armed <= timer:
                return
            sooner = replace(
                state.header, version=state.header.version + 1, timer=timer, committed_at=now
            )
            if self._committing.commit(state, Decision(sooner)) is not None:
                return
        message = f"workflow {workflow_id} is too busy; try again"
        raise LostRaceError(message)

    def _running(self, workflow_id: str) -> State:
        state = self._states.fresh(workflow_id)
        if state is None:
            raise _unknown(workflow_id)
        if state.header.status.is_terminal:
            raise ConflictError(
                f"Workflow {workflow_id} is in terminal state. Status = {state.header.status}"
            )
        return state

    def _everything(self, state: State) -> list[Task]:
        """All items, and the contents of those still to be put."""
        found = {
            task.seq: task for task in self._ports.executions.read_tasks(state.header.workflow_id)
        }
        for entry in state.header.open:
            task = found.get(entry.seq)
            if entry.kind is not Kind.DUE and (task is None or task.inc < entry.inc):
                found[entry.seq] = self._creating.content_of(state, entry)
        return [task for _, task in sorted(found.items())]

    def _present(self, state: State) -> list[Task]:
        """All items. Those of open entries have to be there: what is put later would be put by another
        definition than its header says.
        """
        tasks = list(self._ports.executions.read_tasks(state.header.workflow_id))
        there = {(task.seq, task.inc) for task in tasks}
        opened = [entry for entry in state.header.open if entry.kind is not Kind.DUE]
        if any((entry.seq, entry.inc) not in there for entry in opened):
            self._following.follow(self._creating.carry_out(HeaderChange(None, state.header)))
        return tasks

    def _open_tasks(self, state: State) -> list[Task]:
        keys = [
            TaskKey(state.header.workflow_id, state.graph.ref(entry), entry.seq)
            for entry in state.header.open
            if entry.kind is Kind.WORKER
        ]
        found = [self._ports.executions.read_task(key) for key in keys]
        return [task for task in found if task is not None]


def _waits_for_callback(task: Task) -> bool:
    return task.status is TaskStatus.SCHEDULED and task.callback_after > 0


def _ready(task: Task, now: int) -> Task:
    """``task`` as if its delay were over."""
    delay = max(0, now - task.scheduled_at)
    return replace(
        task, callback_after=0, start_delay_ms=task.start_delay_ms if task.epoch else delay
    )


def _unknown(workflow_id: str) -> NotFoundError:
    message = f"No such workflow found by id: {workflow_id}"
    return NotFoundError(message)
