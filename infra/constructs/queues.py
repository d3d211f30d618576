"""The fixed queues; those of task types are made at run time by the functions."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.shapes import DeadLetters, Queue, Topology, physical_name


class Queues(Construct):
    """Every queue of the topology, each encrypted and closed to plain HTTP."""

    def __init__(self, scope: Construct, id_: str, topology: Topology, stack: str) -> None:
        super().__init__(scope, id_)
        self._topology = topology
        self._stack = stack
        self.by_name: dict[str, sqs.Queue] = {}
        for queue in topology.queues:
            self._make(queue)

    def _make(self, queue: Queue) -> sqs.Queue:
        """Make a queue, its dead-letter queue first; once each, in whatever order they are listed."""
        if queue.name not in self.by_name:
            self.by_name[queue.name] = sqs.Queue(
                self,
                queue.name,
                queue_name=physical_name(queue.name, self._stack),
                visibility_timeout=Duration.seconds(queue.visibility),
                retention_period=Duration.seconds(queue.retention),
                encryption=sqs.QueueEncryption.SQS_MANAGED,
                enforce_ssl=True,
                dead_letter_queue=self._dead_letter_queue(queue.dead_letters),
            )
        return self.by_name[queue.name]

    def _dead_letter_queue(self, letters: DeadLetters | None) -> sqs.DeadLetterQueue | None:
        if letters is None:
            return None
        target = self._make(self._topology.queue(letters.queue))
        return sqs.DeadLetterQueue(queue=target, max_receive_count=letters.max_receive_count)
