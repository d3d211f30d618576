"""Alarms on what the engine cannot mend by itself."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from infra.constructs.functions import Functions
from infra.constructs.queues import Queues
from infra.shapes import StreamTrigger, Topology, physical_name

#: Metric of executions that had to be moved on (functions/repair), in the namespace of all of Podium's.
REPAIRED, NAMESPACE, SERVICE = "ExecutionsRepaired", "Podium", "podium"
#: A decider that is this far behind its stream is failing or throttled.
LONGEST_LAG = Duration.minutes(1)


class Alarms(Construct):
    """One alarm for each queue that should be empty, the lag of each stream's reader, and repairs.

    They have no action: who is to be told is known to the account, not to Podium.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        topology: Topology,
        queues: Queues,
        functions: Functions,
        stack: str,
    ) -> None:
        super().__init__(scope, id_)
        self._stack = stack
        for name in failure_queues(topology):
            self._alarm(
                name,
                queues.by_name[name].metric_approximate_number_of_messages_visible(
                    statistic="Maximum", period=Duration.minutes(1)
                ),
                threshold=0,
                description=f"Queue {name} holds what was tried too often.",
            )
        for function in topology.functions:
            if any(isinstance(trigger, StreamTrigger) for trigger in function.triggers):
                self._alarm(
                    f"{function.name}-lag",
                    functions.by_name[function.name].metric(
                        "IteratorAge", statistic="Maximum", period=Duration.minutes(1)
                    ),
                    threshold=LONGEST_LAG.to_milliseconds(),
                    description=f"Function {function.name} is behind its stream.",
                )

        self._alarm(
            "repairs",
            cloudwatch.Metric(
                namespace=NAMESPACE,
                metric_name=REPAIRED,
                dimensions_map={"service": SERVICE},
                statistic="Sum",
                period=Duration.minutes(15),
            ),
            threshold=0,
            description="Executions had to be repaired; the log of repair names each with the reason.",
        )

    def _alarm(
        self, name: str, metric: cloudwatch.Metric, *, threshold: float, description: str
    ) -> None:
        cloudwatch.Alarm(
            self,
            name,
            alarm_name=physical_name(name, self._stack),
            alarm_description=description,
            metric=metric,
            threshold=threshold,
            evaluation_periods=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )


def failure_queues(topology: Topology) -> tuple[str, ...]:
    """Names of the queues that hold a message only when something went wrong."""
    letters = {queue.dead_letters.queue for queue in topology.queues if queue.dead_letters}
    failures = {
        trigger.on_failure
        for function in topology.functions
        for trigger in function.triggers
        if isinstance(trigger, StreamTrigger)
    }
    return tuple(sorted(letters | failures))
