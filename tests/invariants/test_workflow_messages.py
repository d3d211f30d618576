"""The message queue on bad days: each message in exactly one pull, in order, and nobody waits in vain.

Posts, deliveries (twice, late, in any order, to any decider), crashes between two calls, pauses and
ends from outside are interleaved as drawn. What holds at any moment: what was pulled, taken by the
numbers, is the queue from its beginning, without gaps. When all is delivered, no task waits while
there is a message.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from podium.domain.execution import Kind
from podium.domain.json import JsonMap
from podium.domain.status import TaskStatus, WorkflowStatus
from podium.errors import ConflictError
from tests.support.cluster import Cluster, Crash


@st.composite
def definitions(draw: st.DrawFn) -> dict[str, Any]:
    """Pulls in a row, in branches, in a loop; all wait, but for those that say they do not."""
    names = iter(range(100))

    def pull() -> dict[str, Any]:
        ref = f"p{next(names)}"
        parameters = {
            "batchSize": draw(st.integers(1, 4)),
            "blocking": draw(st.sampled_from([True, True, True, False])),
        }
        return {
            "name": ref,
            "taskReferenceName": ref,
            "type": "PULL_WORKFLOW_MESSAGES",
            "inputParameters": parameters,
        }

    def row(most: int) -> list[dict[str, Any]]:
        return [pull() for _ in range(draw(st.integers(1, most)))]

    branches = [row(2) for _ in range(draw(st.integers(1, 3)))]
    fork = {
        "name": "f",
        "taskReferenceName": "f",
        "type": "FORK_JOIN",
        "forkTasks": branches,
    }
    join = {
        "name": "j",
        "taskReferenceName": "j",
        "type": "JOIN",
        "joinOn": [branch[-1]["taskReferenceName"] for branch in branches],
    }
    loop = {
        "name": "l",
        "taskReferenceName": "l",
        "type": "DO_WHILE",
        "loopCondition": f"$.l['iteration'] < {draw(st.integers(1, 3))}",
        "loopOver": row(2),
    }
    parts = draw(st.permutations([row(2), [fork, join], [loop]]))
    return {"name": "pulls", "version": 1, "tasks": [task for part in parts for task in part]}


class Day:
    """One cluster on one bad day."""

    def __init__(self, rng: random.Random, definition: dict[str, Any]) -> None:
        self.rng = rng
        self.cluster = Cluster(deciders=3, inline=rng.random() < 0.5)
        self.wf = self.cluster.start(definition)
        self.records: list[dict[str, Any]] = []
        self.posted = 0

    def step(self) -> None:
        if self.rng.random() < 0.25:
            self._doom(self.rng.randint(1, 12))
        try:
            self.rng.choices(
                [self._post, self._deliver, self._operate, self._interfere], [4, 6, 1, 0.5]
            )[0]()
        except Crash:
            self.cluster.restart_processes()
        finally:
            self._doom(0)

    def finish(self) -> None:
        """Everything is delivered; then messages come until the workflow has ended."""
        self._settle()
        if self.cluster.status(self.wf) is WorkflowStatus.PAUSED:
            self.cluster.engine.operations.resume(self.wf)
            self._settle()
        self.check_nobody_waits_in_vain()
        for _ in range(100):
            if self.cluster.status(self.wf).is_terminal:
                return
            self._post()
            self._settle()
            self.check_nobody_waits_in_vain()
        raise AssertionError("stuck")

    def check_order(self) -> None:
        pulled = sorted(self._pulled(), key=lambda each: each[0])
        queue = self.queue()
        assert [number for number, _ in pulled] == [number for number, _ in queue][: len(pulled)]
        assert pulled == queue[: len(pulled)]

    def check_nobody_waits_in_vain(self) -> None:
        header = self.cluster.store.read_header(self.wf)
        assert header is not None
        if header.status is not WorkflowStatus.RUNNING:
            return
        waiting = [entry for entry in header.open if entry.kind is Kind.PULL]
        assert not waiting or header.pulled == len(self.queue()), "waits beside a message"

    def queue(self) -> list[tuple[int, str]]:
        """Number and id of each message that is in the table."""
        inbox = self.cluster.store.read_inbox(
            self.wf, 0, 0, 10_000, 10**9, self.cluster.clock.now()
        )
        return [(each.number, each.message_id) for each in inbox.messages]

    def _pulled(self) -> Iterator[tuple[int, str]]:
        numbers = {message_id: number for number, message_id in self.queue()}
        for task in self.cluster.view(self.wf).tasks:
            messages: Any = task.output.get("messages", [])
            found = [(numbers[message["id"]], message["id"]) for message in messages]
            assert found == sorted(found), "a pull holds messages out of order"
            yield from found

    def _doom(self, calls: int) -> None:
        """The process dies in the ``calls``-th half call from now; 0: it does not."""
        left = [calls]

        def hook(name: str) -> None:
            left[0] -= 1
            if left[0] == 0:
                raise Crash(name)

        living = calls == 0
        self.cluster.calls.before_call = (lambda _: None) if living else hook
        self.cluster.calls.after_call = (lambda _: None) if living else hook

    def _post(self) -> None:
        payload: JsonMap = {"n": self.posted}
        self.posted += 1
        try:
            self.cluster.engine.messages.post(self.wf, payload)
        except ConflictError:
            return

    def _deliver(self) -> None:
        self.records += self.cluster.take()
        self.rng.shuffle(self.records)
        for _ in range(self.rng.randint(0, len(self.records))):
            # Only what was handled to its end is gone.
            decider = self.rng.randrange(len(self.cluster.engines))
            self.cluster.deliver(self.records[:1], decider=decider)
            if self.rng.random() < 0.7:
                del self.records[0]

    def _operate(self) -> None:
        operations = self.cluster.engine.operations
        try:
            self.rng.choice([operations.pause, operations.resume])(self.wf)
        except ConflictError:
            return

    def _interfere(self) -> None:
        """Somebody completes a task that waits."""
        for task in self.cluster.view(self.wf).tasks:
            if task.kind is Kind.PULL and not task.status.is_terminal:
                self.cluster.report(task, self.wf, TaskStatus.COMPLETED, {"by": "hand"})
                return

    def _settle(self) -> None:
        self.cluster.deliver(self.records)
        self.records.clear()
        self.cluster.settle()


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(definitions(), st.integers(0, 2**32), st.integers(1, 40))
def test_each_message_is_in_exactly_one_pull_and_in_order(
    definition: dict[str, Any], seed: int, steps: int
) -> None:
    day = Day(random.Random(seed), definition)
    for _ in range(steps):
        day.step()
        day.check_order()
    day.finish()
    day.check_order()
