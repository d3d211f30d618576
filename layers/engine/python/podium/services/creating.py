"""Create: carry out the creation of tasks that a committed header has opened (protocol.md 3).

Send before put: the existence of the item proves the send (5). A record of the stream is judged on
the item (there: done) and, when that is missing, on a fresh header; the content is computed from
the very image of the record, so that a repeat builds the same task whatever happened since.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from podium.domain.changes import Change, HeaderChange, TaskChange
from podium.domain.content import content
from podium.domain.execution import Kind, TaskEnd
from podium.domain.ids import TaskKey
from podium.domain.limits import holder_of
from podium.domain.memory import TaskMemory
from podium.domain.mocks import is_operator
from podium.domain.state import State
from podium.domain.timeouts import ready_at
from podium.ports.queues import LONGEST_DELAY
from podium.services.messages import task_message
from podium.services.timers import seconds_until

if TYPE_CHECKING:
    from podium.domain.execution import Header, OpenEntry, Task
    from podium.domain.json import JsonMap
    from podium.ports.bundle import Ports
    from podium.services.children import Children
    from podium.services.deciding import Deciding
    from podium.services.ending import Ending
    from podium.services.states import States


class Creating:
    """Sends messages, launches children and puts task items for open entries."""

    def __init__(
        self, ports: Ports, states: States, deciding: Deciding, children: Children, ending: Ending
    ) -> None:
        """Wire the parts; see ``bootstrap``."""
        self._ports = ports
        self._states = states
        self._deciding = deciding
        self._children = children
        self._ending = ending

    def carry_out(self, change: HeaderChange) -> list[Change]:
        """Create what ``change.new`` opened and ``change.old`` had not."""
        added = _added(change)
        if not added:
            return []
        if change.created is None:
            return self._repair(change.new, added)
        state = self.image(change.new)
        contents = {task.seq: task for task in change.created}
        # An entry without content was written with the header, or is of a task taken up again.
        opened = [contents[entry.seq] for entry in added if entry.seq in contents]
        return [following for task in opened for following in self.create(state, task)]

    def create(self, state: State, task: Task) -> list[Change]:
        """Create one task whose content is ``task``; what follows at once is returned."""
        header = state.header
        task = replace(task, held=header.hold % 2 == 1, hold=header.hold)
        following: list[Change] = []
        match task.kind:
            case _ if task.status.is_terminal or _is_fed(state, task):
                pass
            case Kind.WORKER | Kind.SYSTEM:
                self.send(state, task)
            case Kind.CHILD | Kind.LAUNCH if self._is_ready(task):
                task, following = self._children.launch(state, task)
                task = self._ending.ended(state, task)
            case _:
                pass
        put = self._ports.executions.put_task(header.workflow_id, task)
        if put and task.status.is_terminal:
            following.append(TaskChange(header.workflow_id, task))
        return following

    def _is_ready(self, task: Task) -> bool:
        """Its delay, if it has any, is over.

        Whoever decided may have a clock that is ahead of ours. No timer was armed for a task without
        a delay, so that is told by its own times, and not by our clock.
        """
        decided = max(task.scheduled_at, task.updated_at)
        return ready_at(task) <= max(decided, self._ports.clock.now())

    def launch_ready(self, state: State, task: Task) -> Task | None:
        """Launch the workflow of a task whose delay is over; its item afterwards.

        The child first, then the item: a crash in between leaves it SCHEDULED, and the launch is
        repeated on the same child. What follows is found by the records of both.
        """
        if _is_fed(state, task):
            return task
        key = TaskKey(state.header.workflow_id, task.ref, task.seq)
        launched, _ = self._children.launch(state, task)
        now = self._ports.clock.now()
        if launched.status.is_terminal:
            end = TaskEnd(
                launched.status,
                now,
                output=launched.output,
                reason=launched.reason,
                child_id=launched.child_id,
            )
            return self._ending.end(key, end, inc=task.inc).task
        if launched.child_id != task.child_id:
            return self._children.begin_to_wait(key, launched)
        return self._ports.executions.claim(key, task.inc, task.epoch, "", now).task

    def send(self, state: State, task: Task) -> None:
        """Send the message of a worker or system task for the first time, or to the gate before."""
        self._send(state, task, ready_at(task), is_parked=_waits_for_a_slot(task))

    def send_again(self, state: State, task: Task, ready: int | None = None) -> None:
        """Send it once more, with its present epoch; what holds a slot has passed the gate.

        ``ready``: when it is to be handed out (epoch ms); by default what the task itself says. One
        GetItem more for a task that is limited at the gate.
        """
        ready = ready_at(task) if ready is None else ready
        is_parked = _waits_for_a_slot(task) and not self._has_slot(state, task)
        self._send(state, task, ready, is_parked=is_parked)

    def _send(self, state: State, task: Task, ready: int, *, is_parked: bool) -> None:
        if _is_fed(state, task):
            return
        delay = seconds_until(ready, self._ports.clock.now())
        message = task_message(state, task)
        if delay > LONGEST_DELAY:
            message = replace(message, not_before=ready)
        delay = min(delay, LONGEST_DELAY)
        if is_parked:
            self._ports.tasks.park(message, delay)
            self._ports.gates.call(message.limit.key if message.limit else "", delay)
            return
        queue = self._ports.system_tasks if task.kind is Kind.SYSTEM else self._ports.tasks
        queue.send(message, delay)

    def _has_slot(self, state: State, task: Task) -> bool:
        if task.limit is None or not task.limit.concurrent:
            return False
        holder = holder_of(state.header.workflow_id, task)
        return holder in self._ports.limits.read(task.limit.key).holders

    def content_of(self, state: State, entry: OpenEntry) -> Task:
        """Content of an open entry, from the header image that ``state`` holds."""
        return self._deciding.settle(
            lambda context: content(state, entry, context),
            header=state.header,
            memory=state.memory,
        )

    def present(self, workflow_id: str) -> Header | None:
        """The header by a consistent read."""
        return self._ports.executions.read_header(workflow_id)

    def image(self, header: Header) -> State:
        """The execution exactly as ``header`` shows it, be it the present one or an older image."""
        recent = self._states.recent(header.workflow_id)
        if recent is not None and recent.header.version == header.version:
            return recent
        present = recent or self._states.fresh(header.workflow_id)
        if present is None or present.header.version == header.version:
            return self._states.at(header) if present is None else present
        variables = self._variables(present, header)
        graph = self._states.graph(header.definition)
        return State(header, graph, present.start, variables, TaskMemory())

    def _variables(self, present: State, header: Header) -> JsonMap:
        """Those that ``header`` names; the present ones where two newer snapshots took their place."""
        version = header.variables_version
        if version == present.header.variables_version:
            return present.variables
        found = self._ports.executions.read_variables(header.workflow_id, version)
        if found is None:
            return present.variables if version else present.graph.definition.variables
        return found

    def _repair(self, header: Header, added: list[OpenEntry]) -> list[Change]:
        following: list[Change] = []
        for entry in added:
            if self._is_created(header, entry):
                continue
            present = self._states.fresh(header.workflow_id)
            if present is None or present.header.status.is_terminal:
                return following
            still_open = present.header.entry(entry.seq)
            if still_open is None or still_open.closing or still_open.inc != entry.inc:
                continue
            image = self.image(header)
            following += self.create(image, self.content_of(image, entry))
        return following

    def _is_created(self, header: Header, entry: OpenEntry) -> bool:
        recent = self._states.recent(header.workflow_id)
        if (
            recent is not None
            and recent.header.version >= header.version
            and recent.header.has_folded(entry.seq)
        ):
            return True
        ref = self._states.graph(header.definition).ref(entry)
        key = TaskKey(header.workflow_id, ref, entry.seq)
        task = self._ports.executions.read_task(key, consistent=False)
        return task is not None and task.inc >= entry.inc


def _is_fed(state: State, task: Task) -> bool:
    """A test says how it ends: no message hands it out, and it starts nothing (domain/mocks.py)."""
    return state.start.mocked and not is_operator(task.kind)


def _waits_for_a_slot(task: Task) -> bool:
    """It takes its slot before it is sent; once handed out it keeps it (protocol.md 9, Gate)."""
    return task.limit is not None and task.limit.at_gate and task.epoch == 0


def _added(change: HeaderChange) -> list[OpenEntry]:
    before = set() if change.old is None else {(e.seq, e.inc) for e in change.old.open}
    return [
        entry
        for entry in change.new.open
        if entry.kind is not Kind.DUE and not entry.closing and (entry.seq, entry.inc) not in before
    ]
