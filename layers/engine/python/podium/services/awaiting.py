"""Synchronous calls: wait until an execution comes to a standstill, looking at headers now and then.

Every end of a task is a commit, so a header that has not changed says that nothing has. A look reads
the headers of the open tree, eventually consistent, and more only where a header has changed. The
pauses between looks grow with the time waited, and with what a look has read: a wait of ten seconds
makes about ten looks, and no tree, however wide, is read faster than ``READS_PER_SECOND``.
What a look finds is confirmed by consistent reads before it is answered.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from podium.domain.execution import Header, Kind, OpenEntry, Task
from podium.domain.ids import TaskKey
from podium.domain.signals import Blocking, Standstill, blocks
from podium.domain.status import TaskStatus, WorkflowStatus
from podium.errors import NotFoundError
from podium.services.ended import first_named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podium.ports.bundle import Ports
    from podium.ports.executions import ExecutionStore
    from podium.services.states import States

#: The first pause between two looks (ms); each one is half as long again as the one before.
FIRST_PAUSE_MS = 100
READS_PER_SECOND = 10


class Awaiting:
    """Waits on behalf of a client."""

    def __init__(self, ports: Ports, states: States) -> None:
        """Wire the parts; see ``bootstrap``."""
        self._ports = ports
        self._states = states

    def standstill(self, workflow_id: str, refs: frozenset[str], until: int) -> Standstill:
        """Come back when the execution has ended, when a task of its open tree blocks, or at ``until``.

        ``refs``: tasks whose end counts, too. ``until`` in epoch ms. Raises NotFoundError.
        """
        look = _Look(self._ports.executions, self._states, refs)
        found, target = look.confirmed(workflow_id)
        pause = FIRST_PAUSE_MS
        while found is None:
            left = until - self._ports.clock.now()
            if left <= 0:
                return Standstill(target, None, is_timeout=True)
            wait = max(pause, look.reads * 1000 // READS_PER_SECOND)
            self._ports.sleep(min(wait, left))
            pause += pause // 2
            look.reads = 0
            if wait >= left or look.has_stopped(workflow_id):
                found, target = look.confirmed(workflow_id)
        return found


@dataclass(slots=True)
class _Look:
    """What one wait has seen so far."""

    executions: ExecutionStore
    states: States
    refs: frozenset[str]
    #: Reads since it was last set to 0.
    reads: int = 0
    _consistent: bool = False
    #: Version of each header at the last look.
    _seen: dict[str, int] = field(default_factory=dict)
    #: Open tasks of the outside that do not block and never will, by key and incarnation.
    _passable: set[tuple[TaskKey, int]] = field(default_factory=set)
    #: Children by the key and incarnation of the task that waits for them.
    _children: dict[tuple[TaskKey, int], str] = field(default_factory=dict)

    def confirmed(self, workflow_id: str) -> tuple[Standstill | None, Header]:
        """The standstill, None when there is none, and the header, by consistent reads.

        Raises NotFoundError.
        """
        self._consistent = True
        self._seen.clear()
        try:
            target = self._read(workflow_id)
            if target is None:
                message = f"No such workflow found by id: {workflow_id}"
                raise NotFoundError(message)
            blocking = self._blocking(target)
        finally:
            self._consistent = False
        if blocking is None and not target.status.is_terminal:
            return None, target
        return Standstill(target, blocking, is_timeout=False), target

    def has_stopped(self, workflow_id: str) -> bool:
        """An eventually consistent look."""
        header = self._read(workflow_id)
        if header is None:
            return False
        return header.status.is_terminal or self._blocking(header) is not None

    def _blocking(self, header: Header) -> Blocking | None:
        """The first blocking task of an open execution and its open sub-workflows, by seq."""
        if header.status.is_terminal:
            return None
        ended = self._ended(header)
        for entry in header.open:
            if ended and ended[0].seq < entry.seq:
                return Blocking(header.workflow_id, ended[0])
            found = self._at(header, entry)
            if found is not None:
                return found
        return Blocking(header.workflow_id, ended[0]) if ended else None

    def _at(self, header: Header, entry: OpenEntry) -> Blocking | None:
        key = TaskKey(header.workflow_id, self._ref(header, entry), entry.seq)
        mark = (key, entry.inc)
        if entry.kind is Kind.CHILD:
            child_id = self._child_of(mark)
            child = self._read(child_id) if child_id else None
            return None if child is None else self._blocking(child)
        if entry.kind is not Kind.OUTSIDE or mark in self._passable:
            return None
        self.reads += 1
        task = self.executions.read_task(key, consistent=self._consistent)
        if task is None or task.inc < entry.inc or task.status.is_terminal:
            return None
        if blocks(task, ()):
            return Blocking(header.workflow_id, task)
        self._passable.add(mark)
        return None

    def _child_of(self, mark: tuple[TaskKey, int]) -> str:
        """The workflow that a SUB_WORKFLOW has started, or joined; empty before it has."""
        if mark not in self._children:
            key, inc = mark
            self.reads += 1
            task = self.executions.read_task(key, consistent=self._consistent)
            if task is None or task.inc < inc or task.status is not TaskStatus.IN_PROGRESS:
                return ""
            self._children[mark] = task.child_id
        return self._children[mark]

    def _ended(self, header: Header) -> list[Task]:
        """Ended tasks that are waited for, by seq; nothing is read while the header stays the same."""
        is_paused = header.status is WorkflowStatus.PAUSED
        if self._seen.get(header.workflow_id) == header.version and not is_paused:
            return []
        self._seen[header.workflow_id] = header.version
        found = [*self._folded(header), *(self._unfolded(header) if is_paused else ())]
        return sorted(found, key=lambda task: task.seq)

    def _folded(self, header: Header) -> Iterator[Task]:
        for ref in self.refs:
            self.reads += 1
            task = first_named(self.executions, header, ref)
            if task is not None:
                yield task

    def _unfolded(self, header: Header) -> Iterator[Task]:
        """While an execution is paused its tasks end without a commit."""
        for entry in header.open:
            ref = self._ref(header, entry)
            if entry.kind is Kind.DUE or not any(name.startswith(ref) for name in self.refs):
                continue
            self.reads += 1
            task = self.executions.read_task(TaskKey(header.workflow_id, ref, entry.seq))
            if task is not None and task.status.is_terminal and blocks(task, self.refs):
                yield task

    def _ref(self, header: Header, entry: OpenEntry) -> str:
        return self.states.graph(header.definition).ref(entry)

    def _read(self, workflow_id: str) -> Header | None:
        self.reads += 1
        return self.executions.read_header(workflow_id, consistent=self._consistent)
