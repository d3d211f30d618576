"""The world outside: workers of both kinds, operators, and whoever completes what waits for somebody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from podium.domain.execution import Kind, Task
from podium.domain.ids import TaskKey
from podium.domain.queues import Lane, QueueAddress
from podium.domain.status import WorkflowStatus
from podium_worker.message import Result
from podium_worker.message import Task as Message
from tests.invariants.simulation.world import World
from tests.support.chaos import owned
from tests.support.definitions import LIMITED

Json = dict[str, Any]

#: How often a worker answers so.
ANSWERS = (
    ("COMPLETED", 6.0),
    ("FAILED", 2.0),
    ("IN_PROGRESS", 1.0),
    ("FAILED_WITH_TERMINAL_ERROR", 0.3),
    ("CANCELED", 0.2),
)
#: What else a worker does with a task that it holds.
HABITS = (("answers", 8.0), ("hangs", 0.6), ("late", 0.8), ("twice", 0.6), ("extends", 0.6))
#: Task types whose limit is kept by polls: their queue is no business of an SQS-direct worker.
POLLED = frozenset(name for name, limit in LIMITED.items() if "limitDelivery" not in limit)


@dataclass
class People:
    """Acts on the root execution and what belongs to it; one job for each deed."""

    world: World
    root: str
    #: Answers that come later, perhaps much later.
    late: list[Json] = field(default_factory=list)
    good: bool = False

    def act(self) -> None:
        """Somebody begins to do something."""
        deeds: list[tuple[Callable[[], None], float]] = [(self._poll, 5), (self._receive, 3)]
        if self.late:
            deeds.append((self._answer_late, 2))
        deeds.append((self._outside, 1.5))
        if not self.good:
            deeds.append((self._operate, 0.3))
        chosen = self.world.others.choices(
            [deed for deed, _ in deeds], [weight for _, weight in deeds]
        )[0]
        if self.good or self.world.happens():
            chosen()

    def resume_all(self) -> None:
        """Operators let everything go on."""
        for each in list(owned(self.world, self.root)):
            if self.world.status(each) is WorkflowStatus.PAUSED:
                self._request("resume", "PUT", f"/api/workflow/{each}/resume")

    # --- workers ---------------------------------------------------------------------------------

    def _addresses(self) -> list[QueueAddress]:
        found = [each for each in self.world.task_queue.queues if each.lane is not Lane.GATE]
        return sorted(found, key=lambda address: address.registry_name)

    def _poll(self) -> None:
        addresses = self._addresses()
        if not addresses:
            return
        address = self.world.others.choice(addresses)

        def run() -> None:
            answer = self.world.request(
                "GET", f"/api/tasks/poll/batch/{address.task_type}", query="count=3&timeout=0"
            )
            if answer.status != 200:
                return
            for task in answer.json:
                self._work(task)

        self.world.client(f"worker of {address.task_type}", run)

    def _work(self, task: Json) -> None:
        self.world.counts["worker: polled"] += 1
        habit = self._drawn(HABITS) if not self.good else "answers"
        self.world.counts[f"worker: {habit}"] += 1
        result = self._result(task)
        match habit:
            case "answers":
                self._report(result)
            case "late":
                self.late.append(result)
            case "twice":
                self._report(result)
                self._report(result)
            case "extends":
                self._report({**result, "status": "IN_PROGRESS", "extendLease": True})
                self.late.append(result)
            case _:
                pass

    def _result(self, task: Json) -> Json:
        status = "COMPLETED" if self.good else self._drawn(ANSWERS)
        result: Json = {
            "workflowInstanceId": task["workflowInstanceId"],
            "taskId": task["taskId"],
            "status": status,
            "outputData": self._output(),
        }
        if status == "IN_PROGRESS":
            result["callbackAfterSeconds"] = self.world.others.choice([0, 1, 30])
        return result

    def _output(self) -> Json:
        rng = self.world.others
        return {"value": rng.randint(0, 9), "choice": rng.choice("ab")}

    def _report(self, result: Json) -> None:
        """As the SDKs do: tried again when it failed."""
        for _ in range(4):
            if self.world.request("POST", "/api/tasks", result).status < 500:
                return

    def _answer_late(self) -> None:
        result = self.late.pop(self.world.others.randrange(len(self.late)))
        self.world.client("late worker", lambda: self._report(result))

    def _receive(self) -> None:
        """An SQS-direct worker takes one message and deals with it."""
        addresses = [each for each in self._addresses() if each.task_type not in POLLED]
        if not addresses:
            return
        address = self.world.others.choice(addresses)
        queue = self.world.task_queue.queues[address]

        def run() -> None:
            for message in queue.receive(1, visibility=60):
                task = Message.from_json(message.body)
                if task.not_before > self.world.clock.now():
                    self.world.queues["results"].send(task.postponement("direct"))
                    queue.delete([message.receipt])
                    continue
                self.world.counts["worker: received"] += 1
                status = "COMPLETED" if self.good else self._drawn(ANSWERS)
                if status == "CANCELED" or (not self.good and self.world.others.random() < 0.1):
                    self.world.counts["worker: crashes with its message"] += 1
                    return
                result = Result(status, self._output(), callback_after=1)
                self.world.queues["results"].send(result.to_json(task, "direct"))
                if not self.good and self.world.others.random() < 0.1:
                    self.world.counts["worker: crashes before the delete"] += 1
                    return
                queue.delete([message.receipt])

        self.world.client(f"direct worker of {address.task_type}", run)

    # --- others ----------------------------------------------------------------------------------

    def _outside(self) -> None:
        """Somebody completes what waits for somebody, posts a message, or signals."""
        rng = self.world.others
        for owner, task in list(self._open_tasks()):
            if (
                task.kind is Kind.OUTSIDE
                and not task.wait_until
                and (self.good or rng.random() < 0.5)
            ):
                self._complete(owner, task)
            if task.kind is Kind.PULL and (self.good or rng.random() < 0.5):
                body = {"value": rng.randint(0, 9)}
                self._request("message", "POST", f"/api/workflow/{owner}/messages", body)
        if not self.good and rng.random() < 0.1:
            path = f"/api/tasks/{self.root}/COMPLETED/signal"
            self._request("signal", "POST", path, self._output())

    def _open_tasks(self) -> Iterator[tuple[str, Task]]:
        """Of every execution of the tree, be it that of a task that has been replaced."""
        for each in owned(self.world, self.root):
            for task in self.world.view(each).tasks:
                if not task.status.is_terminal:
                    yield each, task

    def _complete(self, owner: str, task: Task) -> None:
        result = {
            "workflowInstanceId": owner,
            "taskId": TaskKey(owner, task.ref, task.seq).task_id,
            "status": "COMPLETED",
            "outputData": {"value": 1},
        }
        self._request("complete", "POST", "/api/tasks", result)

    def _operate(self) -> None:
        """Any command to any execution of the tree."""
        rng = self.world.others
        workflow_id = rng.choice(list(owned(self.world, self.root)))
        view = self.world.view(workflow_id)
        refs = [task.task_reference_name for task in view.definition.tasks]
        ref, task_id = rng.choice(refs), ""
        if view.tasks:
            task = rng.choice(view.tasks)
            ref = rng.choice([ref, task.ref])
            task_id = TaskKey(workflow_id, task.ref, task.seq).task_id
        path = f"/api/workflow/{workflow_id}"
        name, method, target, query, body = rng.choice(
            [
                ("pause", "PUT", "/pause", "", None),
                ("resume", "PUT", "/resume", "", None),
                ("terminate", "DELETE", "", "reason=by+hand", None),
                ("restart", "POST", "/restart", "", None),
                ("retry", "POST", "/retry", "", None),
                ("retry with resume", "POST", "/retry", "resumeSubworkflowTasks=true", None),
                ("rerun", "POST", "/rerun", "", {}),
                ("rerun from a task", "POST", "/rerun", "", {"reRunFromTaskId": task_id}),
                ("jump", "POST", f"/jump/{ref}", "", {}),
                ("skip", "PUT", f"/skiptask/{ref}", "", {}),
                ("reset callbacks", "POST", "/resetcallbacks", "", None),
                ("update variables", "POST", "/variables", "", {"counter": 9}),
            ]
        )
        self._request(name, method, path + target, body, query)

    def _request(
        self, name: str, method: str, path: str, body: object = None, query: str = ""
    ) -> None:
        def run() -> None:
            answer = self.world.request(method, path, body, query)
            outcome = "obeyed" if answer.status < 300 else f"{answer.status}"
            self.world.counts[f"{name}: {outcome}"] += 1

        self.world.client(name, run)

    def _drawn(self, weighted: tuple[tuple[str, float], ...]) -> str:
        names, weights = zip(*weighted, strict=True)
        return str(self.world.others.choices(names, weights)[0])
