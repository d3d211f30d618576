"""The fixed queues; those of task types are made at run time by the functions."""

from __future__ import annotations

from aws_cdk import Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.shapes import (
    DeadLetters,
    Queue,
    Topology,
    event_rule_prefix,
    physical_name,
    queue_prefix,
    sink_queue_prefix,
)


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
            if queue.takes_notifications:
                self._let_notify(self.by_name[queue.name])
        return self.by_name[queue.name]

    def _let_notify(self, queue: sqs.Queue) -> None:
        """Topics and rules that the installation makes for event handlers may send to the queue."""
        account = Stack.of(self)
        topics = f"{sink_queue_prefix(self._stack)}*"
        rules = f"rule/{queue_prefix(self._stack)}*/{event_rule_prefix(self._stack)}*"
        for service, names in (("sns", topics), ("events", rules)):
            source = f"arn:{account.partition}:{service}:{account.region}:{account.account}:{names}"
            queue.add_to_resource_policy(
                iam.PolicyStatement(
                    principals=[iam.ServicePrincipal(f"{service}.amazonaws.com")],
                    actions=["sqs:SendMessage"],
                    resources=[queue.queue_arn],
                    conditions={"ArnLike": {"aws:SourceArn": source}},
                )
            )

    def _dead_letter_queue(self, letters: DeadLetters | None) -> sqs.DeadLetterQueue | None:
        if letters is None:
            return None
        target = self._make(self._topology.queue(letters.queue))
        return sqs.DeadLetterQueue(queue=target, max_receive_count=letters.max_receive_count)
