"""Workers that receive from the queues of SQS themselves."""

from __future__ import annotations

import random

from podium_worker.message import Result
from podium_worker.message import Task as Message
from tests.invariants.simulation.people import kinds
from tests.invariants.simulation.people.workers import Workers
from tests.support.definitions import LIMITED

#: Task types whose limit is kept by polls: their queue is no business of an SQS-direct worker.
POLLED = frozenset(name for name, limit in LIMITED.items() if "limitDelivery" not in limit)


class DirectWorkers(Workers):
    """Receive, work, send the result, delete; one job for each message."""

    def receive(self, rng: random.Random) -> None:
        """Take one message and deal with it."""
        addresses = [each for each in self.waiting() if each.task_type not in POLLED]
        if not addresses:
            return
        address = rng.choice(addresses)
        queue = self.world.task_queue.queues[address]

        def run() -> None:
            for message in queue.receive(1, visibility=60):
                task = Message.from_json(message.body)
                if task.not_before > self.world.clock.now():
                    self.world.queues["results"].send(task.postponement("direct"))
                    queue.delete([message.receipt])
                    continue
                self.world.counts["worker: received"] += 1
                status = "COMPLETED" if self.good else kinds.drawn(rng, kinds.ANSWERS)
                if status == "CANCELED" or (not self.good and rng.random() < 0.1):
                    self.world.counts["worker: crashes with its message"] += 1
                    return
                result = Result(status, self.output(rng), callback_after=1)
                self.world.queues["results"].send(result.to_json(task, "direct"))
                if not self.good and rng.random() < 0.1:
                    self.world.counts["worker: crashes before the delete"] += 1
                    return
                queue.delete([message.receipt])

        self.begin(f"direct worker of {address.task_type}", run)
