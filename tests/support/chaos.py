"""A bad day for one cluster, drawn from a seed: the world's faults and what workers do.

Records are delivered late, twice, in any order, to any decider; workers complete, fail, ask to be
called again, hang, or answer twice; operators pause and resume. Then the day ends: everything is
delivered, workers are good, and the workflow has to come to its end.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from podium.adapters.message import task_message
from podium.domain.decision import ExecutionView
from podium.domain.execution import Header, Kind, Task
from podium.domain.ids import TaskKey
from podium.domain.json import Json
from podium.domain.queues import Lane
from podium.domain.search import ById
from podium.domain.status import TaskStatus, WorkflowStatus
from podium.domain.task_types import HANDED_OVER
from podium.errors import ConflictError
from podium.services.polling import HandedOut
from tests.support.cluster import Cluster

_GOOD = TaskStatus.COMPLETED
_ANSWERS: tuple[tuple[TaskStatus, float], ...] = (
    (_GOOD, 6),
    (TaskStatus.FAILED, 2),
    (TaskStatus.IN_PROGRESS, 1),
    (TaskStatus.FAILED_WITH_TERMINAL_ERROR, 0.3),
    (TaskStatus.CANCELED, 0.2),
)


class Chaos:
    """Drives ``cluster`` through a bad day."""

    def __init__(self, cluster: Cluster, rng: random.Random) -> None:
        self.cluster = cluster
        self.rng = rng
        self._records: list[dict[str, object]] = []
        self._old: list[HandedOut] = []
        self.limits = LimitWatch(cluster)

    def bad_day(self, workflow_id: str, rounds: int) -> None:
        """So many rounds of faults."""
        for _ in range(rounds):
            self._deliver_some()
            self._work()
            self._outside(workflow_id)
            if self.rng.random() < 0.1:
                self._operate(workflow_id)
            self.cluster.clock.advance(self.rng.choice([0, 500, 3_000, 70_000]))

    def good_day(self, workflow_id: str) -> None:
        """Everything is delivered and done; the workflow ends."""
        self.deliver_all()
        for each in owned(self.cluster, workflow_id):
            if self.cluster.status(each) is WorkflowStatus.PAUSED:
                self.cluster.engine.operations.resume(each)
        for _ in range(400):
            self.cluster.settle()
            if self.cluster.status(workflow_id).is_terminal:
                self.cluster.advance(5)
                return
            self._work(good=True)
            self._outside(workflow_id, good=True)
            self.cluster.advance(61)
        header = self.cluster.store.read_header(workflow_id)
        raise AssertionError(f"stuck: {header}")

    def deliver_all(self) -> None:
        """Nothing is in flight any more."""
        self.cluster.deliver(self._records)
        self._records.clear()
        self.cluster.settle()

    def _deliver_some(self) -> None:
        self._records += self.cluster.take()
        self.rng.shuffle(self._records)
        cut = self.rng.randint(0, len(self._records))
        now, self._records = self._records[:cut], self._records[cut:]
        for record in now:
            self.cluster.deliver([record], decider=self.rng.randrange(len(self.cluster.engines)))
            if self.rng.random() < 0.3:
                self._records.append(record)
        if self.rng.random() < 0.7:
            self.cluster.run_system_tasks()
        if self.rng.random() < 0.7:
            self.cluster.fire_timers()
        if self.rng.random() < 0.7:
            self.cluster.run_gates()

    def _work(self, *, good: bool = False) -> None:
        for task_type in sorted({each.task_type for each in self.cluster.task_queue.queues}):
            for handed in self.cluster.poll(task_type, count=5):
                self.limits.see(handed)
                if good or self.rng.random() < 0.9:
                    self._answer(handed, good=good)
                if self.rng.random() < 0.2:
                    self._old.append(handed)
        if self._old and self.rng.random() < 0.3:
            self._answer(self._old.pop(), good=good)

    def _answer(self, handed: HandedOut, *, good: bool) -> None:
        statuses = [status for status, _ in _ANSWERS]
        weights = [weight for _, weight in _ANSWERS]
        status = _GOOD if good else self.rng.choices(statuses, weights)[0]
        workflow_id = handed.message.workflow_id
        output: dict[str, Json] = {"value": self.rng.randint(0, 9), "choice": self.rng.choice("ab")}
        for _ in range(2 if self.rng.random() < 0.1 else 1):
            self.cluster.report(handed.task, workflow_id, status, output)

    def _outside(self, workflow_id: str, *, good: bool = False) -> None:
        """Somebody completes what waits for somebody, in children too; signals and messages come."""
        for owner, task in open_tasks(self.cluster, workflow_id):
            waits = task.kind is Kind.OUTSIDE and not task.wait_until
            if waits and (good or self.rng.random() < 0.3):
                self.cluster.report(task, owner, _GOOD, {"value": 1})
            if task.kind is Kind.PULL and (good or self.rng.random() < 0.3):
                self._post(owner)
        if self.rng.random() < 0.1:
            self.cluster.engine.signals.signal(workflow_id, _GOOD, {"value": 2})
        if self.rng.random() < 0.1:
            self._post(workflow_id)

    def _post(self, workflow_id: str) -> None:
        try:
            self.cluster.engine.messages.post(workflow_id, {"value": self.rng.randint(0, 9)})
        except ConflictError:
            return

    def _operate(self, workflow_id: str) -> None:
        operations = self.cluster.engine.operations
        command = self.rng.choice([operations.pause, operations.resume])
        try:
            command(workflow_id)
        except ConflictError:
            return


def owned(cluster: Cluster, workflow_id: str) -> Iterator[str]:
    """A workflow and its children, to any depth; a stub that fenced a launch has nothing to show."""
    header = cluster.store.read_header(workflow_id)
    if header is None or not header.definition:
        return
    yield workflow_id
    for task in cluster.view(workflow_id).tasks:
        if task.kind is Kind.CHILD and task.child_id:
            yield from owned(cluster, task.child_id)


def open_tasks(cluster: Cluster, workflow_id: str) -> Iterator[tuple[str, Task]]:
    """Open tasks of a workflow and of its children, with the workflow each belongs to."""
    for task in cluster.view(workflow_id).tasks:
        if task.status.is_terminal:
            continue
        yield workflow_id, task
        if task.child_id:
            yield from open_tasks(cluster, task.child_id)


class LimitWatch:
    """Counts what is out of each limited type, as its workers see it."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._handed: dict[str, list[HandedOut]] = {}
        self._moments: dict[str, list[int]] = {}

    def see(self, handed: HandedOut) -> None:
        """A task was handed out: never more than the limit allows are out then."""
        limit = handed.message.limit
        if limit is None:
            return
        out = [each for each in self._handed.get(limit.key, []) if self._is_out(each)]
        self._handed[limit.key] = [*out, handed]
        assert len(out) < limit.concurrent or not limit.concurrent, f"above the limit: {out}"
        moments = self._moments.setdefault(limit.key, [])
        moments.append(self._cluster.clock.now())
        spans = zip(moments, moments[limit.rate :], strict=False)
        assert not limit.rate or all(end - begin >= limit.window for begin, end in spans), moments

    def check_slots_come_back(self) -> None:
        """When nothing runs any more, whoever looks at a limit finds it free."""
        limiting = self._cluster.engine.limiting
        for handed in self._handed.values():
            limit = handed[-1].message.limit
            assert limit is not None
            for _ in range(limit.concurrent):
                limiting.room(limit)
                self._cluster.clock.advance(max(1000, limit.window))
            assert limiting.room(limit).free == (limit.concurrent or limit.rate)

    def _is_out(self, handed: HandedOut) -> bool:
        key = TaskKey(handed.message.workflow_id, handed.task.ref, handed.task.seq)
        task = self._cluster.store.read_task(key)
        return (
            task is not None
            and task.status is TaskStatus.IN_PROGRESS
            and (task.inc, task.epoch) == (handed.task.inc, handed.task.epoch)
        )


