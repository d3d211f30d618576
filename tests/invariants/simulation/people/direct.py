"""Workers that receive from the queues of SQS themselves: the library's own loop, and its Lambda handler."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from podium.adapters.memory.queues import MemoryQueue
from podium.domain.queues import Lane, QueueAddress
from podium_worker import Queues, Result, Task, TaskFunction, TerminalError, Worker, lambda_handler
from podium_worker.queues import queue_name
from podium_worker.secrets import Secrets
from podium_worker.worker import VISIBILITY
from tests.invariants.simulation import kinds
from tests.invariants.simulation.people.workers import Workers
from tests.invariants.simulation.world import World

Json = dict[str, Any]

#: Where results go.
_RESULTS = "results"
#: Seconds for which a Lambda function's event source hides what it received.
_LAMBDA_VISIBILITY = 180
#: A worker's name: the same for all, as with several that run in one process.
_WORKER_ID = "direct"


class WorkerGoneError(BaseException):
    """The worker's process dies here. Not an Exception: nothing may catch it and go on."""


class _MissingError(Exception):
    """There is no such queue."""


class _Errors:
    QueueDoesNotExist = _MissingError


@dataclass
class WorkerClient:
    """The calls that a worker makes of SQS; a queue's URL is its name."""

    world: World
    #: The call that the worker does not survive.
    dies_at: str = ""
    exceptions = _Errors

    def get_queue_url(self, **call: Any) -> Json:
        if call["QueueName"] not in self._queues():
            raise _MissingError
        return {"QueueUrl": call["QueueName"]}

    def receive_message(self, **call: Any) -> Json:
        queue = self._queues()[call["QueueUrl"]]
        found = queue.receive(call["MaxNumberOfMessages"], visibility=call["VisibilityTimeout"])
        return {
            "Messages": [
                {
                    "ReceiptHandle": each.receipt,
                    "Body": each.body,
                    "Attributes": {"ApproximateReceiveCount": str(each.receive_count)},
                }
                for each in found
            ]
        }

    def change_message_visibility(self, **call: Any) -> None:
        queue = self._queues()[call["QueueUrl"]]
        queue.change_visibility(call["ReceiptHandle"], call["VisibilityTimeout"])

    def delete_message(self, **call: Any) -> None:
        if self.dies_at == "delete":
            raise WorkerGoneError
        self._queues()[call["QueueUrl"]].delete([call["ReceiptHandle"]])

    def send_message(self, **call: Any) -> None:
        if self.dies_at == "send":
            raise WorkerGoneError
        self.world.queues[_RESULTS].send(call["MessageBody"])

    def _queues(self) -> dict[str, MemoryQueue]:
        return {
            queue_name("", each.task_type, each.domain, each.band): queue
            for each, queue in self.world.task_queue.queues.items()
            if each.lane is Lane.OPEN
        }


