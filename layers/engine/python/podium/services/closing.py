"""Close: end everything a terminal workflow still owns (protocol.md 6).

Children first, then tasks, then the failure workflow, and only then ``fin``: written on the very
version whose closing was done (11c). Each step repeats harmlessly.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from podium.domain.changes import HeaderChange, TaskChange
from podium.domain.children import failure_start
from podium.domain.decision import Decision
from podium.domain.execution import Kind
from podium.domain.ids import TaskKey, failure_workflow_id
from podium.domain.regions import GIVEN_UP
from podium.domain.status import TaskStatus
from podium.services.children import ChildAheadError

if TYPE_CHECKING:
    from collections.abc import Collection

    from podium.domain.changes import Change
    from podium.domain.execution import Header, OpenEntry, Task
    from podium.domain.state import State
    from podium.ports.bundle import Ports
    from podium.services.children import Children
    from podium.services.committing import Committing
    from podium.services.creating import Creating
    from podium.services.deciding import Deciding
    from podium.services.limiting import Limiting
    from podium.services.reading import Reading
    from podium.services.states import States


class _ChildAheadError(Exception):
    """The child of an open entry runs in a later generation than the entry waits for."""

    def __init__(self, seq: int, generation: int) -> None:
        super().__init__(seq, generation)
        self.seq = seq
        self.generation = generation


class Closing:
    """Cancels and terminates."""

    def __init__(
        self,
        ports: Ports,
        states: States,
        deciding: Deciding,
        committing: Committing,
        creating: Creating,
        children: Children,
        reading: Reading,
        limiting: Limiting,
    ) -> None:
        """Wire the parts; see ``bootstrap``."""
        self._ports = ports
        self._states = states
        self._deciding = deciding
        self._committing = committing
        self._creating = creating
        self._children = children
        self._reading = reading
        self._limiting = limiting

    def close(self, change: HeaderChange) -> list[Change]:
        """Carry out a terminal header: what it owns is ended."""
        if change.new.closed:
            return []
        state = self._states.recent(change.new.workflow_id)
        if state is None or state.header.version != change.new.version or change.created is None:
            state = self._states.fresh(change.new.workflow_id)
        following: list[Change] = []
        while state is not None and _is_unclosed(state.header):
            try:
                following += self._end_all(state)
            except _ChildAheadError as ahead:
                state = self._wait_for_later_run(state, ahead)
                continue
            self._mark_closed(state)
            break
        return following

    def finish(self, header: Header) -> list[Change]:
        """Do what is left of the closing of ``header``, so that an operation may start from it (11)."""
        return self.close(HeaderChange(None, header))

    def _end_all(self, state: State) -> list[Change]:
        following: list[Change] = []
        for entry in state.header.open:
            following += self._end_child(state, entry, _reason_for_child(state.header))
        for entry in state.header.open:
            if entry.kind is not Kind.DUE:
                self._cancel(state, entry)
        return following + self._start_failure_workflow(state)

    def _mark_closed(self, state: State) -> None:
        header = state.header
        if self._ports.executions.close(header.workflow_id, header.version):
            closed = replace(header, closed=True, version=header.version + 1)
            self._states.keep(replace(state, header=closed))

    def _wait_for_later_run(self, state: State, ahead: _ChildAheadError) -> State | None:
        """Record in the header which run of a revived child was ended with it.

        Otherwise that run's news would revive a workflow that an operator has just terminated.
        """
        header = state.header
        entries = tuple(
            replace(entry, generation=ahead.generation) if entry.seq == ahead.seq else entry
            for entry in header.open
        )
        later = replace(header, version=header.version + 1, open=entries)
        self._committing.commit_as_is(state, Decision(later))
        return self._states.fresh(header.workflow_id)

    def let_go(self, workflow_id: str, task: Task) -> list[Change]:
        """What an ended task held: its slot, and the child it waited for.

        A child that still runs is ended: the task timed out, or was ended through the API
        (docs/parity.md). One that was revived since then is let alone.
        """
        self._limiting.release(workflow_id, task)
        if task.kind is not Kind.CHILD:
            return []
        key = TaskKey(workflow_id, task.ref, task.seq)
        reason = f"The task of the parent workflow has ended with status {task.status}"
        # The item of a delayed task is there before its child: that launch has to be fenced.
        is_fenced = task.start_delay_ms > 0
        try:
            return self._children.terminate(
                key, task.inc, reason, generation=task.child_generation, fence=is_fenced
            )
        except ChildAheadError:
            return []

    def close_part(self, change: HeaderChange) -> list[Change]:
        """End what a workflow that goes on has given up: children first, then tasks.

        Their ends are folded like any others, which removes the entries. Once more for every
        record: what has ended stays as it is.
        """
        before = set() if change.old is None else {(e.seq, e.closing) for e in change.old.open}
        given_up = {
            entry.seq
            for entry in change.new.open
            if entry.closing and (entry.seq, entry.closing) not in before
        }
        if not given_up:
            return []
        state: State | None = self._creating.image(change.new)
        following: list[Change] = []
        while state is not None and not state.header.status.is_terminal:
            try:
                return following + self._end_part(state, given_up)
            except _ChildAheadError as ahead:
                state = self._wait_for_later_run(state, ahead)
        return following

    def _end_part(self, state: State, given_up: Collection[int]) -> list[Change]:
        entries = [each for each in state.header.open if each.closing and each.seq in given_up]
        following: list[Change] = []
        for entry in entries:
            following += self._end_child(state, entry, GIVEN_UP)
        for entry in entries:
            task = self._cancel(state, entry, GIVEN_UP)
            following.append(TaskChange(state.header.workflow_id, task))
        return following

    def _end_child(self, state: State, entry: OpenEntry, reason: str) -> list[Change]:
        if entry.kind is not Kind.CHILD:
            return []
        key = TaskKey(state.header.workflow_id, state.graph.ref(entry), entry.seq)
        try:
            return self._children.terminate(key, entry.inc, reason, generation=entry.generation)
        except ChildAheadError as error:
            raise _ChildAheadError(entry.seq, error.generation) from None

    def _cancel(self, state: State, entry: OpenEntry, reason: str = "") -> Task:
        """An upsert with content: it fences a put still under way (8)."""
        workflow_id = state.header.workflow_id
        key = TaskKey(workflow_id, state.graph.ref(entry), entry.seq)
        found = self._ports.executions.read_task(key)
        is_missing = found is None or found.inc < entry.inc
        task = self._creating.content_of(state, entry) if found is None or is_missing else found
        # Whoever is about to put one that would have ended at once may have seen it otherwise: what is
        # cached changes.
        if is_missing or not _has_ended(task, entry):
            now = self._ports.clock.now()
            canceled = replace(
                task,
                status=TaskStatus.CANCELED,
                reason=reason or task.reason,
                ended_at=now,
                updated_at=now,
                child_generation=entry.generation,
            )
            outcome = self._ports.executions.cancel(workflow_id, canceled, now, folds=entry.closing)
            task = outcome.task or canceled
        # Also when it had ended: a closing before this one may have stopped between the two.
        self._limiting.release(workflow_id, task)
        return task

    def _start_failure_workflow(self, state: State) -> list[Change]:
        if not state.graph.definition.failure_workflow or state.header.status.is_successful:
            return []
        view = self._reading.whole(state.header.workflow_id)
        spec = failure_start(view)
        if spec is None:
            return []
        header = state.header
        failure_id = failure_workflow_id(header.workflow_id, header.generation)
        return self._children.start_detached(spec, failure_id)


def _is_unclosed(header: Header) -> bool:
    return header.status.is_terminal and not header.closed


def _has_ended(task: Task, entry: OpenEntry) -> bool:
    """Its end is that of ``entry``, and nothing under way can take it back; or it was taken up again."""
    if task.inc > entry.inc:
        return True
    is_same = task.inc == entry.inc and task.child_generation >= entry.generation
    return is_same and task.status.is_terminal


def _reason_for_child(header: Header) -> str:
    if header.reason:
        return f"Parent workflow has been terminated with reason: {header.reason}"
    return f"Parent workflow has been terminated with status {header.status}"