def found_as(cluster: Cluster, workflow_id: str) -> WorkflowStatus | None:
    """The status under which a search finds the execution; None: it does not."""
    with cluster.undisturbed():
        rows = cluster.store.search.rows([ById((workflow_id,))], newest_first=True, page=1)
        return next((each.row.status for each in rows), None)


def check_facts(cluster: Cluster, workflow_id: str, *, again: bool = False) -> None:
    """Invariants 2 and 5: nothing was created twice; what has ended owns nothing open.

    ``again``: operators had tasks run again on purpose, so attempts may repeat themselves.
    """
    view = cluster.view(workflow_id)
    attempts = [(task.wire_ref, task.attempt) for task in view.tasks]
    assert again or len(attempts) == len(set(attempts)), f"created twice: {sorted(attempts)}"
    seqs = [task.seq for task in view.tasks]
    assert len(seqs) == len(set(seqs))
    assert max(seqs, default=0) <= view.header.last_seq
    pulled = [message for task in view.tasks for message in _pulled(task)]
    assert len(pulled) == len(set(pulled)), "a message was pulled twice"
    # A child that was terminated before its launch is a header and nothing else.
    if view.header.definition:
        assert found_as(cluster, workflow_id) is view.header.status
    if view.header.status.is_terminal:
        assert view.header.closed, f"{view.header.status} and never closed"
        assert not view.header.timer, f"{view.header.status} with a timer"
        left = [task.wire_ref for task in view.tasks if not task.status.is_terminal]
        assert not left, f"open in a closed workflow: {left}"
        for task in view.tasks:
            if task.kind is Kind.CHILD and task.child_id and not (again and _is_free(view, task)):
                assert _has_ended(cluster, task.child_id), f"left behind by {task.wire_ref}"
    for task in view.tasks:
        if task.kind is Kind.CHILD and task.child_id in owned(cluster, task.child_id):
            check_facts(cluster, task.child_id, again=again)


