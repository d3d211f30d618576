"""What invokes the functions beside HTTP: the stream, the queues and the clock."""

from __future__ import annotations

import json

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.constructs.functions import Functions
from infra.constructs.resources import Resources
from infra.shapes import (
    Kind,
    QueueTrigger,
    Resource,
    ScheduleTrigger,
    StreamTrigger,
    Topology,
    physical_name,
)

Mapping = lambda_.CfnEventSourceMapping


class Triggers(Construct):
    """An event-source mapping for each stream and queue trigger, a rule for each schedule.

    The mappings are written at CloudFormation's own level: the higher one adds permissions to the
    function's role, and the topology alone says what those are.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        topology: Topology,
        resources: Resources,
        functions: Functions,
        stack: str,
    ) -> None:
        super().__init__(scope, id_)
        self._resources = resources
        self._stack = stack
        for function in topology.functions:
            target = functions.by_name[function.name]
            for trigger in function.triggers:
                match trigger:
                    case StreamTrigger():
                        self._stream(function.name, trigger, target)
                    case QueueTrigger():
                        self._queue(trigger, target)
                    case ScheduleTrigger():
                        self._schedule(trigger, target)

    def _stream(self, name: str, trigger: StreamTrigger, target: lambda_.Function) -> None:
        on_failure = self._resources.arn(Resource(Kind.QUEUE, trigger.on_failure))
        Mapping(
            self,
            f"{name}-{trigger.table}-stream",
            function_name=target.function_name,
            event_source_arn=self._resources.stream_arn(trigger.table),
            # At its first deployment the stream is empty; later ones keep the mapping and its place.
            starting_position="TRIM_HORIZON",
            filter_criteria=Mapping.FilterCriteriaProperty(
                filters=[Mapping.FilterProperty(pattern=json.dumps(trigger.filter))]
            ),
            batch_size=trigger.batch_size,
            maximum_batching_window_in_seconds=trigger.window,
            parallelization_factor=trigger.parallelization,
            bisect_batch_on_function_error=trigger.bisect,
            maximum_retry_attempts=trigger.retries,
            maximum_record_age_in_seconds=trigger.max_record_age,
            destination_config=Mapping.DestinationConfigProperty(
                on_failure=Mapping.OnFailureProperty(destination=on_failure)
            ),
            function_response_types=_response_types(trigger),
        )

    def _queue(self, trigger: QueueTrigger, target: lambda_.Function) -> None:
        Mapping(
            self,
            f"{trigger.queue}-queue",
            function_name=target.function_name,
            event_source_arn=self._resources.arn(Resource(Kind.QUEUE, trigger.queue)),
            batch_size=trigger.batch_size,
            maximum_batching_window_in_seconds=trigger.window,
            scaling_config=Mapping.ScalingConfigProperty(
                maximum_concurrency=trigger.max_concurrency
            ),
            function_response_types=_response_types(trigger),
        )

    def _schedule(self, trigger: ScheduleTrigger, target: lambda_.Function) -> None:
        events.Rule(
            self,
            f"{trigger.name}-schedule",
            rule_name=physical_name(trigger.name, self._stack),
            schedule=events.Schedule.rate(Duration.minutes(trigger.rate_minutes)),
            # A tick that comes late does what the next one does anyway.
            targets=[targets.LambdaFunction(target, max_event_age=Duration.minutes(1))],
        )


def _response_types(trigger: StreamTrigger | QueueTrigger) -> list[str]:
    return ["ReportBatchItemFailures"] if trigger.report_item_failures else []
