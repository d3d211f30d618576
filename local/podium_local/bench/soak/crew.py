"""The workers of the soak: they run everything, and nobody can rely on them."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

from podium_local.bench.soak.definition import DIRECT, HTTP, work
from podium_worker import Queues, Task, TaskFunction, Worker

#: One call of the API: method, path, body, query; the answer's body.
Request = Callable[..., Any]

#: How often a worker does what (of 1): dies before it reports, fails, reports twice.
DIES, FAILS, TWICE = 0.02, 0.02, 0.05
_BATCH = 20


class Crew:
    """One HTTP worker and one that reads its queue itself; faults come from one seeded source."""

    def __init__(self, request: Request, client: Any, now: Callable[[], int], seed: int) -> None:
        """``client``: sqs, of the direct worker."""
        self._request = request
        self._random = Random(seed)  # noqa: S311 - repeatable, not secret
        #: How often each task ran, by execution and reference name.
        self.runs: Counter[tuple[str, str]] = Counter()
        #: What went wrong on purpose.
        self.mishaps: Counter[str] = Counter()
        #: Tasks that nobody is ever to hear of again: as many more are dropped.
        self.to_lose = 0
        queues = _UnreliableQueues(client, self._random, self.mishaps)
        self._function = TaskFunction(DIRECT, self._run_direct)
        self._worker = Worker(queues, [self._function], worker_id="direct", wait=0, now=now)
        self._queues = queues

    @property
    def executions(self) -> int:
        """Runs of all tasks, repeated ones among them."""
        return self.runs.total()

    def step(self) -> int:
        """What can be done now, a batch of each kind; how many tasks were handed out."""
        return self._poll() + self._read_queue()

    def forget(self, workflow_id: str, refs: frozenset[str]) -> None:
        """An execution was looked at and is gone."""
        for ref in refs:
            del self.runs[workflow_id, ref]

    # --- HTTP --------------------------------------------------------------------------------------

    def _poll(self) -> int:
        query = f"count={_BATCH}&workerid=http&timeout=0"
        tasks = self._request("GET", f"/tasks/poll/batch/{HTTP}", query=query) or []
        for task in tasks:
            if self._happens(DIES, "worker died"):
                continue
            self._report(task)
        return len(tasks)

    def _report(self, task: dict[str, Any]) -> None:
        result = {
            "workflowInstanceId": task["workflowInstanceId"],
            "taskId": task["taskId"],
            "status": "COMPLETED",
        }
        if self._happens(FAILS, "task failed"):
            result |= {"status": "FAILED", "reasonForIncompletion": "on purpose"}
        else:
            given = task["inputData"]
            result["outputData"] = {"value": work(given["value"], given["salt"])}
            self.runs[task["workflowInstanceId"], task["referenceTaskName"]] += 1
        for _ in range(2 if self._happens(TWICE, "reported twice") else 1):
            self._request("POST", "/tasks", result)

    # --- SQS ---------------------------------------------------------------------------------------

    def _read_queue(self) -> int:
        done = 0
        while done < _BATCH:
            try:
                if not self._worker.run_once(self._function):
                    break
            except WorkerDiedError:
                self.mishaps["worker died"] += 1
            done += 1
            if self.to_lose and self._lose():
                self.to_lose -= 1
        return done

    def _run_direct(self, task: Task) -> dict[str, int]:
        if self._happens(FAILS, "task failed"):
            raise ValueError("on purpose")
        self.runs[task.workflow_id, task.reference_name] += 1
        return {"value": work(task.input["value"], task.input["salt"])}

    def _lose(self) -> bool:
        """A message is taken and deleted, and its task not run: what must never happen."""
        (url,) = self._queues.urls(DIRECT)
        for message in self._queues.receive(url, 1, 0, 60):
            self._queues.delete(url, message["ReceiptHandle"])
            self.mishaps["task lost"] += 1
            return True
        return False

    def _happens(self, probability: float, what: str) -> bool:
        if self._random.random() >= probability:
            return False
        self.mishaps[what] += 1
        return True


class WorkerDiedError(BaseException):
    """The worker's process was killed; nothing may catch it."""


class _UnreliableQueues(Queues):
    """Its worker dies before or after it has sent a result, or sends it twice."""

    def __init__(self, client: Any, random: Random, mishaps: Counter[str]) -> None:
        super().__init__(
            client, os.environ["PODIUM_QUEUE_PREFIX"], os.environ["PODIUM_RESULTS_QUEUE_URL"]
        )
        self._random = random
        self._mishaps = mishaps

    def send_result(self, body: str) -> None:
        if self._random.random() < DIES / 2:
            raise WorkerDiedError
        super().send_result(body)
        if self._random.random() < TWICE:
            self._mishaps["reported twice"] += 1
            super().send_result(body)
        if self._random.random() < DIES / 2:
            raise WorkerDiedError