def _is_free(view: ExecutionView, holder: Task) -> bool:
    """An operator may run the child of an attempt that was replaced, or passed over, by itself."""
    is_replaced = any(
        task.wire_ref == holder.wire_ref and task.seq > holder.seq for task in view.tasks
    )
    return is_replaced or holder.status is TaskStatus.COMPLETED_WITH_ERRORS


def _has_ended(cluster: Cluster, child_id: str) -> bool:
    """Terminal, be it a stub, or never started."""
    header = cluster.store.read_header(child_id)
    return header is None or header.status.is_terminal


def _pulled(task: Task) -> Iterator[str]:
    messages: Any = task.output.get("messages", []) if task.kind is Kind.PULL else []
    for message in messages:
        yield message["id"]


def check_causes(cluster: Cluster, workflow_id: str) -> None:
    """Invariant 4, when every record has been delivered: each open entry has what will end it."""
    header = cluster.store.read_header(workflow_id)
    assert header is not None
    if header.status is not WorkflowStatus.RUNNING:
        return
    if header.waits:
        assert _is_parked(cluster, workflow_id), "waits for a slot, and is not at the gate"
        return
    assert header.open, "RUNNING and waits for nothing"
    tasks = {task.seq: task for task in cluster.view(workflow_id).tasks}
    for entry in header.open:
        assert entry.kind is not Kind.DUE, "a cut decision was not gone on with"
        task = tasks.get(entry.seq)
        assert task is not None, f"entry {entry} has no item"
        assert not task.status.is_terminal, f"the end of {task.wire_ref} was not folded"
        _check_cause(cluster, header, task)


def _is_parked(cluster: Cluster, workflow_id: str) -> bool:
    """Its message lies at a gate."""
    queues = cluster.task_queue.queues
    bodies = (each.body for at in queues if at.lane is Lane.GATE for each in queues[at].messages())
    return any(task_message(body).workflow_id == workflow_id for body in bodies)


def _check_cause(cluster: Cluster, header: Header, task: Task) -> None:
    if task.kind is Kind.PULL:
        run = (header.workflow_id, header.generation, header.pulled)
        unread = cluster.store.read_inbox(*run, 1, 0, cluster.clock.now())
        assert not unread.messages, f"{task.wire_ref} waits beside a message"
    # The record of a child that was removed tells of its end.
    if task.kind is Kind.CHILD and cluster.store.read_header(task.child_id) is not None:
        assert not cluster.status(task.child_id).is_terminal
        check_causes(cluster, task.child_id)
    is_handed_over = task.type in HANDED_OVER and bool(task.output)
    if task.wait_until or (task.lease_until and not is_handed_over):
        assert _is_watched(cluster, header), f"no timer for {task.wire_ref}"
    if task.status is TaskStatus.SCHEDULED and task.kind in {Kind.WORKER, Kind.SYSTEM}:
        key = TaskKey(header.workflow_id, task.ref, task.seq)
        assert any(_hands_out(body, key, task) for body in _messages(cluster)), (
            f"no message for {key.task_id}"
        )


def _is_watched(cluster: Cluster, header: Header) -> bool:
    near = f'"workflowInstanceId":"{header.workflow_id}"'
    bodies = [
        *(message.body for message in cluster.timer_queue.queue.messages()),
        *cluster.given_up(),
    ]
    return header.timer_is_far or any(near in body for body in bodies)


def _messages(cluster: Cluster) -> Iterator[str]:
    for queue in [*cluster.task_queue.queues.values(), cluster.system_queue.queue]:
        for message in queue.messages():
            yield message.body
    # What waits for an operator there (docs/operations.md, Dead letters).
    yield from (body for body in cluster.given_up() if '"taskId"' in body)


def _hands_out(body: str, key: TaskKey, task: Task) -> bool:
    message = task_message(body)
    found = TaskKey(message.workflow_id, message.ref, message.seq)
    return found == key and (message.inc, message.epoch) == (task.inc, task.epoch)
