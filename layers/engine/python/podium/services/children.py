"""Parent and child: launch, terminate, notify (protocol.md 7)."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from podium.domain import operations
from podium.domain.changes import Change, TaskChange
from podium.domain.children import StartSpec, child_start, end_of_child
from podium.domain.execution import Header, Kind, Parent, Task, TaskEnd
from podium.domain.ids import TaskKey, child_workflow_id
from podium.domain.outcome import Outcome
from podium.domain.status import TaskStatus, WorkflowStatus
from podium.errors import ClientError, LostRaceError, NotFoundError, TransientError

if TYPE_CHECKING:
    from podium.domain.decision import Decision
    from podium.domain.state import State
    from podium.ports.bundle import Ports
    from podium.services.committing import Committing
    from podium.services.deciding import Deciding
    from podium.services.ending import Ending
    from podium.services.joining import Joining
    from podium.services.starting import Starting
    from podium.services.states import States

MAX_RACES = 25


class ChildAheadError(Exception):
    """A child was revived since its task began to wait for it."""

    def __init__(self, generation: int) -> None:
        """``generation`` is the run it is in."""
        super().__init__(generation)
        self.generation = generation


class Children:
    """Workflows that tasks start, and what their ends mean to those tasks."""

    def __init__(
        self,
        ports: Ports,
        states: States,
        deciding: Deciding,
        committing: Committing,
        starting: Starting,
        joining: Joining,
        ending: Ending,
    ) -> None:
        """Wire the parts; see ``bootstrap``."""
        self._ports = ports
        self._states = states
        self._deciding = deciding
        self._committing = committing
        self._starting = starting
        self._joining = joining
        self._ending = ending

    def launch(self, state: State, task: Task) -> tuple[Task, list[Change]]:
        """Put the child's header, then return the task to put: its existence proves the child.

        A workflow that cannot be started ends the task FAILED with the reason (tasks.md 10, 11).
        """
        key = TaskKey(state.header.workflow_id, task.ref, task.seq)
        spec = child_start(task, state)
        if isinstance(spec, Outcome):
            return self._ended(task, spec), []
        child_id = child_workflow_id(key, task.inc)
        parent = Parent(key.workflow_id, task.ref, task.seq, task.inc)
        try:
            begun = self._starting.begin(
                spec, child_id, parent if task.kind is Kind.CHILD else None
            )
        except ClientError as error:
            childless = replace(task, child_id="")
            return self._ended(childless, Outcome(TaskStatus.FAILED, {}, str(error))), []
        following: list[Change] = [] if begun.change is None else [begun.change]
        if task.kind is Kind.LAUNCH:
            return self._ended(task, Outcome(output={"workflowId": begun.workflow_id})), following
        if begun.workflow_id != child_id:
            return self._joined(task, begun.workflow_id, parent), []
        return self._running(task, child_id), following

    def _running(self, task: Task, child_id: str) -> Task:
        now = self._ports.clock.now()
        return replace(
            task,
            status=TaskStatus.IN_PROGRESS,
            started_at=now,
            updated_at=now,
            child_id=child_id,
            output={"subWorkflowId": child_id},
        )

    def _joined(self, task: Task, workflow_id: str, waiter: Parent) -> Task:
        """The task waits for an execution that its idempotency key named, or ends as that one did."""
        running = self._running(task, workflow_id)
        header = self._joining.wait_for(workflow_id, waiter)
        if header is None:
            reason = f"Sub workflow {workflow_id} waits for this workflow itself"
            return self._ended(running, Outcome(TaskStatus.FAILED, running.output, reason))
        if not header.status.is_terminal:
            return running
        end = self._end_of(header)
        return self._ended(running, Outcome(end.status, end.output or {}, end.reason))

    def begin_to_wait(self, key: TaskKey, launched: Task) -> Task | None:
        """An item that is there already begins to wait for a workflow that its key named.

        That one may have ended before the item says so: then nobody tells it, and it ends here.
        """
        update = TaskEnd(
            launched.status,
            self._ports.clock.now(),
            output=launched.output,
            child_id=launched.child_id,
        )
        outcome = self._ports.executions.update_open(key, update, inc=launched.inc)
        header = self._ports.executions.read_header(launched.child_id)
        if not outcome.applied or header is None or not header.status.is_terminal:
            return outcome.task
        return self._ending.end(key, self._end_of(header), inc=launched.inc).task

    def start_detached(self, spec: StartSpec, workflow_id: str) -> list[Change]:
        """Start a workflow that nobody waits for (a failure workflow); a repeat starts nothing."""
        try:
            change = self._starting.begin(spec, workflow_id, None).change
        except ClientError:
            return []
        return [] if change is None else [change]

    def terminate(
        self,
        parent: TaskKey,
        inc: int,
        reason: str,
        *,
        generation: int,
        fence: bool = True,
    ) -> list[Change]:
        """End the child of a task that, or whose workflow, has ended.

        A child that does not exist yet gets a TERMINATED stub, which fences a launch under way
        (16); without ``fence`` none can be under way. One that has ended before it ran at
        ``generation``, which its task waits for, is set to it: that fences a resume under way.
        Raises ChildAheadError when it runs in a later generation.
        """
        child_id = child_workflow_id(parent, inc)
        for _ in range(MAX_RACES):
            header = self._ports.executions.read_header(child_id)
            if header is None and not fence:
                return []
            if header is None:
                stub = self._stub(child_id, parent, inc)
                if self._ports.executions.put_terminated_stub(stub):
                    return []
                if self._ports.executions.read_header(child_id) is None:
                    # Removed, which fences as well.
                    return []
                continue
            if header.generation > generation:
                raise ChildAheadError(header.generation)
            decision = self._end_of_run(self._states.at(header), reason, generation)
            if decision is None:
                return []
            change = self._committing.commit_as_is(self._states.at(header), decision)
            if change is not None:
                return [change]
        message = f"child {child_id} is too busy to be terminated"
        raise LostRaceError(message)

    def _end_of_run(self, state: State, reason: str, generation: int) -> Decision | None:
        if not state.header.status.is_terminal:
            return self._deciding.settle(
                partial(operations.terminate, state, reason),
                header=state.header,
                memory=state.memory,
            )
        # Perhaps a stub, of which there is nothing but its header.
        return self._deciding.settle(partial(operations.tell_generation, state, generation))

    def notify(self, child: Header) -> list[Change]:
        """Tell every task that waits for ``child`` of its end; one that waits no more refuses."""
        changes: list[Change] = []
        if child.parent is not None:
            changes += self._tell(child, child.parent)
        if child.awaited:
            for waiter in self._ports.executions.read_waiters(child.workflow_id):
                changes += self._tell(child, waiter)
        return changes

    def _tell(self, child: Header, waiter: Parent) -> list[Change]:
        key = waiter.key
        waiting = self._ports.executions.read_task(key)
        if waiting is not None and waiting.inc < waiter.inc:
            # The item of an earlier run: the one that waits is still to be put.
            waiting = None
        is_parent = waiter == child.parent
        if waiting is not None and waiting.status.is_terminal:
            return []
        if is_parent and child.status is WorkflowStatus.TERMINATED and self._gives_up(waiter):
            return []
        if waiting is None:
            if self._ports.executions.read_header(key.workflow_id) is None:
                return []
            message = f"task {key.task_id} waits for {child.workflow_id} but is not there yet"
            raise TransientError(message)
        generation = child.generation if is_parent else waiting.child_generation
        outcome = self._ending.end(
            key, self._end_of(child), inc=waiter.inc, child=(child.workflow_id, generation)
        )
        if not outcome.applied or outcome.task is None:
            return []
        return [TaskChange(key.workflow_id, outcome.task)]

    def _gives_up(self, waiter: Parent) -> bool:
        """The parent has ended, or goes on without the task: it ends both, the child first.

        The task is then cancelled with the parent's reason, whoever comes first.
        """
        header = self._ports.executions.read_header(waiter.workflow_id)
        if header is None or header.status.is_terminal:
            return header is not None
        entry = header.entry(waiter.seq)
        return entry is not None and entry.inc == waiter.inc and entry.closing

    def _end_of(self, child: Header) -> TaskEnd:
        try:
            output = self._ports.executions.read_output(child.workflow_id) or {}
        except NotFoundError:
            # Removed without a copy since then, and a large output with it: its end is to be told.
            output = {}
        return end_of_child(child, output, self._ports.clock.now())

    def _ended(self, task: Task, outcome: Outcome) -> Task:
        now = self._ports.clock.now()
        return replace(
            task,
            status=outcome.status,
            output=outcome.output,
            reason=outcome.reason,
            started_at=now,
            updated_at=now,
            ended_at=now,
        )

    def _stub(self, child_id: str, parent: TaskKey, inc: int) -> Header:
        now = self._ports.clock.now()
        return Header(
            workflow_id=child_id,
            definition="",
            name="",
            name_version=0,
            version=1,
            status=WorkflowStatus.TERMINATED,
            closed=True,
            parent=Parent(parent.workflow_id, parent.ref, parent.seq, inc),
            created_at=now,
            ended_at=now,
            committed_at=now,
            reason="Parent workflow ended before this one was started.",
        )
