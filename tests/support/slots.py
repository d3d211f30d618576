"""Several processes at one limit, interleaved call by call, each of which may die anywhere.

While one process makes a call another one may do a whole piece of work: a poll, a report, a gate, a
record. The memory adapters hold no lock then, so this is any interleaving of calls that the seed draws.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from podium.adapters.message import task_message
from podium.bootstrap import Engine
from podium.domain.ids import TaskKey
from podium.domain.json import JsonMap
from podium.domain.queues import QueueAddress
from podium.domain.requests import TaskResult
from podium.domain.status import TaskStatus
from podium.errors import ConflictError, NotFoundError, TransientError
from podium.ports.queues import TaskMessage
from tests.support.cluster import Cluster, Crash

#: Task types and their limit; ``delivery`` beside it.
LIMIT = 2
POLLED, GATED = "polled", "gated"
TASKS: list[JsonMap] = [
    {
        "name": POLLED,
        "concurrentExecLimit": LIMIT,
        "retryCount": 30,
        "retryDelaySeconds": 0,
        "responseTimeoutSeconds": 20,
    },
    {
        "name": GATED,
        "concurrentExecLimit": LIMIT,
        "limitDelivery": "GATE",
        "retryCount": 30,
        "retryDelaySeconds": 0,
        "responseTimeoutSeconds": 20,
    },
]
WORKFLOW: JsonMap = {
    "name": "both",
    "version": 1,
    "tasks": [
        {
            "name": "fork",
            "taskReferenceName": "fork",
            "type": "FORK_JOIN",
            "forkTasks": [
                [{"name": name, "taskReferenceName": f"{name}{number}", "type": "SIMPLE"}]
                for name in (POLLED, GATED)
                for number in range(2)
            ],
        },
        {"name": "join", "taskReferenceName": "join", "type": "JOIN"},
    ],
}
#: Chance that a call is interrupted by another process, and that the process dies at it.
_INTERRUPTED, _DIES = 0.12, 0.01


@dataclass(frozen=True)
class InHand:
    """A task that a worker has: over HTTP with its claim, or straight from the queue (``receipt``)."""

    message: TaskMessage
    epoch: int
    receipt: str = ""

    @property
    def key(self) -> TaskKey:
        return TaskKey(self.message.workflow_id, self.message.ref, self.message.seq)


class Race:
    """One installation, some workflows, workers of both kinds."""

    def __init__(self, seed: int, workflows: int = 3) -> None:
        self.rng = random.Random(seed)
        self.cluster = Cluster(deciders=3)
        self.cluster.register(*TASKS)
        self.ids = [self.cluster.start(WORKFLOW) for _ in range(workflows)]
        self.in_hand: list[InHand] = []
        self._depth = 0
        self._steps: list[Callable[[], object]] = [
            self._poll,
            self._poll,
            self._receive,
            self._report,
            self._report,
            self._deliver,
            self._deliver,
            self._gate,
            self._operate,
            self._pass_time,
        ]
        self._records: list[dict[str, object]] = []

    def run(self, steps: int) -> None:
        """A bad day of so many steps, interleaved and with deaths."""
        self.cluster.calls.before_call = self.cluster.calls.after_call = self._disturb
        for _ in range(steps):
            self._step()
        self.cluster.calls.before_call = self.cluster.calls.after_call = lambda name: None

    def finish(self) -> None:
        """Nothing fails any more: every workflow ends."""
        self.cluster.deliver(self._records)
        for wf in self.ids:
            try:
                self.cluster.engine.operations.resume(wf)
            except ConflictError:
                continue
        for _ in range(60):
            self.cluster.settle()
            if all(self.cluster.status(wf).is_terminal for wf in self.ids):
                return
            while self._poll() or self._receive() or self.in_hand:
                while self.in_hand:
                    self._report(good=True)
                self.cluster.settle()
            self.cluster.advance(61)
        raise AssertionError([self.cluster.store.read_header(wf) for wf in self.ids])

    def check(self) -> None:
        """Never more than the limit are out, whatever any process is just doing."""
        with self._alone():
            for name in (POLLED, GATED):
                out = {each for each in self._out(name) if self._is_open(each)}
                assert len(out) <= LIMIT, f"{name}: {out}"

    # --- one piece of work ------------------------------------------------------------------------

    def _step(self) -> None:
        step = self.rng.choice(self._steps)
        try:
            step()
        except (Crash, TransientError, NotFoundError):
            if not self._depth:
                self.cluster.restart_processes()
        self.check()

    def _disturb(self, name: str) -> None:
        if self._depth < 2 and self.rng.random() < _INTERRUPTED:
            self._depth += 1
            try:
                self._step()
            finally:
                self._depth -= 1
        if self.rng.random() < _DIES:
            raise Crash(name)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self._depth += 10
        before, after = self.cluster.calls.before_call, self.cluster.calls.after_call
        self.cluster.calls.before_call = self.cluster.calls.after_call = lambda name: None
        try:
            yield
        finally:
            self.cluster.calls.before_call, self.cluster.calls.after_call = before, after
            self._depth -= 10

    @property
    def _engine(self) -> Engine:
        return self.rng.choice(self.cluster.engines)

    def _poll(self) -> bool:
        name, count = self.rng.choice([POLLED, POLLED, GATED]), self.rng.randint(1, 3)
        handed = self._engine.polls.poll(name, "w", count=count, wait_ms=0)
        self.in_hand += [InHand(each.message, each.task.epoch) for each in handed]
        return bool(handed)

    def _receive(self) -> bool:
        """As an SQS-direct worker: no claim."""
        found = self.cluster.task_queue.receive(QueueAddress(GATED), 1, 0)
        self.in_hand += [InHand(each.message, each.message.epoch, each.receipt) for each in found]
        return bool(found)

    def _report(self, *, good: bool = False) -> None:
        if not self.in_hand:
            return
        mine = self.in_hand.pop(self.rng.randrange(len(self.in_hand)))
        if not good and self.rng.random() < 0.15:
            return  # dies with it
        choices = [TaskStatus.COMPLETED, TaskStatus.FAILED, TaskStatus.IN_PROGRESS]
        status = TaskStatus.COMPLETED if good else self.rng.choices(choices, [6, 1, 2])[0]
        result = TaskResult(
            workflow_instance_id=mine.message.workflow_id,
            task_id=mine.key.task_id,
            status=status,
            callback_after_seconds=self.rng.choice([0, 3]),
        )
        for _ in range(1 + (self.rng.random() < 0.1)):
            self._engine.updates.update(result, inc=mine.message.inc, epoch=mine.epoch)
        if mine.receipt:
            self.cluster.task_queue.delete(QueueAddress(GATED), [mine.receipt])

    def _deliver(self) -> None:
        self._records += self.cluster.take()
        self.rng.shuffle(self._records)
        for _ in range(4):
            if not self._records:
                return
            record = self._records.pop()
            if self.rng.random() < 0.2:
                self._records.insert(0, record)
            try:
                self.cluster.deliver([record])
            except Crash:
                self._records.append(record)
                raise

    def _gate(self) -> None:
        if self.rng.random() < 0.2:
            self._engine.gating.sweep()
        self.cluster.run_gates()
        self.cluster.fire_timers()

    def _operate(self) -> None:
        if self.rng.random() < 0.7:
            return
        wf = self.rng.choice(self.ids)
        operations = self._engine.operations
        try:
            self.rng.choice([operations.pause, operations.resume])(wf)
        except ConflictError:
            return

    def _pass_time(self) -> None:
        self.cluster.clock.advance(self.rng.choice([0, 300, 2_000, 25_000]))

    # --- who is out ---------------------------------------------------------------------------------

    def _out(self, name: str) -> Iterator[tuple[TaskKey, int, int]]:
        """Task, incarnation and hand-out of whatever may be running, or be started without a slot."""
        for each in self.in_hand:
            if each.message.task_type == name:
                yield each.key, each.message.inc, 0 if name == GATED else each.epoch
        queue = self.cluster.task_queue.queues.get(QueueAddress(name))
        for stored in queue.messages() if queue else ():
            message = task_message(stored.body)
            yield TaskKey(message.workflow_id, message.ref, message.seq), message.inc, 0

    def _is_open(self, out: tuple[TaskKey, int, int]) -> bool:
        key, inc, epoch = out
        task = self.cluster.store.read_task(key)
        if task is None or task.inc != inc or task.status.is_terminal:
            return False
        return not epoch or (task.status is TaskStatus.IN_PROGRESS and task.epoch == epoch)
