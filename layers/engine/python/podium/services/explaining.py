"""Why is it waiting? Gathers what is known of an execution, with a bounded number of reads.

Of each task type that is open some tasks are looked at, the others are counted; children are followed
a few levels down. The rule is the domain's (domain/why/rule.py).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from podium.domain.decision import Missing, MissingError
from podium.domain.execution import Kind
from podium.domain.ids import TaskKey
from podium.domain.limits import Limit
from podium.domain.queues import Depth, registry_name
from podium.domain.state import node_of
from podium.domain.status import TaskStatus
from podium.domain.timeouts import is_handed_over, running_clocks, workflow_deadline
from podium.domain.why import Facts, Why, causes_of
from podium.domain.why.facts import Carrier, ChildFacts, LastPoll, Looked, QueueFacts, Sight
from podium.errors import DefectError, NotFoundError
from podium.ports.evidence import OwnQueue

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from podium.domain.decision import Context
    from podium.domain.execution import Header, OpenEntry, Task
    from podium.domain.graph import Node
    from podium.domain.limits import Slots
    from podium.domain.state import State
    from podium.domain.timeouts import Deadline
    from podium.domain.why import Cause
    from podium.ports.bundle import Ports
    from podium.ports.evidence import Evidence
    from podium.services.deciding import Deciding
    from podium.services.reading import Reading
    from podium.services.states import States

#: Open tasks of one type that are looked at, and of one execution.
MOST_OF_A_TYPE, MOST_TASKS = 20, 60
#: How far down children are followed, and how many executions are looked at in all.
DEEPEST, MOST_EXECUTIONS = 5, 20
_HANDED_OUT = frozenset({Kind.WORKER, Kind.SYSTEM})


@dataclass(slots=True)
class Inquiry:
    """How many executions may still be looked at, and what was counted already: once for all of them."""

    left: int = MOST_EXECUTIONS
    queues: dict[tuple[str, str], QueueFacts] = field(default_factory=dict)
    own_queues: dict[OwnQueue, Depth] = field(default_factory=dict)
    slots: dict[str, Slots] = field(default_factory=dict)
    gates: dict[str, Depth] = field(default_factory=dict)


class Explaining:
    """Answers with the pending causes of progress of an execution."""

    def __init__(
        self,
        ports: Ports,
        states: States,
        deciding: Deciding,
        reading: Reading,
        evidence: Evidence,
    ) -> None:
        """``evidence``: what can be seen of messages and records; on AWS hardly anything."""
        self._ports = ports
        self._states = states
        self._deciding = deciding
        self._reading = reading
        self._evidence = evidence

    def why(self, workflow_id: str, depth: int = DEEPEST, inquiry: Inquiry | None = None) -> Why:
        """The causes; none of an execution that has ended. Raises NotFoundError.

        Header, start and snapshot; a GetItem for each task that is looked at; for each queue a
        GetQueueAttributes, for each task type a Query of its polls, for each limit a GetItem. The
        same for children, to ``depth`` levels and :data:`MOST_EXECUTIONS` executions in all. What one
        ``inquiry`` has counted is counted once.
        """
        header = self._ports.executions.read_header(workflow_id)
        if header is None:
            archived = self._reading.archived(workflow_id)
            if archived is None:
                message = f"No such workflow found by id: {workflow_id}"
                raise NotFoundError(message)
            return self._answer(archived.header, ())
        return self._explained(header, depth, inquiry or Inquiry())

    def _explained(self, header: Header, depth: int, inquiry: Inquiry) -> Why:
        inquiry.left -= 1
        if header.status.is_terminal:
            return self._answer(header, ())
        return self._answer(header, causes_of(self._facts(header, depth, inquiry)))

    def _answer(self, header: Header, causes: tuple[Cause, ...]) -> Why:
        return Why(
            header.workflow_id,
            header.name,
            header.name_version,
            header.status,
            self._ports.clock.now(),
            causes,
        )

    # --- one execution ---------------------------------------------------------------------------

    def _facts(self, header: Header, depth: int, inquiry: Inquiry) -> Facts:
        """Everything that the rule looks at."""
        now, records = self._ports.clock.now(), self._evidence.records(header.workflow_id)
        try:
            state = self._states.fresh(header.workflow_id)
        except DefectError as defect:
            return Facts(now, header, records=records, defect=str(defect))
        if state is None or state.header.status.is_terminal:
            return Facts(now, header, records=records)
        header = state.header
        chosen, others = self._chosen(state)
        looked = tuple(self._looked(state, entry, depth, inquiry) for entry in chosen)
        waiting = [
            each.task for each in looked if each.task is not None and _is_handed_out(each.task)
        ]
        limits = _limits(header, waiting)
        return Facts(
            now,
            header,
            looked,
            others,
            is_mocked=state.start.mocked,
            deadline=workflow_deadline(state),
            records=records,
            timer=self._evidence.timer(header) if header.timer else Sight.UNKNOWN,
            gate=self._evidence.gate(header) if header.waits else Sight.UNKNOWN,
            slots=self._slots(limits, inquiry),
            gates=self._gates(limits, inquiry),
            queues=self._queues(waiting, inquiry),
            system_queue=self._own_queue(OwnQueue.SYSTEM_TASKS, waiting, inquiry),
            results=self._own_queue(OwnQueue.RESULTS, waiting, inquiry),
            dead_letters=self._own_queue(OwnQueue.TASK_DEAD_LETTERS, waiting, inquiry),
        )

    def _chosen(self, state: State) -> tuple[list[OpenEntry], dict[str, int]]:
        """Entries to look at, the oldest of each type; and how many others there are, by type."""
        types = self._types(state)
        chosen: list[OpenEntry] = []
        counted: Counter[str] = Counter()
        others: Counter[str] = Counter()
        for entry in state.header.open:
            type_ = types[entry.seq]
            if counted[type_] < MOST_OF_A_TYPE and len(chosen) < MOST_TASKS:
                counted[type_] += 1
                chosen.append(entry)
            else:
                others[type_] += 1
        return chosen, dict(others)

    def _types(self, state: State) -> Mapping[int, str]:
        """taskType of each open entry; a read of each dynamic fork that this process does not know."""

        def step(_: Context) -> Mapping[int, str] | Missing:
            try:
                return {
                    entry.seq: _type_of(node_of(state, entry.node), entry)
                    for entry in state.header.open
                }
            except MissingError as missing:
                return Missing(missing.needs)

        return self._deciding.settle(step, header=state.header, memory=state.memory)

    def _looked(self, state: State, entry: OpenEntry, depth: int, inquiry: Inquiry) -> Looked:
        header = state.header
        key = TaskKey(header.workflow_id, state.graph.ref(entry), entry.seq)
        node = node_of(state, entry.node)
        task = None if entry.kind is Kind.DUE else self._ports.executions.read_task(key)
        if task is None or task.status.is_terminal or task.inc < entry.inc:
            return Looked(entry, key, _type_of(node, entry), task)
        is_short = task.lease > 0 and task.status is TaskStatus.IN_PROGRESS
        return Looked(
            entry,
            key,
            task.type,
            task,
            clocks=self._clocks(state, task),
            carrier=self._evidence.message(key, task) if _is_handed_out(task) else Carrier.UNKNOWN,
            own_timer=self._evidence.own_timer(key) if is_short else Sight.UNKNOWN,
            is_handed_over=is_handed_over(task, node),
            child=self._child(task, depth, inquiry),
            has_message=entry.kind is Kind.PULL and self._has_message(header),
        )

    def _clocks(self, state: State, task: Task) -> tuple[tuple[Deadline, int], ...]:
        now = self._ports.clock.now()

        def step(context: Context) -> tuple[tuple[Deadline, int], ...] | Missing:
            try:
                return running_clocks(state, task, now, context)
            except MissingError as missing:
                return Missing(missing.needs)

        return self._deciding.settle(step, header=state.header, memory=state.memory)

    def _has_message(self, header: Header) -> bool:
        inbox = self._ports.messages.read_inbox(
            header.workflow_id,
            header.generation,
            header.pulled,
            1,
            0,
            self._ports.clock.now(),
        )
        return bool(inbox.messages)

    def _child(self, task: Task, depth: int, inquiry: Inquiry) -> ChildFacts | None:
        if not task.child_id or task.kind not in {Kind.CHILD, Kind.LAUNCH}:
            return None
        child = self._ports.executions.read_header(task.child_id)
        records = self._evidence.records(task.child_id)
        if child is None or child.status.is_terminal or depth <= 0 or inquiry.left <= 0:
            return ChildFacts(task.child_id, child, None, records)
        causes = self._explained(child, depth - 1, inquiry).causes
        return ChildFacts(task.child_id, child, causes, records)

    # --- queues and limits -----------------------------------------------------------------------

    def _queues(self, waiting: Sequence[Task], inquiry: Inquiry) -> dict[str, QueueFacts]:
        """Of each queue of a task type in which one of ``waiting`` is."""
        found: dict[str, QueueFacts] = {}
        for place in sorted(
            {(each.type, each.domain) for each in waiting if each.kind is Kind.WORKER}
        ):
            if place not in inquiry.queues:
                depth = self._ports.tasks.depth(*place)
                inquiry.queues[place] = QueueFacts(depth, self._polled(*place))
            found[registry_name(*place)] = inquiry.queues[place]
        return found

    def _polled(self, task_type: str, domain: str) -> LastPoll | None:
        found = (poll for poll in self._ports.polls.of(task_type) if poll.domain == domain)
        last = max(found, key=lambda poll: poll.at, default=None)
        return None if last is None else LastPoll(last.worker_id, last.at)

    def _own_queue(self, queue: OwnQueue, waiting: Sequence[Task], inquiry: Inquiry) -> Depth:
        """Only where it may say anything: a task waits to be handed out."""
        asked = (
            any(task.kind is Kind.SYSTEM for task in waiting)
            if queue is OwnQueue.SYSTEM_TASKS
            else bool(waiting)
        )
        if not asked:
            return Depth()
        if queue not in inquiry.own_queues:
            inquiry.own_queues[queue] = self._evidence.depth(queue)
        return inquiry.own_queues[queue]

    def _slots(self, limits: Iterable[Limit], inquiry: Inquiry) -> dict[str, Slots]:
        for limit in limits:
            if limit.key not in inquiry.slots:
                inquiry.slots[limit.key] = self._ports.limits.read(limit.key)
        return inquiry.slots

    def _gates(self, limits: Iterable[Limit], inquiry: Inquiry) -> dict[str, Depth]:
        for limit in limits:
            if limit.at_gate and limit.key not in inquiry.gates:
                inquiry.gates[limit.key] = self._ports.tasks.depth_at(limit.key)
        return inquiry.gates


def _is_handed_out(task: Task) -> bool:
    """It waits for somebody to take its message."""
    is_scheduled = task.status is TaskStatus.SCHEDULED
    return is_scheduled and task.kind in _HANDED_OUT and not task.held


def _type_of(node: Node, entry: OpenEntry) -> str:
    """taskType on the wire: the name of a worker task."""
    return node.task.name if entry.kind is Kind.WORKER else node.type


def _limits(header: Header, waiting: Iterable[Task]) -> list[Limit]:
    """Those that somebody waits for, one for each key."""
    found = {task.limit.key: task.limit for task in waiting if task.limit is not None}
    if header.waits and header.limit is not None:
        found[header.limit.key] = header.limit
    return [found[key] for key in sorted(found)]