class DirectWorkers(Workers):
    """One job for each look into a queue."""

    def receive(self, rng: random.Random) -> None:
        """Take one message and deal with it."""
        address = self._reachable(rng)
        if address is None:
            return
        habit = "answers" if self.good else kinds.drawn(rng, kinds.DIRECT_HABITS)
        if habit == "is a Lambda function":
            self.begin(f"Lambda worker of {address.task_type}", lambda: self._invoke(address, rng))
        else:
            self.begin(
                f"direct worker of {address.task_type}", lambda: self._receive(address, habit, rng)
            )

    def _reachable(self, rng: random.Random) -> QueueAddress | None:
        waiting = [each for each in self.waiting() if each.lane is Lane.OPEN]
        return rng.choice(waiting) if waiting else None

    def _receive(self, address: QueueAddress, habit: str, rng: random.Random) -> None:
        """One turn of the library's loop."""
        self.world.counts[f"direct worker: {habit}"] += 1
        client = WorkerClient(self.world, _DIES_AT.get(habit, ""))

        def work(task: Task) -> Result:
            self.world.counts["direct worker: received"] += 1
            self._spend_time(habit, task, rng)
            return self._end_of(task, rng)

        function = TaskFunction(
            address.task_type, work, address.domain, detached=habit in kinds.DETACHED
        )
        worker = Worker(
            Queues(client, "", _RESULTS),
            [function],
            worker_id=_WORKER_ID,
            wait=0,
            secrets=Secrets(lambda _: None),
            pause=0,
            now=self.world.clock.now,
            repeated=self._never if habit in kinds.SILENT else self._repeated,
        )
        try:
            worker.run_once(function)
        except WorkerGoneError:
            return

    def _invoke(self, address: QueueAddress, rng: random.Random) -> None:
        """A Lambda function whose event source is the queue."""
        queue = self.world.task_queue.queues[address]
        messages = queue.receive(rng.randint(1, 3), visibility=_LAMBDA_VISIBILITY)
        self.world.counts["direct worker: is a Lambda function"] += len(messages)

        def work(task: Task) -> Result:
            return self._end_of(task, rng)

        function = TaskFunction(address.task_type, work, address.domain)
        client = WorkerClient(self.world, "send" if rng.random() < _LAMBDA_DIES else "")
        handler = lambda_handler(function, Queues(client, "", _RESULTS), now=self.world.clock.now)
        records = [{"messageId": each.message_id, "body": each.body} for each in messages]
        try:
            answer = handler({"Records": records}, None)
        except WorkerGoneError:
            self.world.counts["direct worker: its function dies"] += 1
            return
        failed = {each["itemIdentifier"] for each in answer["batchItemFailures"]}
        queue.delete([each.receipt for each in messages if each.message_id not in failed])

    # --- one task --------------------------------------------------------------------------------

    def _end_of(self, task: Task, rng: random.Random) -> Result:
        """Result, or what the function raises."""
        if task.not_before > self.world.clock.now():
            self.ledger.broken.append(f"{task.task_id} is run before its time")
        status = "COMPLETED" if self.good else kinds.drawn(rng, kinds.ANSWERS)
        _, output = self.reported(task.task_id, status, rng)
        match status:
            case "FAILED":
                raise ValueError("it went wrong")
            case "FAILED_WITH_TERMINAL_ERROR":
                raise TerminalError("it will never go right")
            case "IN_PROGRESS":
                return Result.in_progress(output, rng.choice((0, 1, 5, 1_000)))
            case "CANCELED":
                return Result("CANCELED", output)
            case _:
                return Result.completed(output)

    def _spend_time(self, habit: str, task: Task, rng: random.Random) -> None:
        match habit:
            case "crashes with its message":
                raise WorkerGoneError
            case "works long" | "is past its visibility":
                self._pause(rng.choice((0.5, 1, 1.5, 3)) * VISIBILITY)
            case "detaches" | "detaches, silent":
                self._pause(rng.choice((0.5, 2)) * min(task.response_timeout, VISIBILITY))
            case "detaches and dies":
                self._pause(1)
                raise WorkerGoneError
            case _:
                pass

    def _pause(self, seconds: float) -> None:
        self.world.jobs.sleep(self.world.clock.now() + int(seconds * 1000))

    @contextmanager
    def _repeated(self, every: float, action: Callable[[], None]) -> Iterator[None]:
        """What the library does in a thread, as a job on the clock of the simulation."""
        if not every:
            yield
            return

        def repeat() -> None:
            while True:
                self.world.counts["direct worker: gave a sign of life"] += 1
                action()
                self._pause(every)

        job = self.world.client("sign of life", repeat)
        job.wakes_at = self.world.clock.now() + int(every * 1000)
        try:
            yield
        finally:
            self.world.jobs.all.remove(job)

    @contextmanager
    def _never(self, every: float, action: Callable[[], None]) -> Iterator[None]:
        yield


#: Calls at which habits end.
_DIES_AT = {"crashes before the result": "send", "crashes before the delete": "delete"}
#: How often an invocation of a Lambda worker dies before its first result.
_LAMBDA_DIES = 0.1
