"""The working set of one decision: what has been folded, created and ended in it so far.

Everything mutable of the domain lives here and dies with the decision. The state it started from
is never changed: what ends in this decision is kept in a layer over the execution's memory, since
it becomes a fact only when the header is committed.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from podium.domain.decision import Context
from podium.domain.execution import Header, Kind, OpenEntry, Task
from podium.domain.graph import Node, enclosing_fork
from podium.domain.memory import TaskMemory, is_visible
from podium.domain.outcome import LONGEST_REASON
from podium.domain.state import State, node_of
from podium.domain.status import TaskStatus, WorkflowStatus

if TYPE_CHECKING:
    from podium.domain.graph import Graph
    from podium.domain.json import JsonMap
    from podium.domain.workflow_messages import WorkflowMessage


#: Characters of JSON after which a decision is cut; a transaction holds 4 MB.
MAX_WEIGHT = 2_000_000


class LayeredMemory(TaskMemory):
    """Tasks that ended in a decision, over a memory that is only read."""

    def __init__(self, base: TaskMemory) -> None:
        """``base`` stays as it is."""
        super().__init__()
        self._base = base

    def latest(self, ref: str, header: Header, before: int | None = None) -> Task | None:
        """What ended here is later than what ended before."""
        limit = header.last_seq + 1 if before is None else before
        for task in reversed(self._known(ref)):
            if is_visible(task, header, limit):
                return task
        return self._base.latest(ref, header, before)

    def task(self, ref: str, seq: int) -> Task:
        """From either layer."""
        found = self._by_ref.get(ref, {}).get(seq)
        return self._base.task(ref, seq) if found is None else found

    def given(self, seq: int) -> JsonMap:
        """What the decision itself gives is not in the memory below yet."""
        return self._given[seq] if seq in self._given else self._base.given(seq)

    def history(self, ref: str, header: Header) -> tuple[Task, ...]:
        """Both layers, by seq."""
        own = {task.seq: task for task in self._known(ref)}
        before = {task.seq: task for task in self._base.history(ref, header)}
        return _visible(before | own, header)

    def family(self, family: str, header: Header) -> tuple[Task, ...]:
        """Both layers, by seq."""
        refs = [ref for ref in self._by_ref if ref.startswith(family)]
        own = {task.seq: task for ref in refs for task in self._known(ref)}
        before = {task.seq: task for task in self._base.family(family, header)}
        return _visible(before | own, header)

    def all(self, header: Header) -> tuple[Task, ...]:
        """Both layers, by seq."""
        own = {task.seq: task for ref in self._by_ref for task in self._known(ref)}
        before = {task.seq: task for task in self._base.all(header)}
        return _visible(before | own, header)

    def numbered(self, seq: int) -> Task | None:
        """From either layer."""
        return super().numbered(seq) or self._base.numbered(seq)

    def compiled(self, key: tuple[str, int, int]) -> Graph | None:
        """From either layer."""
        return self._compiled.get(key) or self._base.compiled(key)

    def remember_compiled(self, key: tuple[str, int, int], fork: Task, graph: Graph) -> None:
        """Only what was built from a fact outlives the decision."""
        if fork.seq in self._by_ref.get(fork.ref, {}):
            super().remember_compiled(key, fork, graph)
        else:
            self._base.remember_compiled(key, fork, graph)


def _by_seq(entry: OpenEntry) -> int:
    return entry.seq


def _visible(tasks: dict[int, Task], header: Header) -> tuple[Task, ...]:
    limit = header.last_seq + 1
    return tuple(task for _, task in sorted(tasks.items()) if is_visible(task, header, limit))


@dataclass(frozen=True, slots=True)
class Ending:
    """How the workflow ends."""

    status: WorkflowStatus
    reason: str = ""
    #: The task that ended it, 0 when none did.
    seq: int = 0
    #: Output fixed by a TERMINATE task.
    output: JsonMap | None = None


@dataclass(slots=True)
class Draft:
    """See the module."""

    state: State
    context: Context
    memory: LayeredMemory
    open: dict[int, OpenEntry]
    last_seq: int
    variables: JsonMap
    failed_permissive: tuple[int, ...]
    #: Tasks that ended in this decision and are written with it, and FOR_EACH that began in it.
    ended: dict[int, Task] = field(default_factory=dict)
    #: Nodes to create, in this order.
    creates: deque[tuple[Node, tuple[int, ...]]] = field(default_factory=deque)
    #: DUE entries to run, in this order.
    due: deque[int] = field(default_factory=deque)
    #: Something was folded, created or ended.
    is_changed: bool = False
    #: Characters of JSON that ``ended`` comes to, about.
    weight: int = 0
    ending: Ending | None = None
    #: Items of open tasks that may take messages, by seq.
    waiting: Mapping[int, Task] = field(default_factory=dict)
    #: Number of the last message taken; how many were taken in this decision, of which weight.
    pulled: int = 0
    messages_taken: int = 0
    weight_taken: int = 0
    #: Open tasks that an operation lets run on as they are; their clocks count from now on.
    going_on: tuple[Task, ...] = ()
    _view: State | None = None

    @classmethod
    def of(cls, state: State, context: Context) -> Draft:
        """The beginning of a decision on ``state``."""
        header = state.header
        return cls(
            state=state,
            context=context,
            memory=LayeredMemory(state.memory),
            open={entry.seq: entry for entry in header.open},
            last_seq=header.last_seq,
            variables=state.variables,
            failed_permissive=header.failed_permissive,
            pulled=header.pulled,
            due=deque(entry.seq for entry in header.open if entry.kind is Kind.DUE),
        )

    @property
    def view(self) -> State:
        """The execution as this decision has made it so far."""
        if self._view is None:
            header = replace(
                self.state.header,
                open=tuple(sorted(self.open.values(), key=_by_seq)),
                last_seq=self.last_seq,
                committed_at=self.context.now,
            )
            self._view = State(
                header, self.state.graph, self.state.start, self.variables, self.memory
            )
        return self._view

    @property
    def has_budget(self) -> bool:
        """Another task may end in this decision: it is one transaction, bounded in items and bytes.

        It is made within one call of a function, too: where programs ran long, the next one goes on.
        """
        if len(self.ended) >= self.context.max_ended or self.weight >= MAX_WEIGHT:
            return False
        return not self.ended or not self.context.engines.is_spent()

    def end_task(self, task: Task) -> None:
        """``task`` ended (a FOR_EACH: began) within this decision, and is written with it."""
        self.ended[task.seq] = task
        self.weight += len(json.dumps((task.input, task.output)))
        self.remember(task)

    def node(self, entry: OpenEntry) -> Node:
        """The node of an open entry; raises MissingError."""
        return node_of(self.view, entry.node)

    def touch(self) -> None:
        """Something changed: what was seen so far is out of date."""
        self._view = None
        self.is_changed = True

    def put(self, entry: OpenEntry) -> None:
        """Open an entry, or replace the one with its number."""
        self.open[entry.seq] = entry
        self.touch()

    def add(
        self,
        node: Node,
        kind: Kind,
        iteration: tuple[int, ...],
        *,
        attempt: int = 0,
        by_hand: bool = False,
        detached: bool = False,
    ) -> OpenEntry:
        """Open an entry with the next number."""
        self.last_seq += 1
        ref = node.ref_at(iteration) if enclosing_fork(node.address) is not None else ""
        opened_at = self.context.now if kind is Kind.FLOW else 0
        entry = OpenEntry(
            self.last_seq,
            node.address,
            kind,
            attempt,
            iteration=iteration,
            ref=ref,
            opened_at=opened_at,
            by_hand=by_hand,
            detached=detached,
        )
        self.put(entry)
        return entry

    def remember(self, task: Task) -> None:
        """A task has ended: expressions see it once its entry is gone."""
        self.memory.remember(task)
        self.touch()

    def forget(self, entry: OpenEntry) -> None:
        """An entry behind which nothing has been made yet is given up, or its begun task with it."""
        if entry.seq in self.due:
            self.due.remove(entry.seq)
        begun = self.ended.get(entry.seq)
        if begun is not None and not begun.status.is_terminal:
            now = self.context.now
            self.ended[entry.seq] = replace(
                begun, status=TaskStatus.CANCELED, updated_at=now, ended_at=now
            )
        self.drop(entry)

    def drop(self, entry: OpenEntry) -> None:
        """The end of this entry is consumed."""
        self.open.pop(entry.seq, None)
        self.touch()

    def pull(self, messages: Sequence[WorkflowMessage]) -> None:
        """A task takes these messages, the next ones of the queue."""
        if messages:
            self.pulled = messages[-1].number
            self.messages_taken += len(messages)
            self.weight_taken += sum(message.weight for message in messages)
            self.touch()

    def set_variables(self, variables: JsonMap) -> None:
        """SET_VARIABLE."""
        self.variables = variables
        self.touch()

    def end(self, ending: Ending) -> None:
        """The workflow ends; the first reason wins."""
        if self.ending is None:
            self.ending = replace(ending, reason=ending.reason[:LONGEST_REASON])
        self.touch()
